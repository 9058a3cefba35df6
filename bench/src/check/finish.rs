//! The end of a run: everything is healed, everybody catches up, everything is read.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::anyhow;
use futures::{StreamExt, TryStreamExt, stream};
use model::{Chat, Rev, RoomId, Seq, UserId};
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    crowd::{Crowd, Member},
    record::{DeviceId, Told, View},
};
use crate::{
    client::{Handle, Http, Order},
    world::Database,
};

/// How long the clients may take to be caught up once everything is healed, and how long after that
/// moment everything is read at the earliest: what comes late is seen as well.
#[derive(Clone, Copy)]
pub(super) struct Grace {
    pub within: Duration,
    pub stands: Duration,
}

impl Grace {
    pub(super) const USUAL: Self = Self { within: Duration::from_secs(10), stands: Duration::from_secs(10) };
}

const LOOK: Duration = Duration::from_millis(100);
/// People read for at a time.
const AT_ONCE: usize = 4;
/// Late devices told in words.
const TOLD: usize = 5;

/// Waits until every device is caught up (I8), and until the grace is over. Who is late then is a
/// violation. Returns how long it took.
///
/// # Errors
/// The database does not answer.
pub(super) async fn catch_up(crowd: &Crowd, database: &Database, grace: Grace) -> anyhow::Result<Duration> {
    let healed = Instant::now();
    for (_, handle) in crowd.devices() {
        handle.tell_positions();
        handle.order(Order::Wake);
    }
    let took = all_there(crowd, database, healed, grace.within).await?;
    sleep_until(healed + grace.stands).await;
    all_there(crowd, database, Instant::now(), grace.within).await?;
    Ok(took)
}

/// Waits until every device stands where its rooms stand. Returns how long after `healed` that was.
async fn all_there(
    crowd: &Crowd,
    database: &Database,
    healed: Instant,
    within: Duration,
) -> anyhow::Result<Duration> {
    let rooms = crowd.rooms();
    loop {
        sleep(LOOK).await;
        // Before the heads: who stands there now has everything.
        let heads = database.heads(&rooms).await?;
        let late: Vec<String> = crowd
            .devices()
            .filter_map(|(id, handle)| Some(format!("device {id} {}", late(handle, &heads)?)))
            .collect();
        if late.is_empty() {
            return Ok(healed.elapsed());
        }
        if healed.elapsed() > within {
            for late in late.iter().take(TOLD) {
                crowd.journal.incident(format!("not recovered after {} s: {late}", within.as_secs()));
            }
            return Ok(healed.elapsed());
        }
    }
}

/// Why a device is not caught up.
fn late(handle: &Handle, heads: &BTreeMap<RoomId, Rev>) -> Option<String> {
    let status = handle.status();
    if !status.caught_up {
        let silent = status.heard_at.map(|at| at.elapsed()).unwrap_or_default();
        return Some(format!("is not caught up but {}, last heard {silent:?} ago", status.doing));
    }
    if status.unsent > 0 {
        return Some(format!("has {} messages or changes without an answer", status.unsent));
    }
    if status.revs.is_empty() {
        return Some("has no rooms".to_owned());
    }
    let behind = status.revs.iter().find(|(room, rev)| heads.get(room) != Some(rev));
    behind.map(|(room, rev)| {
        let head = heads.get(room).copied().unwrap_or_default();
        format!("stands at {rev} of {head} in {room}")
    })
}

/// Reads every room as every device holds it, as the API gives it to each member, and by SQL.
///
/// # Errors
/// A page or the database cannot be read.
pub(super) async fn read(crowd: &Crowd, database: &Database) -> anyhow::Result<()> {
    let limited = crowd.journal.record().limited.clone();
    let views = |member| views(crowd, member, &limited);
    let views: Vec<Vec<View>> =
        stream::iter(&crowd.members).map(views).buffer_unordered(AT_ONCE).try_collect().await?;
    let standing = database.histories(&crowd.rooms()).await?;
    let people: Vec<UserId> = crowd.members.iter().map(|member| member.person.user).collect();
    let strays = database.strays(&people, &crowd.rooms()).await?;
    if strays > 0 {
        crowd.journal.incident(format!("{strays} messages stand in rooms that nobody opened"));
    }
    let mut record = crowd.journal.record();
    record.views = views.into_iter().flatten().collect();
    record.standing = standing;
    Ok(())
}

async fn views(
    crowd: &Crowd,
    member: &Member,
    limited: &BTreeSet<(DeviceId, RoomId)>,
) -> anyhow::Result<Vec<View>> {
    let mut views = Vec::new();
    let person = &member.person;
    for room in &person.rooms {
        let messages = history(&person.http, *room).await?;
        views.push(View { whose: format!("{} by the API", person.user), room: *room, messages });
    }
    for (id, handle) in &member.devices {
        let Some(mut chat) = handle.show().await else {
            crowd.journal.incident(format!("device {id} shows nothing any more"));
            continue;
        };
        for room in &person.rooms {
            if limited.contains(&(*id, *room)) {
                scrolled_up(&mut chat, &person.http, *room).await?;
            }
            let shown = chat.conversation(*room).map(|one| one.timeline.messages()).unwrap_or_default();
            let messages = shown.iter().map(Told::from).collect();
            views.push(View { whose: format!("device {id}"), room: *room, messages });
        }
    }
    Ok(views)
}

/// A room's messages, page by page from the first.
async fn history(http: &Http, room: RoomId) -> anyhow::Result<Vec<Told>> {
    let mut messages: Vec<Told> = Vec::new();
    loop {
        let last = messages.last().map_or(Seq::ZERO, |told| told.seq);
        let page =
            http.page(room, "after", last).await.map_err(|error| anyhow!("a page of {room}: {error}"))?;
        if page.messages.is_empty() {
            return Ok(messages);
        }
        messages.extend(page.messages.iter().map(Told::from));
    }
}

/// What a device that was told of too much missed shows, once somebody has scrolled to the first
/// message. A hole elsewhere stays: the oracle says what is missing.
async fn scrolled_up(chat: &mut Chat, http: &Http, room: RoomId) -> anyhow::Result<()> {
    let start = |chat: &Chat| {
        chat.conversation(room).and_then(|one| one.timeline.messages().first()).map(|first| first.seq)
    };
    while let Some(first) = start(chat).filter(|first| *first > Seq(1)) {
        let page =
            http.page(room, "before", first).await.map_err(|error| anyhow!("a page of {room}: {error}"))?;
        chat.page(page);
        if start(chat) == Some(first) {
            return Ok(());
        }
    }
    Ok(())
}
