//! What may become of a message.

use model::{Body, Code, Emoji, Message, MessageId, Timestamp, UserId};

fn message() -> Message {
    Message::new(MessageId::new(), UserId::new(), Timestamp(1), "first")
}

fn emoji(text: &str) -> Option<Emoji> {
    Some(Emoji::new(text).unwrap())
}

#[test]
fn an_edit_is_noted_and_the_same_text_is_none() {
    let mut message = message();
    assert_eq!(message.edit(Body::new("first").unwrap(), Timestamp(2)), Ok(false));
    assert_eq!(message.edited, None);
    assert_eq!(message.edit(Body::new("second").unwrap(), Timestamp(2)), Ok(true));
    assert_eq!((&*message.body, message.edited), ("second", Some(Timestamp(2))));
}

#[test]
fn a_deletion_leaves_nothing_and_is_final() {
    let mut message = message();
    message.react(UserId::new(), emoji("👍")).unwrap();
    message.edit(Body::new("second").unwrap(), Timestamp(2)).unwrap();
    assert!(message.delete());
    assert_eq!((&*message.body, message.edited, message.reactions.len()), ("", None, 0));
    let deleted = message.clone();
    assert!(!message.delete());
    let refused = |refused: model::Result<bool>| refused.unwrap_err().code;
    assert_eq!(refused(message.edit(Body::new("third").unwrap(), Timestamp(3))), Code::NotFound);
    assert_eq!(refused(message.react(UserId::new(), emoji("👍"))), Code::NotFound);
    assert_eq!(message, deleted);
}

#[test]
fn everybody_has_one_reaction_at_most() {
    let mut message = message();
    let (one, other) = (UserId::new(), UserId::new());
    assert_eq!(message.react(one, None), Ok(false));
    assert_eq!(message.react(one, emoji("👍")), Ok(true));
    assert_eq!(message.react(one, emoji("👍")), Ok(false));
    assert_eq!(message.react(other, emoji("👍")), Ok(true));
    assert_eq!(message.react(one, emoji("❤️")), Ok(true));
    assert_eq!(message.reaction_of(one), emoji("❤️").as_ref());
    assert_eq!(message.react(one, None), Ok(true));
    assert_eq!(message.reactions.iter().map(|reaction| reaction.user).collect::<Vec<_>>(), [other]);
}

#[test]
fn what_cannot_be_one_pictograph_is_refused() {
    for text in ["", "a", ":)", "<b>", &"👍".repeat(40)] {
        let error = Emoji::new(text).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("emoji")), "{text}");
    }
}
