//! A demo: believable people, their chats and their messages, for looking at, for screenshots and
//! for measuring. The same scale gives the same people, chats and texts, at times relative to the
//! present; at the same moment also the same ids.

mod afterwards;
mod chats;
mod conversation;
mod insert;
mod marks;
mod names;
mod people;
mod random;
mod scripts;
mod timeline;

use backend::{
    Backend,
    accounts::hash_password,
    database::schema::users,
    failure::{Failure, Outcome},
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Text},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use model::{Error, MessageId, RoomId};

use afterwards::afterwards;
use chats::Chat;
use conversation::Conversation;
use insert::{CHUNK, Member, Message, Room};
use people::Person;
use random::Random;
use scripts::{Library, Side};

pub use model::accounts::DEMO_PASSWORD as PASSWORD;
/// The largest scale: ten million messages.
pub const SCALE_MAX: u32 = 1_000;

/// What a demo consists of, and how to look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub people: usize,
    pub chats: usize,
    pub messages: usize,
    /// Whom to sign in as.
    pub username: String,
    /// There was a demo already, maybe of another scale: nothing was changed.
    pub was_there: bool,
}

/// Fills an instance with a demo, in one transaction, beside whoever is there already: 10,000
/// messages, 24 people and about 40 chats for each step of the scale.
///
/// # Errors
/// `invalid` for a scale outside of 1 to [`SCALE_MAX`]; `taken` if somebody has the username of a
/// person of the demo.
pub async fn fill(backend: &Backend, scale: u32, password: &str) -> Outcome<Summary> {
    if !(1..=SCALE_MAX).contains(&scale) {
        let message = format!("The scale is a number from 1 to {SCALE_MAX}.");
        return Err(Error::invalid("scale", message).into());
    }
    if let Some(there) = find(backend).await? {
        return Ok(there);
    }
    // Once: the point of the hash is to be slow.
    let password_hash = hash_password(password.to_owned()).await?;
    let demo = Demo::plan(scale as usize, backend.clock.now());
    let mut db = backend.db.get().await?;
    db.transaction(async |db| {
        demo.write(db, &password_hash).await?;
        // What is asked next is planned for tables of this size.
        Ok::<_, Failure>(
            db.batch_execute("ANALYZE users, rooms, private_rooms, memberships, messages").await?,
        )
    })
    .await?;
    Ok(demo.summary())
}

/// The demo that is there.
async fn find(backend: &Backend) -> Outcome<Option<Summary>> {
    #[derive(QueryableByName)]
    struct Counts {
        #[diesel(sql_type = BigInt)]
        people: i64,
        #[diesel(sql_type = BigInt)]
        chats: i64,
        #[diesel(sql_type = BigInt)]
        messages: i64,
    }
    let mut db = backend.db.get().await?;
    let main = users::table.filter(users::email.eq(people::main_email()));
    if !diesel::select(diesel::dsl::exists(main)).get_result::<bool>(&mut db).await? {
        return Ok(None);
    }
    let counts: Counts = diesel::sql_query(
        "WITH demo AS (SELECT id FROM users WHERE email LIKE '%@' || $1) \
         SELECT (SELECT count(*) FROM demo) AS people, count(*) AS chats, \
                coalesce(sum(last_seq), 0)::bigint AS messages \
         FROM private_rooms JOIN rooms ON rooms.id = room_id \
         WHERE low IN (SELECT id FROM demo) AND high IN (SELECT id FROM demo)",
    )
    .bind::<Text, _>(people::EMAIL_DOMAIN)
    .get_result(&mut db)
    .await?;
    let size = |count: i64| usize::try_from(count).unwrap_or(0);
    Ok(Some(Summary {
        people: size(counts.people),
        chats: size(counts.chats),
        messages: size(counts.messages),
        username: people::main_username().to_owned(),
        was_there: true,
    }))
}

/// A demo before it is written.
struct Demo {
    people: Vec<Person>,
    chats: Vec<Chat>,
    library: Library,
}

impl Demo {
    fn plan(circles: usize, now: DateTime<Utc>) -> Self {
        // Everybody is there before the first message.
        let first = now - TimeDelta::days(i64::from(chats::oldest(circles)) + 60);
        Self {
            people: people::people(circles, first),
            chats: chats::chats(circles, now),
            library: Library::read(),
        }
    }

    fn summary(&self) -> Summary {
        Summary {
            people: self.people.len(),
            chats: self.chats.len(),
            messages: self.chats.iter().map(|chat| chat.messages).sum(),
            username: people::main_username().to_owned(),
            was_there: false,
        }
    }

    /// Holds one chunk of messages at a time, whatever the scale.
    async fn write(&self, db: &mut AsyncPgConnection, password_hash: &str) -> Outcome<()> {
        insert::people(db, &self.people, password_hash).await?;
        let rooms: Vec<Room> = self.chats.iter().map(|chat| self.room(chat)).collect();
        insert::rooms(db, &rooms).await?;
        let mut members = Vec::with_capacity(2 * rooms.len());
        let mut waiting = Vec::with_capacity(CHUNK);
        for (chat, room) in self.chats.iter().zip(&rooms) {
            members.extend(self.write_chat(db, chat, room, &mut waiting).await?);
        }
        insert::messages(db, &waiting).await?;
        insert::members(db, &members).await?;
        afterwards(db, &rooms).await
    }

    async fn write_chat(
        &self,
        db: &mut AsyncPgConnection,
        chat: &Chat,
        room: &Room,
        waiting: &mut Vec<Message>,
    ) -> Outcome<[Member; 2]> {
        let (first, other) = self.pair(chat);
        let mut ids = self.random(chat, "messages");
        let mut senders = Vec::with_capacity(chat.messages);
        for line in self.conversation(chat).flatten() {
            senders.push(line.by);
            waiting.push(Message {
                room: room.id,
                seq: senders.len() as i64,
                // The client names a message a moment before the server takes it.
                id: MessageId(ids.id(line.at - TimeDelta::milliseconds(80))),
                sender: if line.by == Side::First { first.id } else { other.id },
                at: line.at,
                body: line.body,
            });
            if waiting.len() == CHUNK {
                insert::messages(db, waiting).await?;
                waiting.clear();
            }
        }
        let (first_marks, other_marks) = marks::marks(&senders, chat.standing);
        let member = |person: &Person, marks: marks::Marks| Member {
            room: room.id,
            user: person.id,
            joined_at: room.created_at,
            delivered: marks.delivered,
            read: marks.read,
            mine: marks.mine,
        };
        Ok([member(first, first_marks), member(other, other_marks)])
    }

    fn room(&self, chat: &Chat) -> Room {
        let (first, other) = self.pair(chat);
        let created_at = self.conversation(chat).begins() - TimeDelta::seconds(40);
        Room {
            id: RoomId(self.random(chat, "room").id(created_at)),
            low: first.id.min(other.id),
            high: first.id.max(other.id),
            created_at,
            messages: chat.messages as i64,
        }
    }

    fn pair(&self, chat: &Chat) -> (&Person, &Person) {
        (&self.people[chat.pair.0], &self.people[chat.pair.1])
    }

    fn conversation(&self, chat: &Chat) -> Conversation<'_> {
        let (first, other) = self.pair(chat);
        let names = (first.first_name(), other.first_name());
        Conversation::new(chat, &self.library, names, self.random(chat, "talk"))
    }

    fn random(&self, chat: &Chat, what: &str) -> Random {
        let (first, other) = self.pair(chat);
        Random::named(&format!("{what} of {} and {}", first.username, other.username))
    }
}
