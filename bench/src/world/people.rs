//! People, signed in, with private chats in a ring: each talks to the next few.

use std::collections::BTreeSet;

use anyhow::{anyhow, ensure};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Utc;
use model::{RoomId, SessionId, UserId, accounts::Me};
use sha2::{Digest, Sha256};

use super::database::{Database, NewPerson};
use crate::client::Http;

const REFRESH: &str = "dev-rapport-refresh";

pub struct Person {
    pub user: UserId,
    pub http: Http,
    pub rooms: Vec<RoomId>,
}

/// Makes `count` people and `rooms` chats among them. Accounts and sessions are written to the
/// database, since hashing hundreds of passwords would take minutes; all else goes over HTTP.
///
/// # Errors
/// The database or the server does not take them.
pub async fn people(
    http: &Http,
    database: &Database,
    count: usize,
    rooms: usize,
) -> anyhow::Result<Vec<Person>> {
    ensure!(count >= 3, "at least 3 people are needed, so that somebody is a stranger to a chat");
    let most = most_chats(count);
    ensure!((1..=most).contains(&rooms), "{count} people can have 1 to {most} chats");
    let mut people = sign_in(http, database, count).await?;
    for (one, other) in pairs(count, rooms) {
        // Both open it: otherwise the other one would see it with its first message.
        for (from, to) in [(other, one), (one, other)] {
            let opened = people[from].http.open_room(people[to].user).await;
            let room = opened.map_err(|error| anyhow!("{error}"))?;
            people[from].rooms.push(room.id);
        }
    }
    Ok(people)
}

async fn sign_in(http: &Http, database: &Database, count: usize) -> anyhow::Result<Vec<Person>> {
    let (mut new, mut people) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (user, session) = (UserId::new(), SessionId::new());
        let secret = rand::random::<[u8; 32]>();
        let http = http.anonymous();
        http.set_cookie(REFRESH, &format!("{session}.{}", BASE64_URL_SAFE_NO_PAD.encode(secret)));
        let digits = user.0.simple().to_string();
        new.push(NewPerson {
            user,
            username: format!("b{}", &digits[digits.len() - 20..]),
            session,
            refresh_hash: Sha256::digest(secret).to_vec(),
        });
        people.push(Person { user, http, rooms: Vec::new() });
    }
    database.add(&new, Utc::now()).await?;
    for person in &people {
        let me = person.http.get::<Me>("/api/accounts/me", &[]).await;
        let me = me.map_err(|error| anyhow!("{} lets nobody in: {error}", http.origin()))?;
        ensure!(me.id == person.user, "signed in as somebody else");
    }
    Ok(people)
}

/// So many that every chat has a stranger, and one pair is left without.
pub fn most_chats(people: usize) -> usize {
    (people * people.saturating_sub(1) / 2).saturating_sub(1)
}

/// Who talks to whom: first the neighbours in the ring, then those two places on, and so forth.
fn pairs(count: usize, rooms: usize) -> Vec<(usize, usize)> {
    let mut pairs = BTreeSet::new();
    let mut ordered = Vec::new();
    for distance in 1..count {
        for one in 0..count {
            let other = (one + distance) % count;
            let pair = (one.min(other), one.max(other));
            if ordered.len() < rooms && pairs.insert(pair) {
                ordered.push(pair);
            }
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_talks_to_some_and_not_to_all() {
        let pairs = pairs(5, 9);
        assert_eq!(pairs.len(), 9);
        assert_eq!(pairs.iter().collect::<BTreeSet<_>>().len(), 9);
        assert!(pairs.iter().all(|(one, other)| one != other));
        assert!((0..5).all(|person| pairs.iter().any(|(one, other)| [*one, *other].contains(&person))));
    }
}
