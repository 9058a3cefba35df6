//! Football and bicycles.

pub(crate) const FOOTBALL: &str = r"
> [Did you see that??|ARE YOU WATCHING]
< [I can't look|I'm on the tram, what happened|YES]
> {score}, in the {86-94}th minute
< [No way|I'm screaming on public transport|Unbelievable]
>? The keeper came out for the corner and HEADED it

> Training on {day}, {18-20}:00? We're {7-9}
< [I'm in|Knee says no, heart says yes|Can bring {friend}]
> [Great, that makes ten|Bring {friend}!]

> {team} against {team2} on {day}. I have a spare ticket
< [Where?|How much?]
> [North stand|Standing], {18-45}
< [Yes|Take my money|Ah, I promised {friend} to help moving]

> That was never offside
< It was a metre offside
> [From which planet|Draw me the line]
< https://clips.example.org/{slug}
> [This camera is lying|…fine|The camera is a {team} fan]

> Who's in goal on {day}?
< [Not me|Me, unless somebody else wants]. My fingers still hurt
> [{friend}?|We rotate: ten minutes each]
< [Works|Deal]

> We lost {score}
< [You or the club?|Oof]
> Us. On the small pitch. Against people with grey hair
< [Grey hair is dangerous, they know where to stand|Were they good?]
> They never ran. The ball did

> Pub for the match?
< [Which one shows it?|Yes!]
> [Bar Tomada, screen at the back|Ours. It's cheaper and there's {dish}]
< [{18-20}:30?|See you there]

> [New season, new hope|This is our year]
< You say that every year
> [And one year I'll be right|And every year I mean it]
<? 💚

> Can somebody explain the table to me? Same points, who's up?
< Goal difference, then goals scored, then the games against each other
> [So we need three|So we're third]
< [Three. Against {team}.|Third. Enjoy it until {day}]

> Boots: {42-46}, used once, {20-40}. Interested?
< [Who buys boots and plays once?|For grass?]
> {friend}, of course
< [I'll take them|haha, yes]

> [haha exactly|exactly]
< [😂|I rest my case]

> The kid scored today
< [WHAT! Congratulations|First one?]
> First one. Own goal, but very well placed
< [It counts|I'm so proud|A goal is a goal]
";

pub(crate) const BIKES: &str = r"
> My {part} makes a noise
< [What kind of noise?|Describe it]
> [Click, click, click, nothing, click|Like a small bird]
< [That's the {part2}, not the {part}|Oil first, then we talk]
> [Oiled. Still there|It was the oil 🙈]

> Ride on {day}? {45-95} km, mostly flat
< 'Mostly'
> [One hill. A friendly one|Two hills and a cake]
< [How high is the friendly one?|The cake decides: yes]
> {180-520} m
< [That's a mountain|I'll bring the other gears]

> Where do you get your {part}s?
< [The small workshop on {street}|Online, but ask {friend} first, whole box in the cellar]
> [Thanks|Are they open on {day}?]

> Flat tyre
< [Where?|Again?]
> Near {lake}. I have a pump, I have no patch
< [Stay there, I'm {10-25} minutes away|There's a bus at the bridge, takes bikes]
> [You're an angel|Sitting in the grass. No hurry, actually]

> Route for the weekend: https://maps.example.org/{slug}
< [Looks good|{62-118} km?! In one day?]
> We can take the ferry and save {12-20}
< [Ferry, yes|I love a ferry]
< When does it go?
> Every hour, last one at {18-20}:10

> The bike was stolen
< [No!! Which one?|I'm so sorry]
> The old one. Lock was open like a tin
< Report it, it takes ten minutes and sometimes they do turn up. I'll ask around at the market on Sunday too
> [Done. Frame number was on the receipt|Thank you]
> Update: somebody left it two streets away, with a better saddle
< [A thief with taste|WHAT 😂]

> What pressure for {28-42} mm?
< [Less than you think|4, maybe 4.5 with luggage]
> [Feels like a sofa now|ok]
< [Sofa is fast, it's science|That's the point]

> Is the path along {lake} open again?
< [Since {day}|Half of it]. New surface, smooth as butter
> [Finally|Tonight then?]
<? {18-20}:15 at the bridge

> I sat in the rain for {2-5} hours and my shoes will be dry in spring
< [Worth it?|Fenders, my friend]
> [Completely|Ask me tomorrow]

> {friend} wants to sell the cargo bike. {1200-2400}
< [For that price I want to see it first|With the box?]
> With the box and the rain cover, {3-6} years old
< [We would use it every day|Let me ask at home]
";
