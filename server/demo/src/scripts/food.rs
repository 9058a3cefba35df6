//! Cooking, recipes, restaurants.

pub(crate) const FOOD: &str = r"
> Can you send me the recipe for {dish}?
< [Sure|Of course, wait]
< It's not really a recipe, more a habit:
  ~
  1 onion, slowly, in too much butter
  2 cloves of garlic, later than you think
  a handful of {herb}
  {20-45} minutes on low heat, lid half open
  salt at the end, then taste, then salt again
> [Writing it down|How many people is that for?|'Too much butter' 😄]
< [Two, or one very happy one|Four. Or two with seconds]

@evening
> What's for dinner [at yours|tonight]?
< {dish}. [There's enough for one more|You?]
> [On my way|Toast 😔|Leftovers from {day}]

> I burned the {sweet}
< [Black or dark?|How burned]
> [Charcoal|Smoke alarm level]
< [Cut off the top, add sugar, call it rustic|We've all been there]
>? The fire brigade of my heart thanks you

> [Table for {4-8} on {day}?|Should I book for {day}?]
< [Yes, {19-20}:30|Please, {19-20}:30 if you can]
> They only have [19:00 or 21:30|a table outside]
< [The early one|Fine, it's warm]
> Done. It's under my name

> How long do you soak the beans?
< [Overnight|At least {8-12} hours]
> …I have forty minutes
< [Then it's pasta tonight|Tin. Nobody will know]

> Pancakes, for when you need them:
  ~
  250 g flour
  500 ml milk
  3 eggs
  a pinch of salt, a spoon of sugar
  ~
  Mix, wait half an hour, hot pan. The first one is always for the cook.
< [The first one law 😂|Thank you, the kids send kisses]

> [Did you try the new place|Have you been to the new place] on {street}?
< [Once|Yes, with {friend}]. The bread alone is worth it
> [And the rest?|Expensive?]
< [{18-32} for the menu at noon|The rest was small. Beautiful, and small]

> Is it still good if it smells a bit like beer?
< [The sourdough? Yes|What is 'it'?]
> The {dish}
< [NO|Throw it away please|Absolutely not]

> What can I use instead of {herb}?
< [{herb2}, a bit less|Nothing. Leave it out]
> [Thanks chef|ok, out it goes]

> The tomatoes are ripe. ALL of them. At once
< How many is all
> {6-14} kilos
< [Sauce day!|I have jars|I'm coming with a knife]
> [Saturday?|{day}, {time}?]
< [Yes|I bring jars and {friend}]

> My bread came out flat again
< Tell me what you did
> 500 flour, 350 water, 100 starter, salt, folded three times, fridge overnight
< Sounds right. How lively is the starter? It should double in {4-6} hours and smell like yoghurt, not like nail polish. If it's slow, feed it twice a day for a few days and keep it somewhere warm, on top of the fridge or so. Flat bread is nearly always a tired starter, not your hands.
> [Nail polish. Definitely nail polish|Ah. It sleeps in the cold pantry]
< [There you go|Poor thing]

> Dinner at ours on {day}? Nothing big, just {dish} and people
< [Yes please|We'd love to]. What can we bring?
> [Yourselves|Something sweet|Chairs 😅]
< [{sweet} then|Two chairs, noted]

> [Cheese question|Important question]: with or without rind?
< [With, always|Depends on the cheese|Without, I'm not an animal]

> Is {friend} vegetarian or vegan now?
< [Vegetarian|Vegan, since spring]. And no nuts
> [Noted|ok so {dish} works]

> I'm in the shop. How much cream?
< [200|Two small ones|More than you think]
> [They're out of cream|Got it]
<? Then coconut milk, trust me

> That {dish} yesterday… [wow|I'm still thinking about it]
< [Thank you 🥰|There's a box of it in the fridge for you]

> Tasting is at {17-18}:30, not at seven
< [Noted|Ok, I'll be there]
>? {friend} brings the wine, you bring opinions
<? Those I have

> Quick: oven temperature for {sweet}?
< [180|175, no fan|200, then down to 170 after ten minutes]
> [👍|thanks]
";
