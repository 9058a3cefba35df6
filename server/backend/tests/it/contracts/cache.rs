//! The promise of `Cache`.

use backend::cache::{Cache, Key};
use model::{RoomId, UserId};

pub(crate) async fn keeps_what_is_put_under_its_key(cache: Cache) {
    let (room, user) = (RoomId::new(), UserId::new());
    assert_eq!(cache.get::<bool>(Key::Membership(room, user)).await, None);
    cache.put(Key::Membership(room, user), &true).await;
    cache.put(Key::Profile(user), &vec!["ana".to_owned(), "Ana ü\n".to_owned()]).await;
    assert_eq!(cache.get(Key::Membership(room, user)).await, Some(true));
    assert_eq!(
        cache.get::<Vec<String>>(Key::Profile(user)).await,
        Some(vec!["ana".into(), "Ana ü\n".into()])
    );
    assert_eq!(cache.get::<bool>(Key::Membership(RoomId::new(), user)).await, None);
    assert_eq!(cache.get::<bool>(Key::Newest(room)).await, None);
    assert_eq!(cache.get::<bool>(Key::Profile(user)).await, None, "of another type");
}

pub(crate) async fn takes_a_thousand_in_one_go(cache: Cache) {
    let keys: Vec<Key> = (0..1_000).map(|_| Key::Membership(RoomId::new(), UserId::new())).collect();
    let odd: Vec<(Key, bool)> = keys.iter().skip(1).step_by(2).map(|key| (*key, true)).collect();
    cache.put_many(&odd).await;
    let known = cache.get_many::<bool>(&keys).await;
    assert_eq!(known.len(), keys.len());
    for (place, known) in known.into_iter().enumerate() {
        assert_eq!(known, (place % 2 == 1).then_some(true), "at {place}");
    }
    assert_eq!(cache.get_many::<bool>(&[]).await, []);
    cache.put_many::<bool>(&[]).await;
}

/// Fails when `forget` only deletes: the second `put` is the one of a reader who was slow.
pub(crate) async fn what_is_forgotten_is_not_brought_back(cache: Cache) {
    let (forgotten, other) = (Key::Profile(UserId::new()), Key::Profile(UserId::new()));
    cache.put(forgotten, &1).await;
    cache.put(other, &1).await;
    assert_eq!(cache.forget(forgotten).await, Ok(()));
    assert_eq!(cache.get::<u32>(forgotten).await, None);
    cache.put(forgotten, &1).await;
    assert_eq!(cache.get::<u32>(forgotten).await, None);
    assert_eq!(cache.get::<u32>(other).await, Some(1));
    assert_eq!(cache.forget(Key::Newest(RoomId::new())).await, Ok(()), "there was nothing");
}

/// Fails when `renew` puts a value, and when it takes a bar away.
pub(crate) async fn what_is_renewed_is_what_was_there(cache: Cache) {
    let [kept, unknown, barred] = [(); 3].map(|()| Key::Profile(UserId::new()));
    cache.put(kept, &1).await;
    cache.forget(barred).await.expect("it answers");
    cache.renew(&[kept, unknown, barred]).await;
    cache.renew(&[]).await;
    cache.put(barred, &1).await;
    assert_eq!(cache.get_many::<u32>(&[kept, unknown, barred]).await, [Some(1), None, None]);
}

pub(crate) async fn a_value_stands_until_it_is_forgotten(cache: Cache) {
    let key = Key::Newest(RoomId::new());
    cache.put(key, &1).await;
    cache.put(key, &2).await;
    assert_eq!(cache.get::<u32>(key).await, Some(1));
}
