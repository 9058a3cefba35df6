//! Whom a person may bring into a group.

use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Nullable, Text, Uuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use model::{Error, UserId};

use super::admin::forbidden;
use crate::failure::Outcome;

#[derive(QueryableByName)]
struct Asked {
    #[diesel(sql_type = Uuid)]
    id: UserId,
    /// None if there is no such person.
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Bool)]
    has_written: bool,
    #[diesel(sql_type = Bool)]
    is_met: bool,
}

/// **The rule:** two people are talking when both have written in their private chat, and neither has left it, by
/// what `$1` knows: by blocking the other one has left it oneself, while somebody who has blocked `$1` is not told
/// apart here from somebody who is away.
const TALKING: &str = "\
    SELECT asked.id, u.name, \
        EXISTS (SELECT FROM messages WHERE sender_id = u.id AND room_id = chat.room_id) AS has_written, \
        EXISTS (SELECT FROM messages WHERE sender_id = $1 AND room_id = chat.room_id) \
            AND NOT EXISTS ( \
                SELECT FROM memberships m WHERE m.room_id = chat.room_id \
                AND (m.status = 'left' OR m.user_id = $1 AND m.status <> 'active') \
            ) AS is_met \
    FROM unnest($2) AS asked (id) \
    LEFT JOIN users u ON u.id = asked.id \
    LEFT JOIN private_rooms chat ON chat.low = least($1, asked.id) AND chat.high = greatest($1, asked.id) \
    ORDER BY u.name IS NOT NULL, asked.id";

/// Makes sure that `who` is talking with each of these people.
///
/// # Errors
/// `not_found` if one does not exist; `forbidden` if not, with the name of one.
pub(super) async fn may_add(db: &mut AsyncPgConnection, who: UserId, people: &[UserId]) -> Outcome<()> {
    for Asked { name, has_written, is_met, .. } in asked(db, who, people).await? {
        let name = name.ok_or_else(|| Error::not_found("person"))?;
        let why = match (has_written, is_met) {
            (true, true) => continue,
            (false, _) => format!("{name} has not written to you yet."),
            (true, false) => format!("You and {name} are not."),
        };
        return Err(forbidden(format!("You can add people you are talking with. {why}")));
    }
    Ok(())
}

/// Those of these people with whom `who` is talking.
pub(super) async fn talking_with(
    db: &mut AsyncPgConnection,
    who: UserId,
    people: &[UserId],
) -> Outcome<Vec<UserId>> {
    let asked = asked(db, who, people).await?;
    Ok(asked.into_iter().filter(|asked| asked.has_written && asked.is_met).map(|asked| asked.id).collect())
}

async fn asked(db: &mut AsyncPgConnection, who: UserId, people: &[UserId]) -> Outcome<Vec<Asked>> {
    Ok(diesel::sql_query(TALKING).bind::<Uuid, _>(who).bind::<Array<Uuid>, _>(people).load(db).await?)
}
