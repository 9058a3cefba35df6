//! `docs/PROTOCOL.md` names every limit with its number.

use std::collections::BTreeMap;

use model::{accounts, limits::*};

const DOCUMENT: &str = include_str!("../../../../docs/PROTOCOL.md");

/// The limits the document names, without those of the table of rates.
fn documented() -> BTreeMap<String, i64> {
    let section = DOCUMENT.split("### Limits").nth(1).expect("a section about limits");
    let table = section.split("How often").next().unwrap_or_default();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split('|');
        let name = cells.next()?.trim().trim_end_matches('`').to_owned();
        Some((name, cells.next()?.trim().replace(',', "").parse().expect("a number")))
    };
    table.lines().filter_map(row).collect()
}

#[test]
fn the_document_names_every_limit_with_its_number() {
    let limits = [
        ("message_chars", MESSAGE_CHARS as i64),
        ("title_chars", TITLE_CHARS as i64),
        ("reaction_bytes", REACTION_BYTES as i64),
        ("reactions", REACTIONS as i64),
        ("group_people", GROUP_PEOPLE as i64),
        ("groups_made", GROUPS_MADE),
        ("blocked", BLOCKED),
        ("people_by_id", PEOPLE_BY_ID as i64),
        ("page", PAGE),
        ("page_max", PAGE_MAX),
        ("rooms_page", ROOMS_PAGE),
        ("rooms_page_max", ROOMS_PAGE_MAX),
        ("catch_up", CATCH_UP),
        ("cursor_rooms", CURSOR_ROOMS as i64),
        ("frame_bytes", FRAME_BYTES as i64),
        ("server_frame_bytes", SERVER_FRAME_BYTES as i64),
        ("json_depth", JSON_DEPTH as i64),
        ("socket_frames", SOCKET_FRAMES.into()),
        ("socket_frames_per_second", SOCKET_FRAMES_PER_SECOND.into()),
        ("malformed_frames", MALFORMED_FRAMES.into()),
        ("sockets_per_user", SOCKETS_PER_USER as i64),
        ("queue_frames", QUEUE_FRAMES as i64),
        ("queue_bytes", QUEUE_BYTES as i64),
        ("hello_ms", HELLO_MS.into()),
        ("beat_ms", BEAT_MS.into()),
        ("silence_ms", SILENCE_MS.into()),
        ("gap_ms", GAP_MS.into()),
        ("access_seconds", ACCESS_SECONDS),
        ("session_seconds", SESSION_SECONDS),
        ("code_seconds", CODE_SECONDS),
        ("code_tries", CODE_TRIES.into()),
        ("code_again_seconds", CODE_AGAIN_SECONDS),
    ];
    let mut documented = documented();
    for (name, number) in limits {
        assert_eq!(documented.remove(name), Some(number), "{name}");
    }
    // The lengths of what people choose are tried out.
    let mut length = |name: &str| usize::try_from(documented.remove(name).expect(name)).expect(name);
    // No text that everybody tries first.
    let text = |length: usize| "qzjxkvbwpy".chars().cycle().take(length).collect::<String>();
    let most = length("name_chars");
    assert!(accounts::name(&text(most)).is_ok() && accounts::name(&text(most + 1)).is_err());
    let (least, most) = (length("username_least"), length("username_most"));
    assert!(accounts::username(&text(least)).is_ok() && accounts::username(&text(least - 1)).is_err());
    assert!(accounts::username(&text(most)).is_ok() && accounts::username(&text(most + 1)).is_err());
    let (least, most) = (length("password_least"), length("password_most"));
    let password = |length: usize| accounts::password(&text(length), "");
    assert!(password(least).is_ok() && password(least - 1).is_err());
    assert!(password(most).is_ok() && password(most + 1).is_err());
    assert!(documented.is_empty(), "unknown limits: {documented:?}");
}
