//! Making a group.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use model::{
    Code, Error, Result, Room, RoomId, RoomKind, Title, UserId,
    limits::{GROUP_PEOPLE, GROUPS_MADE},
};

use super::{lock::LockedRoom, may_add::may_add};
use crate::{
    Backend, SignedIn,
    database::schema::{members, memberships, rooms},
    failure::Outcome,
    membership::{NewMembers, Role, add_members},
    names,
    rate_limit::Limit,
};

/// A group that is to be there.
struct Plan {
    id: RoomId,
    title: Title,
    founder: UserId,
    people: BTreeSet<UserId>,
}

impl Backend {
    /// A group of oneself, who is its admin, and people one is talking with. Made again under its id, it is
    /// the one that stands.
    ///
    /// # Errors
    /// `invalid` if there are too few people or too many, or the title breaks a rule; `not_found` if one does not exist; `forbidden` if
    /// one may not be added; `id_conflict` if the id is another room's, or one's own that one has left;
    /// `rate_limited`.
    pub async fn create_group(
        &self,
        who: &SignedIn,
        id: RoomId,
        title: Title,
        people: &[UserId],
    ) -> Result<Room> {
        let title = names::title(title.as_str())?;
        let plan = Plan { id, title, founder: who.user(), people: others(who.user(), people)? };
        self.limits.check(Limit::Membership, who.user()).await?;
        let (backend, who) = (self.clone(), *who);
        self.change_room(id, async move { backend.create_and_publish(&who, plan).await }).await
    }

    /// Publishes a room that was there before, too: the process that made it may have died before it published.
    async fn create_and_publish(&self, who: &SignedIn, plan: Plan) -> Result<Room> {
        let id = plan.id;
        self.find_or_found(plan).await?;
        let room = self.described(who.user(), id).await?;
        self.publish_room(&room, |_| true).await?;
        Ok(room)
    }

    async fn find_or_found(&self, plan: Plan) -> Outcome<()> {
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            if make(db, &plan, now).await? {
                require_few(db, plan.founder).await?;
                let people: Vec<UserId> = plan.people.iter().copied().collect();
                may_add(db, plan.founder, &people).await?;
                return settle(db, &plan, now).await;
            }
            if !is_own(db, plan.id, plan.founder).await? {
                return Err(Error::new(Code::IdConflict, "This id belongs to another chat.").into());
            }
            Ok(())
        })
        .await
    }
}

/// The people somebody names, each once and without themselves.
///
/// # Errors
/// `invalid` if nobody is left, or too many.
pub(super) fn others(who: UserId, people: &[UserId]) -> Result<BTreeSet<UserId>> {
    let others: BTreeSet<UserId> = people.iter().copied().filter(|person| *person != who).collect();
    match others.len() {
        0 => Err(Error::invalid("people", "Choose somebody.")),
        1..GROUP_PEOPLE => Ok(others),
        _ => Err(too_many()),
    }
}

pub(super) fn too_many() -> Error {
    Error::invalid("people", format!("A group has at most {GROUP_PEOPLE} people."))
}

/// Says whether the id was free. Of two devices the slower waits here for the faster.
async fn make(db: &mut AsyncPgConnection, plan: &Plan, now: DateTime<Utc>) -> QueryResult<bool> {
    let made = diesel::insert_into(rooms::table)
        .values((
            rooms::id.eq(plan.id),
            rooms::kind.eq(RoomKind::Group),
            rooms::title.eq(plan.title.as_str()),
            rooms::created_at.eq(now),
            rooms::made_by.eq(plan.founder),
        ))
        .on_conflict_do_nothing()
        .execute(db)
        .await?;
    Ok(made > 0)
}

/// The founder, who is its admin, and the others.
async fn settle(db: &mut AsyncPgConnection, plan: &Plan, now: DateTime<Utc>) -> Outcome<()> {
    let Some(mut group) = LockedRoom::lock(db, plan.id).await? else { return Ok(()) };
    let founder = (
        memberships::room_id.eq(plan.id),
        memberships::user_id.eq(plan.founder),
        memberships::joined_at.eq(now),
        memberships::role.eq(Role::Admin),
        memberships::acted.eq(true),
    );
    diesel::insert_into(memberships::table).values(founder).execute(group.db).await?;
    let people: Vec<UserId> = plan.people.iter().copied().collect();
    let new = NewMembers::sort(group.db, &people, plan.founder).await?;
    add_members(&mut group, &new, now).await?;
    Ok(())
}

/// # Errors
/// `forbidden` to who has made too many groups.
async fn require_few(db: &mut AsyncPgConnection, founder: UserId) -> Outcome<()> {
    let made = rooms::table.filter(rooms::made_by.eq(founder)).count();
    match made.get_result::<i64>(db).await? > GROUPS_MADE {
        true => Err(Error::forbidden(format!("One can make {GROUPS_MADE} groups.")).into()),
        false => Ok(()),
    }
}

/// Whether this person made the room, and is still in it.
async fn is_own(db: &mut AsyncPgConnection, room: RoomId, user: UserId) -> QueryResult<bool> {
    let own = rooms::table.find(room).filter(rooms::made_by.eq(user));
    diesel::select(exists(own).and(exists(members::table.find((room, user))))).get_result(db).await
}
