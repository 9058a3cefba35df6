//! The people of a demo: a cast with names of its own, and as many more as the scale asks for.

use chrono::{DateTime, TimeDelta, Utc};
use model::UserId;

use super::{
    names::{CULTURES, fold},
    random::Random,
};

/// People in a circle: those who chat with each other. The first circle is the cast.
pub(super) const CIRCLE: usize = 24;
/// The person a demo is looked at with.
pub(super) const MAIN: usize = 0;

pub(super) const EMAIL_DOMAIN: &str = "demo.example";

/// Usernames and names; Eva comes first, then those she chats with, then the others.
const CAST: [(&str, &str); CIRCLE] = [
    ("eva", "Eva Vidal"),
    ("ines.duarte", "Inês Duarte"),
    ("ravi.menon", "Ravi Menon"),
    ("tomasz.wilk", "Tomasz Wilk"),
    ("adaeze.okafor", "Adaeze Okafor"),
    ("hana.sato", "Hana Sato"),
    ("mei.lindqvist", "Mei Lindqvist"),
    ("noor.bakker", "Noor Bakker"),
    ("mateo.fuentes", "Mateo Fuentes"),
    ("jonas.pihl", "Jonas Pihl"),
    ("salma.haddad", "سلمى حداد"),
    ("lerato.mokoena", "Lerato Mokoena"),
    ("kerttu.saar", "Kerttu Saar"),
    ("linh.tran", "Linh Trần"),
    ("oleksandr.koval", "Олександр Коваль"),
    ("amara.diallo", "Amara Diallo"),
    ("wiremu.tamatea", "Wiremu Tamatea"),
    ("freyja.asgeirs", "Freyja Ásgeirs"),
    ("kaito.arakawa", "Kaito Arakawa"),
    ("zeynep.aydin", "Zeynep Aydın"),
    ("bruno.carvalhal", "Bruno Carvalhal"),
    ("nandini.rao", "Nandini Rao"),
    ("etienne.morvan", "Étienne Morvan"),
    ("hyunwoo.baek", "Hyun-woo Baek"),
];

/// Middle initials, for when the pairs of first and last names are used up.
const INITIALS: &[u8] = b"ABDEGHJKLMNPRSTVW";

pub(super) struct Person {
    pub(super) id: UserId,
    pub(super) username: String,
    pub(super) name: String,
    pub(super) joined: DateTime<Utc>,
}

impl Person {
    pub(super) fn first_name(&self) -> &str {
        self.name.split_whitespace().next().unwrap_or(&self.name)
    }

    pub(super) fn email(&self) -> String {
        email(&self.username)
    }
}

/// The address by which a demo is recognised: nobody can have it, since `.example` is nobody's.
pub(super) fn main_email() -> String {
    email(CAST[MAIN].0)
}

pub(super) fn main_username() -> &'static str {
    CAST[MAIN].0
}

fn email(username: &str) -> String {
    format!("{username}@{EMAIL_DOMAIN}")
}

/// `circles` circles of people, who joined in the three weeks after `first`.
pub(super) fn people(circles: usize, first: DateTime<Utc>) -> Vec<Person> {
    let mut random = Random::named("people");
    let cast = CAST.iter().map(|(username, name)| ((*username).to_owned(), (*name).to_owned()));
    let others = (0..CIRCLE * (circles - 1)).map(further);
    let join = |(username, name): (String, String)| {
        let joined = first + TimeDelta::milliseconds(random.within(0..=21 * 24 * 3_600_000));
        Person { id: UserId(random.id(joined)), username, name, joined }
    };
    cast.chain(others).map(join).collect()
}

/// The username and the name of the n-th person after the cast.
fn further(n: usize) -> (String, String) {
    let (firsts, lasts) = &CULTURES[n % CULTURES.len()];
    let n = n / CULTURES.len();
    let (column, row) = (n % firsts.len(), n / firsts.len());
    let first = firsts[column];
    // Diagonally: neighbours in the list share neither name.
    let last = lasts[(row + column) % lasts.len()];
    let round = row / lasts.len();
    let middle = round.checked_sub(1).map(|round| char::from(INITIALS[round % INITIALS.len()]));
    match middle {
        None => (format!("{}.{}", fold(first), fold(last)), format!("{first} {last}")),
        Some(middle) => (
            format!("{}.{}.{}", fold(first), middle.to_ascii_lowercase(), fold(last)),
            format!("{first} {middle}. {last}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CIRCLE, Person, people};
    use crate::SCALE_MAX;

    #[test]
    fn at_any_scale_everybody_has_a_valid_name_of_their_own() {
        let people = people(SCALE_MAX as usize, chrono::DateTime::UNIX_EPOCH);
        assert_eq!(people.len(), CIRCLE * SCALE_MAX as usize);
        let distinct: BTreeSet<&str> = people.iter().map(|person| person.username.as_str()).collect();
        assert_eq!(distinct.len(), people.len());
        for Person { username, name, .. } in &people {
            assert_eq!(backend::names::username(username).as_ref(), Ok(username));
            assert_eq!(backend::names::display_name(name).as_ref(), Ok(name));
        }
    }
}
