//! Adding users to a group.

use diesel_async::AsyncConnection;
use model::{Mark, Result, RoomId, UserId, limits::GROUP_PEOPLE};

use super::{
    Which,
    admin::Admin,
    create::{others, too_many},
    lock::{LockedRoom, MembersChange},
    may_add::{may_add, talking_with},
};
use crate::{
    Backend, SignedIn,
    failure::Outcome,
    membership::{NewMembers, Visibility, add_members, count_shown, hidden_among, rejoin},
    rate_limit::Limit,
};

/// The users to be added, and the admin who adds them.
struct Addition {
    room: RoomId,
    users: Vec<UserId>,
    inviter: UserId,
}

impl Backend {
    /// Adds users to a group. They can read all that was ever said there, and have nothing unread: their
    /// marks are at its end. Former members are back with the marks they had; members stay.
    ///
    /// # Errors
    /// `not_found` to all but the room's members, and if one of the users does not exist; `forbidden` to all
    /// but its admins, and if one may not be added; `invalid` if there are too many; `rate_limited`. Then
    /// nobody is added.
    pub async fn add(&self, who: &SignedIn, room: RoomId, users: &[UserId]) -> Result<()> {
        let users = others(who.user(), users)?.into_iter().collect();
        self.limits.check(Limit::Membership, who.user()).await?;
        let (backend, addition) = (self.clone(), Addition { room, users, inviter: who.user() });
        self.change_room(room, async move { backend.add_and_publish(&addition).await }).await
    }

    async fn add_and_publish(&self, addition: &Addition) -> Result<()> {
        let room = addition.room;
        if let Some((change, marks)) = self.write_addition(addition).await? {
            self.publish_members(room, change);
            marks.into_iter().for_each(|mark| self.publish_mark(room, mark));
        }
        // Also if they were members: the process that added them may have died before it published.
        self.publish_room_to_added(addition).await
    }

    /// Describes the room as one of the added users sees it, for the inviter may be gone by now, and so may others.
    async fn publish_room_to_added(&self, addition: &Addition) -> Result<()> {
        for user in &addition.users {
            if let Some(room) = self.rooms_of(*user, Which::One(addition.room)).await?.pop() {
                self.publish_room(&room, |user| addition.users.contains(&user)).await?;
                break;
            }
        }
        Ok(())
    }

    /// The change of the members, and the marks of those who are new to them; `None` if the members saw everybody
    /// there before.
    async fn write_addition(&self, addition: &Addition) -> Outcome<Option<(MembersChange, Vec<Mark>)>> {
        let now = self.clock.now();
        let mut db = self.db.get().await?;
        db.transaction(async |db| {
            let Admin(mut group) = Admin::lock(db, addition.room, addition.inviter).await?;
            let new = NewMembers::sort(group.db, &addition.users, addition.inviter).await?;
            let new = new.without_members(&mut group).await?;
            let new = without_hidden_strangers(new, &mut group, addition.inviter).await?;
            let all = new.all();
            may_add(group.db, addition.inviter, &all).await?;
            // The members see these already.
            let hidden = hidden_among(&mut group, &new.joining).await?;
            rejoin(&mut group, &new.joining, now).await?;
            add_members(&mut group, &new, now).await?;
            if all.len() == hidden.len() {
                if !hidden.is_empty() {
                    group.count_change(Visibility::Hidden).await?;
                }
                return Ok(None);
            }
            if count_shown(&mut group).await? > GROUP_PEOPLE as i64 {
                return Err(too_many().into());
            }
            let change = group.change_members().await?;
            let is_new = |mark: &&Mark| all.contains(&mark.user) && !hidden.contains(&mark.user);
            let marks = change.marks.iter().filter(is_new).copied().collect();
            Ok(Some((change, marks)))
        })
        .await
    }
}

/// Without hidden members whom the inviter could not add: the refusal would reveal that they are not in the group.
async fn without_hidden_strangers(
    mut new: NewMembers,
    group: &mut LockedRoom<'_>,
    inviter: UserId,
) -> Outcome<NewMembers> {
    let hidden = hidden_among(group, &new.joining).await?;
    let known = talking_with(group.db, inviter, &hidden).await?;
    new.joining.retain(|user| !hidden.contains(user) || known.contains(user));
    Ok(new)
}
