//! Books and music.

pub(crate) const BOOKS: &str = r"
> [How far are you?|Where are you in the book?]
< Page {60-240}. [No spoilers|It's getting good]
> [I finished last night|I'm stuck at the second chapter]
<? And??
>? I say nothing until {day}

> Next book, votes please:
  1. {book}
  2. {book2}
  3. {book3}
< [1|2|3, the others I have read]
> [That makes it a tie. Again|Good, ordering]

> Book circle on {day} at [mine|{friend}'s], {19-20}:00?
< [Yes|I'll be late, but yes]
> [I'm making {sweet}|Bring a chair]
<? For {sweet} I'd read it twice

> {book}: [loved it|I threw it across the room]
< [Why??|Me too!|Hm, not for me]
> It takes a hundred pages in which nothing happens except that a woman repairs a boat, and you get angry, and then you understand that the boat was the story and you should have looked at it the whole time. I went straight back to page one. I have not done that since I was fourteen.
< [Okay, now I must read on|I stopped before the boat made sense then]
> [Go back to it|Give it thirty more pages]

> Can I borrow {book}?
< [Yes, when I get it back from {friend}|It's yours. Pencil notes included]
> [The notes are the best part|Thank you]

> Who wrote the one about the [ferry|lighthouse keeper|beekeepers]?
< [Don't know, blue cover|Wait… it's on my shelf]
> [That narrows it down 😄|Blue cover, thank you, librarian]

> The library has a sale: [1 a piece|a bag for 5]
< [When|I have no shelf left]
> [Until {time}|I have already carried home {9-22}]
<? We need help, both of us

> Did you like the ending?
< [No|Yes and no]. She should have [stayed|opened the letter]
> [Thank you!! But|But] then it would be another book
< [A better one|Maybe]

> Audio or paper?
< [Paper in bed, audio while cooking|Audio. I fold laundry to murder mysteries]
> [Same|The dishes never were so clean]

> [I cried on the tram|I'm crying in public], page {180-320}
< [The dog?|I know which page]
> [THE DOG|Yes, that one]
< [I should have warned you|Nobody warned me either]
";

pub(crate) const MUSIC: &str = r"
> {band} play on {day}! [Do you want to come?|Tickets from {time}]
< [YES|How much?|Who are they?]
> {22-48}, [small hall|standing]
< [Get two|I'm in]
> [Got them 🎫|Queue position {340-2900}… wish me luck]
<? Which means we're going. WE'RE GOING

> Listen to this: https://music.example.org/{slug}
< [One minute|On headphones]
< [That bass|The second half!|Hm, not mine]
> [Right?|Wait for the second half]

> Rehearsal on {day}?
< [Can't, {workday} works|Yes, {18-20}:00]
> I found a drummer. She's called {friend}, she's loud and she's punctual
< [Punctual drummer. We're saved|Does she have a van?]
> [She has a van|Better: she has a garage]

> How was the concert?
< The first band was so quiet that you heard the fridge of the bar. Then {band} came, said nothing for an hour, played everything from the first record and left. Nobody moved for a minute. I have no voice and somebody else's scarf.
> [I should have come|Somebody else's scarf 😂]
< [Next time|They're back in spring]

> What are the chords in the chorus?
< Am F C G, like every song ever. Bridge is Dm E
> [Of course|Thanks]
> Capo?
< [Second fret|None]

> My neighbour practises the [trumpet|violin] now
< [Is she good?|Oh no]
> [Better every day. From a low start|Same four bars since {day}]
< [Join in. Spoons|In a year you'll say you knew her]

> Set list, last call:
  1. Harbour lights
  2. The slow one
  3. The one without a name
  4. {friend}'s song
< [Slow one last|Can we name number 3?]
> ['The one without a name' is the name|ok, moved]

> [I'm outside|We're here], left of the entrance
< [Coming, two minutes|I see you, wave]
> 👋

> Is the piano still for sale?
< [{friend} took it|Yes, {150-400}, but you carry it down {3-5} floors]
> [Then I think about the guitar|I have friends. I HAD friends]

> Earworm of the day, you're welcome: https://music.example.org/{slug}
< [No. NO|I hate you]
> [Da da dam|Sing it to {friend}, that's how you get rid of it]
";
