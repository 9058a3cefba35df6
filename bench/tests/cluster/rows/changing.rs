//! What becomes of messages is the same everywhere, whatever races with it.

use bench::{
    client::{Order, Refused},
    world::Person,
};
use futures::future::join_all;
use model::{Body, Code, Message, MessageId, RoomId, Seq, Timestamp, outbox::Pending};

use crate::world::{Dev, NODES, World, devices, on_cluster, until};

/// Messages that everything happens to.
const TARGETS: usize = 12;

/// Edits, deletes and reacts on both nodes at once; answers with what was deleted.
async fn change(world: &World, ana: &Person, bo: &Person, room: RoomId, ids: &[MessageId]) -> Vec<MessageId> {
    let turns = (0..4 * TARGETS).map(async |turn| {
        let (id, node) = (ids[turn * 5 % TARGETS], NODES[turn / TARGETS % 2]);
        let (hers, his) = (world.at(&ana.http, node), world.at(&bo.http, node));
        let emoji = (!turn.is_multiple_of(4)).then_some(["👍", "❤️", "😂"][turn % 3]);
        // What is deleted meanwhile refuses the others.
        let text = format!("a secret {turn}");
        let (_, _, deleted) = tokio::join!(hers.edit(room, id, &text), his.react(room, id, emoji), async {
            match turn % 9 == 8 {
                true => Some(hers.delete(room, id).await.unwrap().id),
                false => None,
            }
        });
        deleted
    });
    join_all(turns).await.into_iter().flatten().collect()
}

/// The room's newest messages, each as it stands.
async fn truth(world: &World, person: &Person, room: RoomId, last: usize) -> Vec<Message> {
    let before = Seq(last as i64 + 1);
    world.at(&person.http, "web-2").page(room, "before", before).await.unwrap().messages
}

/// Fails when a deleted message can be edited, and when a retry is compared with the present text (its sender
/// is told of a conflict).
#[test]
fn row_18_edits_deletions_and_reactions_end_the_same_everywhere() {
    on_cluster(async |world| {
        let (ana, bo, room) = world.pair().await;
        let (hers, his) = (devices(world, &ana, 3).await, devices(world, &bo, 3).await);
        let mut first = Vec::new();
        for n in 0..TARGETS {
            first.push(Pending::new(room, Body::new(format!("first {n}")).unwrap(), Timestamp(0)));
            hers[0].compose(first[n].clone()).await;
        }
        let all: Vec<&Dev> = hers.iter().chain(&his).collect();
        world.whole(room, TARGETS, &all).await;
        let ids: Vec<MessageId> = first.iter().map(Pending::message).collect();

        let talk = async {
            for n in 0..30 {
                [&hers[n % 3], &his[n % 3]][n % 2].say(room, &format!("beside {n}")).await;
                // The first of each stays.
                if n % 7 == 3 {
                    hers[1 + n % 2].handle.order(Order::Cut);
                    his[1 + n % 2].handle.order(Order::Cut);
                }
            }
        };
        let (deleted, ()) = tokio::join!(change(world, &ana, &bo, room, &ids), talk);
        assert!(deleted.len() > 3);
        // A device that never heard its answers sends everything again, and so does a form.
        for pending in &first {
            hers[2].compose(pending.clone()).await;
        }
        let form = world.at(&ana.http, "web-1");
        for (pending, n) in first.iter().zip(1..) {
            let again = form.send(room, pending.message(), pending.text()).await.unwrap();
            assert_eq!(again.accepted().map(|accepted| (accepted.seq, accepted.rev.0)), Some((Seq(n), n)));
        }
        let refused = form.edit(room, deleted[0], "back").await;
        assert!(matches!(refused, Err(Refused::Answered(error)) if error.code == Code::NotFound));

        let standing = world.whole(room, TARGETS + 30, &all).await;
        let last = standing.len();
        assert_eq!(last, TARGETS + 30, "nothing came twice");
        let truth = truth(world, &bo, room, last).await;
        for id in &deleted {
            let message = truth.iter().find(|message| message.id == *id).unwrap();
            assert!(
                message.deleted && message.body.is_empty() && message.reactions.is_empty(),
                "{message:?}"
            );
        }
        assert!(truth.iter().any(|message| message.edited.is_some()));
        assert!(truth.iter().any(|message| !message.reactions.is_empty()));
        for device in all {
            until("it shows each message as it stands", async || {
                let chat = device.chat().await;
                (chat.conversation(room)?.timeline.messages() == truth).then_some(())
            })
            .await;
            device.until_numbered().await;
            let noted = device.noted();
            assert_eq!((noted.rejected, noted.astonished), (Vec::new(), Vec::new()));
        }
        assert_eq!(hers[0].noted().connections + his[0].noted().connections, 2);
    });
}
