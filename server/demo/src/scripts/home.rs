//! Renovating, repairing, moving.

pub(crate) const HOME: &str = r"
> The plasterer [can come on {workday}|has a gap on {workday}], {time}
< [Great|At last], both rooms?
> Both. {1400-2600} including clean-up
< [That's fair|Less than I thought|Hmm, can we ask for the {room} alone?]
>? The offer is valid until Friday
< [Take it|Let's do it|OK, confirm]

> Do we still have the number of that colour?
< It's on the tin, I took a note:
  wall   S 0804-Y30R   2 coats
  trim   S 0500-N      1 coat
> [You are a treasure|Perfect|Thanks, buying {5-12} litres]

> [Look at that wall!|The {room} wall is done]
< [😍|Wow|That is the colour]
> {colour} was the right call
< [Told you|I take it back about {colour}|It looks twice as big]

> The tiles arrived. {3-6} boxes are broken
< [Seriously|Again?|Oh no]
> Photos: https://photos.example.org/{slug}
< [I'll write to them|Claim it today, they have a 48 h rule]
> [Done|Written, they send new ones on {workday}]
< Good. Then the floor waits a week
> [The floor has waited a year|So be it]

> Question about the {room}: sockets left or right of the door?
< [Left|Right], otherwise the lamp has no chance
> [The electrician prefers the other side|OK, told him]
<? He always prefers the other side

> [Can you lend me the {tool}?|Is the {tool} free this weekend?]
< [Sure|Yes, it's in the shed|{friend} has it, ask there]
> [I'll bring it back on {day}|Thank you]
<? Bring it back CLEAN this time
>? That was one time

> The lease says 'no drilling into tiles'. [Does that count for the hooks?|Where do I hang the mirror then?]
< [Glue hooks|Drill into the joint, not the tile]
> [Oh clever|That's allowed?|You have done this before]
< [Many times|Three flats, three deposits back]

> Water is coming through the ceiling in the {room}
< Much?
> A cup an hour, maybe. Bucket is there
< Turn off the valve under the sink, the red one. Then call the building, they have an emergency number by the lift
> Valve is off
> [It stopped|Slower now]
< [Good|Phew]. [Upstairs' washing machine, I bet|It's always the washing machine]
> [It was the washing machine|You were right]

> To do before {day}:
  1. pick up the window handles
  2. second coat in the {room}
  3. call about the boiler
  4. rubble bags
< I can do 1 and 4
> [Then I do 2|Great]
> and 3 nobody wants
< [Coin?|I did it last time 🙃]

> [The keys are with the neighbour|Keys: neighbour], blue door on the left
< [Found it|Thanks], [I'm in|inside]
<? It smells of paint. Good paint

> Should we take the {colour} or {colour2}?
< [For which wall?|In which light?]
> {room}, the one across from the window
< {colour}. The other one is nice on paper and sad in November
> [Sad in November 😂|Convinced]

> They delivered the wrong window
< Wrong how
> It opens outwards. Into the tree
< [hahaha sorry|For the birds then|No]
> I called, they come back on {workday}. [Until then: foil|Cardboard it is]

> Found under the old floor: a newspaper from {1931-1968}
< [Keep it!|Photo please|What does it say?]
> Mostly ads for hats. And a chess problem
< [Frame it|Hang it in the hallway]

> Boiler man was here. Good news and bad news
< [Bad first|Good first, I need it]
> Good: it's only the pump. Bad: {320-690} and a week of cold showers
< [You can shower here|Come to ours, there is hot water and {dish}]
> [I might|You're a hero|Careful, I will]

> How much did you pay for the floor in the end?
< {38-64} per square metre, oiled oak, and we laid it ourselves
> By yourselves?!
< With {friend} and a lot of pizza. It is like a puzzle that hurts your knees. First row is everything: take an hour, use the spirit level, leave a centimetre to the wall. After that it goes fast, and on the second day you start to feel like somebody who can do things.
> [Knees I have|Will you help?|You're making it sound fun]
<? One weekend, then we have a boat to build

> [Measured again|I measured again]: 2.4{1-8} m
< [Not 2.50?|You said 2.50]
> [The wall is not straight|Left side 2.50, right side not]
< [Old houses|Charming, they said]

> The neighbours ask when the drilling stops
< [Friday|Soon™|Tell them {day}]
> [I'll bake something|I brought them {sweet}]
< [Smart|That buys us a week]

> Is the grout supposed to crack?
< No
> Then we have a problem
< Or it's just the surface. Scratch it?
> [Surface. Crisis over|It's only a hair]

> [{street} 14|{street} 9], {58-92} m², third floor, no lift. https://homes.example.com/{slug}
< [No lift keeps you young|The kitchen looks nice|And the bathroom is… where?]
> In the corridor 😬
< [Next|Hm]
> But look at the balcony
< [Okay, the balcony is unfair|Go and see it]
";
