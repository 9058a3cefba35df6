//! What the gaps in a dialogue are filled with.

use std::collections::HashMap;

use crate::random::Random;

#[rustfmt::skip]
const LISTS: &[(&str, &[&str])] = &[
    ("city", &["Ljubljana", "Porto", "Ghent", "Kraków", "Bologna", "Tartu", "Valencia", "Aarhus", "Kyoto", "Lyon", "Trieste", "Essaouira", "Bergen", "Oaxaca", "Utrecht", "Tbilisi", "Kochi", "Lisbon"]),
    ("friend", &["Petra", "Emil", "Samira", "Otto", "Lucie", "Dario", "Anouk", "Malik", "Greta", "Pavel", "Yara", "Simon", "Kofi", "Ilse", "Rosa", "Tariq", "Nell", "Jun", "Marek", "Vera"]),
    ("kid", &["Nora", "Leo", "Mila", "Theo", "Ida", "Max", "Zoe", "Finn"]),
    ("day", &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]),
    ("workday", &["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]),
    ("time", &["8:30", "9:15", "10:00", "11:30", "12:15", "14:00", "15:45", "16:30", "17:00", "18:00", "18:30", "19:15", "20:00"]),
    ("dish", &["lentil soup", "mushroom risotto", "jollof rice", "ramen", "pierogi", "bacalhau", "shakshuka", "the aubergine thing", "dal", "fish tacos", "gnocchi", "okonomiyaki", "moussaka", "paella", "pho", "leek quiche"]),
    ("sweet", &["carrot cake", "lemon tart", "cinnamon buns", "plum crumble", "pastéis de nata", "brownies", "rhubarb pie", "semla", "basbousa"]),
    ("herb", &["basil", "thyme", "coriander", "rosemary", "mint", "sage", "dill"]),
    ("room", &["kitchen", "bathroom", "hallway", "bedroom", "study", "living room", "attic"]),
    ("colour", &["sage green", "off-white", "pale grey", "terracotta", "dusty blue", "warm yellow", "dark blue"]),
    ("tool", &["drill", "spirit level", "ladder", "tile cutter", "sander", "wallpaper steamer", "big saw"]),
    ("thing", &["umbrella", "charger", "blue scarf", "water bottle", "reading glasses", "sunglasses", "notebook", "casserole dish"]),
    ("plant", &["monstera", "fig tree", "basil", "orchid", "lemon tree", "spider plant"]),
    ("book", &["The Salt Ledger", "A Map of Small Rivers", "Winter Tenants", "The Glass Orchard", "Nine Ferries", "What the Tide Kept", "The Cartographer's Son", "Slow Light", "Letters to a Lighthouse", "The Quiet Parade", "Orange Is a Direction"]),
    ("film", &["Night Ferry", "The Long Corridor", "Paper Boats", "Northern Exit", "The Beekeeper's Alibi", "Two Suitcases", "Half Past Summer", "Low Tide"]),
    ("band", &["The Paper Owls", "Velvet Tram", "Kino Nord", "Little Harbour", "The Understudies", "Saltwater Choir", "Mond & Söhne", "Casa Azul"]),
    ("team", &["Harbour United", "Rovers", "the reds", "the greens", "Northside", "Sporting Vale", "Athletic Riverside", "the whites"]),
    ("score", &["2–1", "3–0", "1–1", "0–0", "4–2", "2–2", "1–0", "3–2"]),
    ("street", &["Mill Street", "Canal Road", "Rua das Flores", "Linden Alley", "Harbour Lane", "Church Square", "Orchard Street"]),
    ("café", &["Café Lumo", "the place with the green door", "Bar Tomada", "Kaffikontoret", "the bakery on the corner", "Little Finch"]),
    ("lake", &["the lake", "the reservoir", "the quarry", "the river", "the coast"]),
    ("subject", &["maths", "biology", "geography", "French", "history", "physics"]),
    ("service", &["billing", "search", "the importer", "the mailer", "the gateway", "the archive", "the scheduler", "sign-in"]),
    ("client", &["Nordvik", "Amaro", "Bluestone", "Kestrel", "Tanaka Foods", "Helio", "Marlow & Finch"]),
    ("doc", &["the proposal", "the roadmap", "the release notes", "the contract", "the slides", "the post-mortem", "the budget sheet"]),
    ("part", &["chain", "rear tyre", "brake pads", "saddle", "derailleur", "front light", "bottom bracket"]),
    ("weather", &["raining sideways", "sunny at last", "foggy", "freezing", "so hot", "hailing", "grey but dry"]),
    ("animal", &["cat", "dog", "neighbour's cat", "hedgehog", "hen"]),
    ("slug", &["summer-list", "saturday", "plans-2", "shared", "offer-final", "route-b", "album-14"]),
];

/// How often something is looked for that does not stand in the dialogue yet.
const TRIES: usize = 8;

/// What was chosen for the gaps of one dialogue.
#[derive(Default)]
pub(crate) struct Slots(HashMap<String, String>);

impl Slots {
    /// Chooses among the alternatives and fills the gaps.
    pub(crate) fn fill(&mut self, text: &str, me: &str, you: &str, random: &mut Random) -> String {
        let text = replace(text, '[', ']', |inside| {
            let alternatives: Vec<&str> = inside.split('|').collect();
            (*random.pick(&alternatives)).to_owned()
        });
        let text = replace(&text, '{', '}', |inside| match inside {
            "me" => me.to_owned(),
            "you" => you.to_owned(),
            name => self.chosen(name, random),
        });
        text.trim().to_owned()
    }

    fn chosen(&mut self, name: &str, random: &mut Random) -> String {
        if let Some(chosen) = self.0.get(name) {
            return chosen.clone();
        }
        let mut new = choose(name, random);
        for _ in 0..TRIES {
            if !self.0.values().any(|other| *other == new) {
                break;
            }
            new = choose(name, random);
        }
        self.0.insert(name.to_owned(), new.clone());
        new
    }
}

/// A second one from a list is asked for with a digit behind the name.
fn choose(name: &str, random: &mut Random) -> String {
    if let Some((from, to)) = name.split_once('-')
        && let (Ok(from), Ok(to)) = (from.parse::<i64>(), to.parse::<i64>())
    {
        return random.within(from..=to).to_string();
    }
    let list = name.trim_end_matches(|c: char| c.is_ascii_digit());
    match LISTS.iter().find(|(found, _)| *found == list) {
        Some((_, list)) => (*random.pick(list)).to_owned(),
        None => format!("{{{name}}}"),
    }
}

/// Replaces what stands between the two marks, and the marks.
fn replace(text: &str, open: char, close: char, mut with: impl FnMut(&str) -> String) -> String {
    let mut done = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, marked)) = rest.split_once(open) {
        let Some((inside, after)) = marked.split_once(close) else { break };
        done.push_str(before);
        done.push_str(&with(inside));
        rest = after;
    }
    done.push_str(rest);
    done
}
