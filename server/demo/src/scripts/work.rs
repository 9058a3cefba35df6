//! Colleagues: reviews, releases, meetings, and what is between.

pub(crate) const WORK: &str = r"
> Can you look at {doc} [today|before the call|when you have a moment]?
< [Sure|Give me {10-40} minutes|In a meeting, right after?]
> [Thanks|Perfect]
< [Done, two comments|Read it. Good! One question on page {2-9}]
>? [Fixed|Good catch, changed it]

> RPT-{1200-4800} is ready for review
< [On it|Looking]
< [One thing: what if the list is empty?|Why the second query?|Tests?]
> [Ah|Good point|You're right], [pushing a fix|one moment]
< [Approved ✅|Looks good now]

@morning
> [Morning|Hi]. I'm on the train at stand-up today, can you take notes?
< [Sure|Will do]
< Notes:
  - {service}: release moved to {workday}
  - {client} asks for the export again
  - {friend} is out until {workday2}
> [Thank you|Great, thanks]
>? 'Again' 🙃

> Is {service} down?
< [Works for me|Slow here too]
> Timeouts for {5-40} minutes now
< [Looking at the dashboard|Checking]
< Connection pool is full. Somebody runs a report without a limit
> [Somebody|Was it me?]
< [It was you 😄|It was {friend}. Killed it, should recover]
> [Back to normal|Sorry!!]

> The failing test:
  assert_eq!(total(&lines), 1_{100-990});
< What does it give you?
> One cent less
< Rounding. Sum first, round once at the end
> [Of course|That was it|I stared at this for an hour]
<? Everybody does, once

> {client} moved the call to {workday}, {time}
< [Fine by me|I have the dentist then. You alone?]
> [I can do it alone|I'll ask for {time}]
<? Slides are in the folder

> Who knows how {service} is deployed?
< [{friend} did it last|There's a page]: https://wiki.example.com/{slug}
> [The page says 'ask {friend2}'|Found it, thanks]
<? The circle of life

> [Question about {doc}|Small thing in {doc}]: 'within {5-30} days' – working days or calendar days?
< [Working|Calendar. Legal was very clear]
> [Then I write that|Ok, changed]

@noon
> Lunch?
< [In {10-30} minutes?|Already ate|Canteen has {dish}]
> [Let's go|Five minutes]

> [Quick call?|Do you have five minutes?]
< [Now is good|After {time}]
> [Calling|ok]
> Summary so that we don't forget: we keep the old importer until the end of the month, {client} gets the new one first, {friend} writes the migration guide, and nobody touches {service} on a Friday.
< [👍|Agreed. Especially the last part]

> Somebody wants to release on Friday afternoon
< [No|Who]
> [{friend}|A person who will learn something]
< [Let it be Monday|Is it a fix or a feature?]
> [Feature|'Tiny change']
< [Monday|There are no tiny changes]

> The numbers for {client}: {12-48} open, {3-9} overdue
< [Better than last week|Hm, overdue went up]
> [{friend} was away|Two of them are waiting for an answer from them]

> How do you search the logs for one request again?
< grep the id, then follow it:
  journalctl -u worker --since today | grep req=
> [Copied|Thanks, I always forget]
<? Put it on the wiki
>? It is on the wiki. I never look

> Interview on {workday}, {time}. Can you join for the technical part?
< [Yes|Sure. What do we ask?]
> The usual: read some code together, talk about something they broke
< [I like that one|I prepare the code]

> Feedback from {client}:
  + fast
  + 'finally no spreadsheet'
  - they can't find the export button
< [Where is the export button?|Nobody can]
> [Under 'More'|Exactly]
< [Then we move it|I'll move it today, half an hour]

> Can I take {workday} off?
< [Fine with me|Sure, who covers {service}?]
> [{friend} does|Everything is quiet, {friend} has an eye on it]
< [Enjoy|Go]

> I finally understood why {service} is slow on Mondays
< [Tell me|Go on]
> Every weekend the cache expires, completely, at midnight on Sunday, because in {2015-2021} somebody wanted fresh numbers for one meeting on Monday morning. The meeting no longer exists. The person no longer works here. The line is still there, with a comment that says 'temporary'.
< [Beautiful|'temporary' 😭]
< Delete it?
> [Deleted|With pleasure]

> [Merged 🎉|It's merged]
< [Nice|Congrats|Finally]
>? {3-11} weeks
<? We should frame the diff

> Could you share the file from yesterday?
< https://files.example.com/{slug}
> [Thanks|Got it]

> [Contract|The contract] from {client} is back, two changes in section {3-8}
< [Big ones?|Which?]
> Payment in {30-60} days instead of {14-20}, and they want the source of {service} in escrow
< [First one fine, second one: ask legal|Hm. Call them?]
> [Asking|I'll call]

> Demo went [well|okay]
< [Questions?|What did they say?]
> [Only good ones|One: 'can it do that in Portuguese?']
< [It can|Tell them yes, from {workday}]

> My laptop updates itself. {12-60} %
< [Coffee?|The meeting starts in five]
> [Dialling in from the phone|Coffee]

> Do we have a decision on {doc}?
< [Not yet|{friend} wants to sleep on it]
> [Until when?|Client asks daily]
< [{workday}|I'll push]

> Wrote the post-mortem, please check the timeline:
  ~
  09:{10-20} alert
  09:{21-29} {friend} looks
  09:{31-45} rollback
  09:{46-58} all green
< [Correct|I think the rollback began earlier]
> [Then I change it|Thanks]
<? Good that nobody is named in the causes

> What's the room for {time}?
< [The small one|3rd floor, the one with the dying plant]
> The {plant}? [Not dead yet?|I watered it]

> I'm off, see you [tomorrow|on {workday}]
< [Bye|See you 👋|Have a good one]

> [thx|thanks!]
< [np|👍|any time]

> [Seen the build?|The build is red]
< [Flaky or real?|Mine?]
> [Real, {service}|Yours, I think. Line {40-380}]
< [Fixing|Ah. A comma]
> [Green again|💚]

> Should the API answer 404 or 403 there?
< [404, otherwise you tell people it exists|404]
> [Makes sense|ok]

> Who orders the cake for {friend}'s last day?
< [I can|You?]
> [I collect, you order|{sweet}, for {12-25} people]
< [Deal|ok, by {workday}]

> Estimate for {service}?
< [{3-8} days|A week, and one more for what we don't know]
> [I tell them two weeks|Fair]

> {friend} asked if we can talk at the meetup about how we did the migration
< [We?|You should!]
> [Both. You the story, me the numbers|I'd rather hide]
< [Ok, if there's pizza|In. When?]
> {workday}, in {3-6} weeks

> Can you see my screen?
< [Yes|No, black|I see your holiday photos]
> [Oops|Now?]
< [Now yes|Good photos though]

> Invoice {2030-2990} is still open
< [I remind them|{client}? They pay on the last day, always]
> [ok|Then we wait until {workday}]

> Please don't merge before I've looked, just {20-50} minutes
< [Waiting|No hurry]
> [Looked, go|Found something: two people saving at the same time]
< [Oh. Yes. Good find|Ship it then]

> Idea: we answer support mails in turns, one day each, everybody, also {friend} and me
< [I like it|The designers too?]
> Everybody. You learn more in a day of that than in a month of dashboards, and the questions stop being 'tickets' and become Mrs. Holm who can't find her invoice because we called it 'document'.
< [Poor Mrs. Holm|I take Tuesdays]
> [Great, I make a table|Writing it up]
";
