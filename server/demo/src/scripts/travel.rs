//! Trips, planned and remembered.

pub(crate) const TRAVEL: &str = r"
> [What about {city} in the long weekend?|I keep thinking about {city}]
< [Train or plane?|I have never been!|You had me at {city}]
> Train. {6-11} hours, one change, {59-129} if we book now
< [Book|Do it|Window seats please]
>? Booked 🎉
<? I'll look for a place to sleep

> Which platform?
< [{2-14}, but they change it all the time|Says {2-14}]
> I see you
<? Where?
>? Behind you, with the ridiculous hat

> [Landed|We have landed|Just landed]
< [Welcome back|How is it?|Weather?]
> It's {weather} and [everything smells of bread|I already love it|the bags are not here]

> Packing list, tell me what I forgot:
  - passport
  - {thing}
  - swimming things
  - the good shoes and the other shoes
< Plug adapter
> [YES|That. Always that]
<? And something warm, evenings are cold there

> Where did you stay in {city}?
< A small guesthouse near the market, run by two sisters. {64-110} a night with a breakfast that replaces lunch
> Name?
< [Casa Morena, I think|I'll find it]. https://stay.example.com/{slug}
> [Thank you 🙏|It's free on our dates!|Full. Of course]

> Missed the connection
< [No|Oh no, where are you?]
> Somewhere between here and {city}. There is a bench and a vending machine
< [Next one?|When is the next?]
> In {2-4} hours. I have [a book|{book}] and a bag of crisps, I'm rich
< [That's the spirit|Live your best life]

> [Day 1|Day 2|Day 3] in {city}: walked {14-27} km, ate four times, bought a plate
< A plate?
> With a fish on it. I can't explain it, I just needed it
< [Now I need it too|Is there a second one?|Send the fish]

> Do I need a visa for that?
< [Not for under 90 days, but check|I don't think so]. https://travel.example.org/{slug}
> [Thanks|No visa, but the passport must be valid six months]
> And mine is valid for [five 😑|seven, phew]

> The night train is back on! {city} direct
< [Sleeper or seat?|I'm listening]
> Sleeper, four beds. We'd be there at {8-10} for breakfast
< [In|I'm in|Ask {friend} too, then we have the whole cabin]

> Can you recommend something to eat near the station in {city}?
< Go out on the left side, over the bridge, second street. A place with no sign and a queue. Take whatever the person in front of you takes
> [These are the best directions I ever got|Ok!]
> Update: it was {dish}. I would like to live here now
< [Told you|😌]

> How was the hike?
< [Wet|Long|Glorious]. {12-24} km, {600-1400} m up, and on top a hut that sells exactly one thing: soup
> [Good soup?|Which soup?]
< The best soup of my life. I know it's because I was cold. I don't care

> Car or bus from the airport?
< Bus {3-48}, every {10-30} minutes, driver takes coins only
> [Coins, ok|Thanks]

> I'm thinking of ten days, slow: two nights in {city}, then along the coast by local buses, no plan, then back by boat. No museums unless it rains. What do you think?
< I think I want to come
> [Then come|You're invited, obviously]
< When do I have to say?
> By {day}, the boat sells out
< [Ok. Give me until then|I'm asking at work today]

> My seat neighbour is eating an entire [chicken|melon]
< [With a knife?|Respect]
> With a SPOON

> [Greetings from {city}!|Hello from {city}!] It is {weather} and we are on a roof
< [Jealous|So jealous|Enjoy every minute]
> [Next year together|You'd love it]

> Did the hotel answer?
< [Not yet|Yes: they have one room left]
> [And?|Hmm]
< [They want it paid by {day}|I wrote again, in bad Italian this time]
>? If they say nothing by tonight, I book the other

> What was the name of the beach, the one with the stairs?
< [Praia da Escada? Something like that|The one where {friend} lost the {thing}?]
> [Yes! Thanks|That one]

> Border took {2-4} hours
< [Everything ok?|Why?]
> They searched a bus full of accordions. Long story
< [I have time|I need the long story]
> In short: there is an accordion festival, and nobody told the border
";
