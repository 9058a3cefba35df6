//! Everyday talk: plans, errands, small things.

pub(crate) const DAILY: &str = r"
> [Are you free|Do you have time] on {day}[?| evening?]
< [Should be|I think so|Yes!] [Why?|What's the plan?|What did you have in mind?]
> {friend} is in town and wants to try {café}
< [Oh nice|Finally], count me in
<? What time?
> {18-20}:30? I can book
< [Perfect|Works for me|👍]

@morning
> [Morning!|Good morning ☀️|Morning, are you up?]
< [Barely|Up since five, don't ask|Morning!]
> [Coffee before work?|Quick coffee at {café}?]
< [Give me {15-30} minutes|Yes please|Can't today, early call. Tomorrow?]
>? [Deal|☕]

> It is {weather} here
< Same. [I stayed in with a blanket|The {animal} refuses to go out|I cycled anyway and regret it]
> [Wise|haha|Poor you]

> Did I leave my {thing} at yours?
< [Let me look|One moment|Checking]
< [Yes, under the sofa|Yep, it's on the shelf by the door|No… but I found a single sock, is that yours?]
> [Phew|Thank you!|haha]
> I'll pick it up on {day}
< [No rush|Any time|I'm home after {17-19}:30]

@evening
> [Home safe?|Did you get home all right?]
< [Yes, just in|Just got in, the last tram was packed|Home! Thanks for tonight]
> [That was fun|Good night then|We should do that more often]
< [Sleep well|Good night 🌙|We should]

> [Guess what|You will not believe this|Okay, big news]
< [What|?|Tell me]
> {friend} got the job
< [NO WAY|Finally!!|Amazing 🎉]
< After how many interviews, {4-7}?
> {4-7}. And they start on {workday} already
< [We need to celebrate|Cake. I'll make {sweet}|So happy for them]

> Random question: what's the name of that film with the [lighthouse|twins|train] that we saw at {friend}'s?
< {film}?
> [YES|That's the one|Thank you, it was driving me mad]
<? You fell asleep after {10-20} minutes btw
>? I was resting my eyes

> I'm at the market, do you need anything?
< [Tomatoes if they look good|A lemon and some {herb}|Bread! The dark one]
<? [and eggs|and maybe flowers]
> [Got it|On it|👍]
> They only have the [small ones|expensive ones]. OK?
< [Sure|Fine|ok]

> [Your parcel landed at ours|We have a parcel for you]
< [Ah sorry|Thank you!|Again? Sorry] [I'll come by after {time}|Can I get it tomorrow?]
> [Whenever|No hurry], it's heavy though. [What is it, bricks?|Books?]
< [Cat litter|Tiles|A mystery, even to me]

> How did it go?
< [Better than I feared|Long, but good|Ugh]
> Tell me everything
< So first the projector did not work, then it did, then {friend} asked the one question I had no slide for, and I talked for about five minutes about something I only understood while I was saying it. And they liked it? I still don't know what happened. I need to sit on a bench and look at a duck.
> [hahaha|You always say that and then it's great|Proud of you]
>? Go find the duck

> [ok|Okay], we are {5-20} minutes late, [the tram stopped|couldn't find the keys|parking is impossible]
< [No stress|All good|I ordered already]
<? I'm at the back, by the window

> What do we get {friend} for the birthday?
< [No idea|I was about to ask you]
< Ideas so far:
  - a {plant}
  - that cookbook
  - tickets for {band}
> [Tickets!|The tickets|Plant. You can't go wrong with a plant]
< [Good, I'll order|Ordering now|I pay, you wrap?]
> [👍|Deal|Yes]

> Can you water my {plant} while I'm away? [{3-9} days|Until {day}]
< [Of course|Sure]
< Once or twice?
> Once is enough, it has had worse
< [Keys as always?|Same key?]
> Yes, blue door on the left

> [Do you remember|Remember] the password of the wifi at {friend}'s?
< [It's on the fridge|The name of the dog and the year, I think]
> [Worked|You genius|Thanks]

> I just saw someone who looks exactly like you at {café}
< [Was she having cake?|Same coat?]
> [Yes|And reading]
< [Then it was me|That WAS me, why didn't you say hi|Not me, I'm stuck at work 😭]

> Bad day?
< [A bit|You can tell?|Mm]
< Everything at once. The boiler, the deadline, and then {friend} cancelled
> [Want company?|Shall I call?|Come over, there is {dish}]
< [Thank you|Tomorrow maybe. But thank you|Yes please]
>? ❤️

> [Look what I found|Found this]: https://photos.example.org/{slug}
< [Oh wow|How old are we there?|That haircut]
> {8-15} years ago. [The summer in {city}|Before the kids]
< [I can smell the sunscreen|Time is strange|Send me the big version?]

> [Call me when you can, nothing bad|Ring me later? Nothing bad]
< [In {10-40} min ok?|After dinner]
> [Yes|Perfect|ok]

> The {animal} is missing again
< [Since when?|Oh no]
> This morning. Checked the garden, the shed, {street}
< I'll look on our side
>? …
> Found! Asleep in the laundry basket
< [Of course|Classic|haha I was already in my boots]

> Are you coming on {day} or not? {friend} is counting chairs
< [Coming!|Yes, both of us|Sorry, yes]
> [Good|Great], bring a salad or something
< [Something it is|I'll bring {sweet}]

> [thank you again|Thanks again for yesterday]
< [Any time|It was nothing|You'd do the same]

> [haha|😂]
< [right?|exactly]

> Which one? https://shop.example.com/{slug}
< [The first|Second one|The one in {colour}]
> [Sure?|You think?]
< [100%|Yes. Trust me|Yes, the other looks like a curtain]

> My phone fell into {lake}
< [WHAT|No|Again??]
> This is me on the laptop. It's in a bag of rice now
< [Rice does nothing, {friend} said|I'll light a candle]
> [Let me hope|I know, but it feels like doing something]

@evening
> [Watching anything good?|What are you watching?]
< {film}, [episode {3-8}|half way through]. [Don't tell me anything|It's slow but lovely]
> [I said nothing|No spoilers from me|I gave up after twenty minutes]

> I need an honest opinion
< [Always|Go|Uh oh]
> Should I take the offer in {city}?
< Hm. What does your stomach say?
> Stomach says yes, bank account says yes, mother says nothing very loudly
< [Ha|I know that silence]
< I'd say: go and look at it for a weekend first. Walk to the office and back, buy bread, sit somewhere on a rainy afternoon. If you still like it when it rains, take it. You can always come back, the train takes {4-9} hours and I will pick you up at whatever silly time it arrives.
> [That's actually good advice|I'm writing this down|Okay. Okay!]

@noon
> Lunch?
< [Yes|Already ate 😕|In {10-30}?]

> [Running late|Five minutes]
< [ok|👍|no worries]

> {you}? [Are you there?|Still awake?|Everything ok?]
< [Here!|Sorry, was in the shower|Yes, phone was on silent]
> [Good. I was getting worried|Only wanted to hear you|Then open the door, I'm downstairs 😄]

> You're the best, {you}
< [I know 😌|Stop it|Says the right one]

> Did you see the sky just now?
< [Yes!! Pink|No, what is it?|I'm in a basement]
>? All of it was orange, it's gone now
";
