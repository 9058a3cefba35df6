//! Health, and everything about school.

pub(crate) const HEALTH: &str = r"
> [What did the doctor say?|How was the appointment?]
< [All fine|Nothing bad]. Rest for {3-10} days and drink tea
> [You, rest?|Good!]
< [I know|I'm trying. I have watched {film} twice]

> Do you know a good dentist?
< [Dr. Ahlberg on {street}|Mine, on {street}], gentle and always {15-30} minutes late
> [Gentle is what I need|Thanks, calling]
>? They have {workday} {time}!

> Cold? Again?
< The kids bring everything home
> [Soup is on the way|Do you need anything?]
< [Tissues and pity|Just sleep]
>? Pity I have plenty

> I ran {4-11} km today
< [YOU?|Wow]
> [Slowly|Don't tell my knees]
< [Slow counts|So proud. Tomorrow again?]

> Appointment moved to {workday}, {time}
< [Shall I come with you?|Do you want a lift?]
> [Would you? I hate waiting rooms|No need, but thank you]
<? I'll bring {book}, we take turns

> My back 😩
< [Sitting or lifting?|The boxes?]
> [Lifting. Like an idiot|I slept wrong. How does one sleep wrong]
< Lie on the floor, legs up on a chair, ten minutes. Looks silly, works
> [Doing it now|The {animal} has joined me]

> [Blood test is back|Results are here]: all good, a bit low on iron
< [Good news!|Lentils!]
> [{dish} it is|So, more lentils]

> How do you sleep these days?
< [Better|Badly, honestly]
< No phone after ten, window open, and I stopped counting. The counting was the worst part: lying there and subtracting. Now if I'm awake I'm awake, I read three pages of {book} and usually that does it.
> [I'll try the no counting|I do exactly the subtracting]

> The physio showed me an exercise that is basically lying down
< [Sign me up|Which one?]
> You breathe and imagine you're a [bridge|starfish]
< [I have been training for this all my life|hahaha]

> Pharmacy on {street} has it
< [Thank you!|How much?]
> {8-24}, open until {18-20}:00
< [Going|On my way]
";

pub(crate) const SCHOOL: &str = r"
> Can you pick up {kid} on {workday}? [I'm stuck|Meeting until {time}]
< [Sure|Of course]. Usual gate?
> [Side gate, they're building at the front|Yes]. Thank you!!
<? We'll have pancakes, no hurry

> [Is there school on {workday}?|Is {workday} off or not?]
< [Off, teachers' day|Half day, until 12]
> [Nobody tells me anything|It was in the newsletter, wasn't it]
<? Page four, under the lost mittens

> {kid} forgot the [gym bag|{subject} book] at yours
< [Found it|Yes, by the shoes]
> [Can {kid2} take it to school?|I'll come by]
< [Already in the bag|Sure]

> What are they supposed to do in {subject}?
< [Page {24-96}, the odd numbers|The poster. For tomorrow]
> [TOMORROW?|Thanks]
< [It has been on the fridge for three weeks 😅|Glue I can lend you]

> Parents' evening: {workday}, {18-19}:30, room {101-214}
< [You go or I go?|Thanks, wrote it down]
> [Both? It's about the trip|I can go]
< [ok|Then you get the tiny chair]

> {kid} has lost the first tooth!
< [Oh!! Congratulations|The tooth fairy must hurry]
> What's the rate these days?
< [{1-5}. {kid2} negotiated|A coin and a letter]

> The class needs {2-4} cakes for {day}
< [I'll make {sweet}|I buy one, don't judge]
> [No nuts please, {kid} again|Nobody judges. I judge a little]

> [Birthday party|Party for {kid}] on {day}, {14-15}:00 to six. Can {kid2} come?
< [Yes!|Gladly]. What does {kid} like these days?
> [Volcanoes|Everything with wheels|Octopuses, seriously only octopuses]
< [I know just the book|Easy]

> School trip money, {12-38}, until {workday}. Did you pay?
< [Just now, thanks|Ups]
> [I only knew because {friend} wrote|You're not the only one]

> How was the play?
< {kid} was a tree. With text. 'The wind is rising' and then a long pause, and then, to the whole room: 'I also know the others' lines.' And said them. All of them. The prince was furious.
> [I'm crying|A star is born|Please tell me somebody filmed it]
< https://clips.example.org/{slug}

> Piano lesson is cancelled this week
< [Ok, thanks|The neighbours will be sad. Or not]
";
