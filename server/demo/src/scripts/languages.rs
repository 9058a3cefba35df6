//! A few lines in other languages than English.

pub(crate) const PORTUGUESE: &str = r"
@morning
> [Bom dia|Olá], dormiste bem?
< [Mais ou menos|Muito bem!] E tu?
> [Como uma pedra|Acordei às cinco com o gato]
<? Coitadinha 😄

> Vens jantar no sábado?
< [Claro|Vou, sim]. Levo a sobremesa?
> Traz pastéis de nata, daqueles da esquina
< [Combinado|Já estou com fome]

> A minha mãe manda beijinhos
< [Que querida|Outro para ela ❤️]
>? E pergunta quando é que vens cá
<? Em breve, prometo

> Que saudades do mar
< [Eu também|Domingo, se não chover?]
> [Vamos|Fechado!]

> Parabéns!! 🎉
< [Obrigada!|Lembraste-te 🥹]
> Como é que eu me ia esquecer

> Já viste o tempo que faz? Chove a potes
< Aqui está sol, vem para cá
> [Má|Invejosa fico eu]
";

pub(crate) const JAPANESE: &str = r"
@morning
> [おはよう！|おはようございます☀️]
< [おはよう〜|おはよう、よく寝れた？]
> [うん、ぐっすり|まだ眠い…]

> 週末、空いてる？
< [土曜日なら大丈夫|うん、空いてるよ]
> 新しいラーメン屋さんに行かない？
< [行きたい！|いいね、何時にする？]
>? 12時に駅の前で

> 写真送るね https://photos.example.org/{slug}
< [きれい！|すごい、どこ？]
> 京都の小さいお寺。誰もいなかった
<? いいなあ

> How do you say 'long time no see' again?
< 久しぶり (hisashiburi)
> 久しぶり！
< [上手！👏|Perfect. 久しぶり！]

> 電車が遅れてる。ごめん、10分くらい
< [大丈夫、ゆっくりでいいよ|了解！カフェで待ってるね]
> [ありがとう🙏|すぐ行く]
";

pub(crate) const POLISH: &str = r"
> [Cześć|Hej], masz chwilę?
< [Jasne|Za pięć minut]
> Gdzie jest klucz do piwnicy?
< [U sąsiadki|W szufladzie w kuchni], jak zawsze
>? Dzięki!

> Kafelki przyjechały. W końcu
< [Wszystkie całe?|No nareszcie!]
> [Dwa pęknięte|Tak, cud]

> Dziękuję za pomoc w sobotę
< [Nie ma za co|Drobiazg]
<? Następnym razem ty niesiesz pralkę 😄

> Zrobiłem pierogi, przyjdź
< [Ile?|Już idę]
> Sześćdziesiąt
< [Jestem za dziesięć minut|Czyli na jedną osobę]

> Jak się mówi 'spirit level' po polsku?
< Poziomica
> [Dziękuję 🙏|Poziomica. Piękne słowo]
";

pub(crate) const ARABIC: &str = r"
@morning
> [صباح الخير ☀️|صباح النور]
< [صباح الورد|صباح النور، كيف حالك؟]
> [الحمد لله، وأنت؟|بخير، شكراً]
<? الحمد لله

> هل أنتِ متفرغة يوم الجمعة؟
< [نعم، بعد العصر|أظن ذلك، لماذا؟]
> أمي تطبخ المقلوبة وتسأل عنك
< [لا يمكن أن أرفض 😍|سأكون هناك]

> أرسلت لك الصور: https://photos.example.org/{slug}
< [ما أجملها!|شكراً كثيراً ❤️]

> My Arabic homework: is 'كتاب جديد' right for 'a new book'?
< نعم، ممتاز 👏
< And 'the new book' is الكتاب الجديد, both words take the article
> [Ah! Both|شكراً يا أستاذة]

> وصلتِ؟
< [وصلت الآن|بعد عشر دقائق، الطريق مزدحم]
> [على مهلك|أنا عند الباب]

> Recipe as promised, my grandmother's way:
  ~
  2 cups of lentils
  1 cup of rice
  3 onions, fried until nearly black
  cumin, salt, olive oil
  ~
  اسمها مجدّرة
< [مجدّرة! Thank you|Three onions for two people? يا سلام]
> [The onions are the dish|بالعافية]
";
