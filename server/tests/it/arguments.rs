//! What server functions are called with, and where plain forms end up.

use model::{MessageId, RoomId, Seq};

use crate::{http::server_fn_posts, request::Request, world::World};

/// Bytes that are no text, in every place they can stand.
const NO_TEXT: [&[u8]; 4] = [b"%FF%FE", b"\xff", b"caf%C3", b"%ED%A0%80"];

// Fails when `arguments::check` is left out of the router: the message is stored as U+FFFD.
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_text_are_refused_and_not_stored() {
    let world = World::start().await;
    let (ana, _, room) = world.pair().await;
    for bytes in NO_TEXT {
        let form = [format!("room={room}&id={}&body=", MessageId::new()).as_bytes(), bytes].concat();
        let answer = Request::post(&world, "/api/messages/send", form).of(&ana).send(&world).await;
        assert_eq!((answer.status, answer.code().as_deref()), (400, Some("malformed")), "{answer:?}");
    }
    for bytes in ["%FF%FE", "%", "%zz", "caf%C3"] {
        let path = format!("/api/people/find?q={bytes}");
        let answer = Request::get(&path).of(&ana).send(&world).await;
        assert_eq!((answer.status, answer.code().as_deref()), (400, Some("malformed")), "{answer:?}");
    }
    let room = world.backend.room(&ana.who, room).await.unwrap();
    assert_eq!(room.last_seq, Seq(0), "nothing was stored");
}

// Fails when `is_form` always says yes: text/plain is a content type that any site's page can send.
#[tokio::test(flavor = "multi_thread")]
async fn forms_come_as_forms() {
    let world = World::start().await;
    let (ana, _, room) = world.pair().await;
    for path in server_fn_posts() {
        for kind in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
            let form = format!("room={room}&id={}&body=hello&x=", MessageId::new());
            let call = Request::bare(&path, form).with("Origin", world.origin()).of(&ana);
            let call = if kind.is_empty() { call } else { call.with("Content-Type", kind) };
            let answer = call.send(&world).await;
            assert_eq!((answer.status, answer.code().as_deref()), (415, Some("malformed")), "{path} {kind}");
        }
    }
    let room = world.backend.room(&ana.who, room).await.unwrap();
    assert_eq!(room.last_seq, Seq(0), "nothing was stored");
}

// Fails when `mark_room` takes `Seq` for `Option<Seq>`: an empty number was none in one call only.
#[tokio::test(flavor = "multi_thread")]
async fn an_argument_is_given_once_and_an_empty_number_is_none() {
    let world = World::start().await;
    let (ana, _, room) = world.pair().await;
    for query in [
        format!("messages/page?room={room}&room={room}"),
        format!("messages/page?room={room}&limit=1&limit=2"),
        format!("messages/page?room={room}&limit=1&%6cimit=2"),
        "people/find?q=a&q=b".to_owned(),
        "rooms/list?x=1&x=2".to_owned(),
    ] {
        let answer = Request::get(&format!("/api/{query}")).of(&ana).send(&world).await;
        assert_eq!((answer.status, answer.code().as_deref()), (400, Some("malformed")), "{query}");
    }
    let query = format!("/api/messages/page?room={room}&before=&after=&around=&limit=");
    assert_eq!(Request::get(&query).of(&ana).send(&world).await.status, 200);
    let form = format!("room={room}&delivered=&read=");
    let answer = Request::post(&world, "/api/rooms/mark", form).of(&ana).send(&world).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

// As a client writes it, as a form without scripts does, and as either is encoded.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_an_argument_with_brackets() {
    let world = World::start().await;
    let (ana, bo, private) = world.pair().await;
    for who in [&ana, &bo] {
        world.backend.say(&who.who, private, &["hello"]).await;
    }
    let bo = bo.who.user();
    for list in ["people[0]", "people[]", "people%5B%5D", "people%5B0%5D"] {
        let form = format!("id={}&title=x&{list}={bo}", RoomId::new());
        let answer = Request::post(&world, "/api/rooms/create", form).of(&ana).send(&world).await;
        assert_eq!(answer.status, 200, "{list}: {answer:?}");
    }
    for list in [
        String::new(),
        "&people[]=".into(),
        "&people[]=nobody".into(),
        format!("&people[]={}", ana.who.user()),
    ] {
        let form = format!("id={}&title=x{list}", RoomId::new());
        let answer = Request::post(&world, "/api/rooms/create", form).of(&ana).send(&world).await;
        assert!([400, 422].contains(&answer.status), "{list}: {answer:?}");
    }
}

// Fails when `redirect::layer` is left out: the browser is sent where the `Referer` says.
#[tokio::test(flavor = "multi_thread")]
async fn forms_are_sent_on_within_this_site_only() {
    let world = World::start().await;
    let own = world.origin();
    let foreign = [
        "http://evil.example/".to_owned(),
        "//evil.example/".to_owned(),
        format!("{own}.evil.example/"),
        format!("{own}@evil.example/"),
        format!("{own}//evil.example/"),
        format!("{own}/\\evil.example/"),
        "javascript:alert(1)".to_owned(),
    ];
    let post = |referer: &str| {
        Request::post(&world, "/api/accounts/sign_in", "login=nobody&password=wrong+password")
            .with("Accept", "text/html")
            .with("Referer", referer)
    };
    for referer in foreign {
        let answer = post(&referer).send(&world).await;
        assert_eq!((answer.status, answer.header("location")), (302, Some("/sign-in")), "{referer}");
        let answer = Request::get("/api/rooms/list").with("Accept", "text/html").with("Referer", &referer);
        let answer = answer.send(&world).await;
        assert_eq!(answer.header("location"), Some("/"), "{referer}: {answer:?}");
    }
    let answer = post(&format!("{own}/sign-in")).send(&world).await;
    let back = answer.header("location").unwrap();
    assert!(back == "/sign-in", "{back}");
}
