//! How the main person's chats end: what a first look at the list and at each chat shows. `>` is the
//! main person.

pub(crate) const INES: &str = r"
< Morning light in the front room, finally without the scaffolding
> Look at that wall!
< I can't stop looking at it
< Do we still have the number of the colour? Hana wants it for her hallway
> It is on the tin, I took a note:
  ~
  wall   S 0804-Y30R   2 coats
  trim   S 0500-N      1 coat
< You and your notes ❤️
> Somebody in this friendship has to

< Jonas asks if we still have the sander
> In the shed, behind the bikes. He can keep it until Sunday
< 👍
< And the offer for the plastering came, 2,214 for both rooms, clean-up included. Valid until Friday. I think that's fair: the other one was 2,900 and he wanted us to carry the rubble ourselves, down three floors, with my back. What do you say?
> I say yes before he changes his mind
< Ha. Yes. Writing to him now
> Does he have the key code?
< He has it, I sent it this morning
> Then everything is said. Coffee later? I'm done at four
< Só se houver bolo
> Há sempre bolo 😄
< He confirmed! Thursday, 8:30
< And the window handles arrive the same day 🎉
";

pub(crate) const RAVI: &str = r"
> How did the call with Bluestone go?
< Better than expected. They take the new importer from the first of the month
> All three sites?
< All three. They only asked that the old export stays for a while:
  - same columns
  - same order
  - until the end of the quarter
> That we can do, it's one view
< I thought so and said 'let me check' in a worried voice
> Very professional
< The contract is in your mailbox, legal has looked at it. Section 4 is the only new one
> Reading

> Read it. Section 4 is fine, and there is a typo in the address, page 2
< Argh. Fixed, new version is up
> Sent the signed copy 👍
";

pub(crate) const TOMASZ: &str = r"
> Are the keys still with the neighbour?
< Yes, blue door on the left
> Thanks, found it. It smells of paint in here
< Good paint or bad paint
> Good paint!

< Hej, one question about the lease
< It says notice period three months 'to the end of a quarter'. So if we sign the new one today, the old one runs until the end of June?
< Or until the end of March, if they count from the first
< https://files.example.com/lease-v3
< I marked the paragraph in yellow
< Sorry for so many messages
< Can you look at it before 5?
";

pub(crate) const ADAEZE: &str = r"
< I have two versions for the invitation
< One: 'Come as you are, bring what you like'
< Two: 'Forty! There will be rice. There will be dancing. There will be my aunt'
> The second one, no contest
< Is the aunt too much?
> The aunt is the reason people will come
< 😂 she will frame it
> Send it before you change your mind. And put the address bigger, half of them will look for it on the phone in the rain
";

pub(crate) const HANA: &str = r"
< 切符買った？
> Yes! Both of us, window seats 🎫
< やった！
> Which train do you take to the station?
< The 13:20, then I'm there with time for a coffee
> Perfect. I'll be under the big clock
< また明日！
> See you on the 14:05
";

pub(crate) const MEI: &str = r"
> Did Ida find her jacket?
< It was in the box at school. With four other jackets, two of them hers
> Two!
< We don't talk about it
> 😄
< Tasting is at 18:00 on Saturday instead of seven, can you still come?
";

pub(crate) const NOOR: &str = r"
< So, who finished it?
> Me, last night, at two, like an adult
< And??
> I was angry for a hundred pages and then I understood that the boat was the story
< YES. That's exactly it
< Emil gave up before the boat
> Poor Emil. Tell him to go on until the harbour
> And next time something short, please, I need my sleep back
";

pub(crate) const MATEO: &str = r"
< Third again
> Third is good! Last year we were ninth
< Third is the first of those who win nothing
> That's the most you thing you have ever said
< Tell me I'm wrong
> I can't. But next Sunday we beat them, Pihl plays, the sun shines, and you'll say you always knew
< haha exactly
";

pub(crate) const JONAS: &str = r"
< Rode the loop this morning. The path at the reservoir is open again, all the way to the dam
> Finally! How's the surface?
< Like a new road. 61 km, 2 h 40, one heron
> One heron, that's a good ratio
< Next Saturday, you and me and a cake at the half?
> Yes. I pump the tyres tonight
";

pub(crate) const SALMA: &str = r"
< مساء الخير! كيف كان الدرس؟
> Good! I can read the signs now, slowly. It took me a minute to understand مخرج, and I was standing in it
< 😂 ممتاز
< في المرة القادمة نقرأ قائمة الطعام
> That is the only reading I'm motivated for
< اتفقنا. يوم الجمعة عند أمي، الساعة السابعة
> شكراً! سأكون هناك
";

pub(crate) const LERATO: &str = r"
> My ears are still ringing
< Mine too. The second encore!!
> When she put down the guitar and just sang
< I looked at you and you were crying
> I was not. It was the smoke
< Eva, there was no smoke
> 🥲
";

pub(crate) const KERTTU: &str = r"
< Hello Eva, the heating people come on Tuesday between 8 and 12, they need to get into all flats
> Hello Kerttu, thanks for telling me! I'm at work then, could you let them in?
< Of course. Do I still have your key? The one with the red ribbon?
> That's the one. Thank you, I'll bring you a cake
< No nuts please
> No nuts!
";

pub(crate) const LINH: &str = r"
> Linh, what was in the broth? I dream of it
< Haha. Star anise, cinnamon, burnt ginger and burnt onion, and time. Mostly time
> How much time?
< Five hours. Six if you have visitors you like
< Write down:
  ~
  2 kg bones, blanched
  1 ginger, 2 onions, burnt on the flame
  3 star anise, 1 cinnamon stick, 5 cloves
  fish sauce, rock sugar, salt at the end
> Burnt on the flame, noted. With the window open, I guess
< With the window open and the alarm off 😄
> Thank you!! I'll report
< Please do
";

pub(crate) const OLEKSANDR: &str = r"
< Hi Eva, it's Oleksandr, we met at Adaeze's on Saturday. You said you know somebody who repairs old radios? Mine is from 1962 and only plays one station, and I don't like the station.
";

#[cfg(test)]
pub(super) const ALL: [&str; 14] =
    [INES, RAVI, TOMASZ, ADAEZE, HANA, MEI, NOOR, MATEO, JONAS, SALMA, LERATO, KERTTU, LINH, OLEKSANDR];
