//! Why a plain form was refused: shown by the page it came from, in our words, and never by an address.

use crate::{
    request::{Answer, Request},
    world::World,
};

/// `{"code":"invalid","message":"Call 0900 1234"}`, as the framework writes it into an address.
const FORGED: &str =
    "__path=%2Fapi%2Faccounts%2Fsign_in&__err=eyJjb2RlIjoiaW52YWxpZCIsIm1lc3NhZ2UiOiJDYWxsIDA5MDAgMTIzNCJ9";
const COOKIE: &str = "dev-rapport-refusal";

/// Every page that has a form, and one that is nowhere.
const PAGES: [&str; 9] = [
    "/sign-in",
    "/register",
    "/verify/019a0000-0000-7000-8000-000000000000",
    "/chats",
    "/chats/019a0000-0000-7000-8000-000000000000",
    "/people",
    "/people/new-group",
    "/settings",
    "/no-such-page",
];

async fn page(world: &World, path: &str, cookie: &str) -> Answer {
    Request::get(path).with("Accept", "text/html").with("Cookie", cookie).send(world).await
}

/// The answer to the plain form of the sign-in page with a wrong password.
async fn refused(world: &World) -> Answer {
    Request::post(world, "/api/accounts/sign_in", "login=nobody&password=wrong+password")
        .with("Accept", "text/html")
        .with("Referer", format!("{}/sign-in", world.origin()))
        .send(world)
        .await
}

fn kept(answer: &Answer) -> String {
    let set = answer.header("set-cookie").expect("a cookie carries the refusal");
    set.split(';').next().unwrap_or_default().to_owned()
}

// Fails when `refusal::layer` is left out: the page shows whatever words the address has.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_puts_no_words_into_a_page() {
    let world = World::start().await;
    for path in PAGES {
        for query in [FORGED.to_owned(), FORGED.replace("__", "%5F_"), format!("at=1&{FORGED}&details")] {
            let answer = page(&world, &format!("{path}?{query}"), "a=b").await;
            assert_eq!(answer.status, 302, "{path}?{query}");
            let target = answer.header("location").unwrap();
            assert!(target.starts_with(path) && !target.contains("err"), "{target}");
            assert!(!answer.body.contains("0900"), "{path}");
        }
    }
    let answer = page(&world, &format!("//evil.example/?{FORGED}"), "a=b").await;
    assert_ne!(answer.header("location").map(|target| target.starts_with("//")), Some(true), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_says_why_once_and_on_its_own_page() {
    let world = World::start().await;
    let answer = refused(&world).await;
    assert_eq!((answer.status, answer.header("location")), (302, Some("/sign-in")));
    let set = answer.header("set-cookie").unwrap();
    assert!(set.starts_with(COOKIE) && set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    let cookie = kept(&answer);

    let shown = page(&world, "/sign-in", &cookie).await;
    assert!(shown.body.contains("The name or the password is wrong."), "{}", shown.body);
    let cleared = shown.header("set-cookie").unwrap();
    assert!(cleared.starts_with(&format!("{COOKIE}=;")) && cleared.contains("Max-Age=0"), "{cleared}");
    let elsewhere = page(&world, "/register", &cookie).await;
    assert!(!elsewhere.body.contains("password is wrong"));
    assert!(elsewhere.header("set-cookie").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_that_the_server_did_not_sign_is_not_shown() {
    let world = World::start().await;
    let cookie = kept(&refused(&world).await);
    let (_, value) = cookie.split_once('=').unwrap();
    let (signature, rest) = value.split_once('.').unwrap();
    let words = "eyJjb2RlIjoiaW52YWxpZCIsIm1lc3NhZ2UiOiJDYWxsIDA5MDAgMTIzNCJ9";
    let other = if signature.starts_with('0') { "1" } else { "0" };
    for forged in [
        format!("{signature}./api/accounts/sign_in.{words}."),
        format!("{signature}.{}", rest.replace("login=nobody", "login=Call+0900")),
        format!("./api/accounts/sign_in.{words}."),
        format!("{other}{}.{rest}", &signature[1..]),
        "..".to_owned(),
        String::new(),
    ] {
        let answer = page(&world, "/sign-in", &format!("{COOKIE}={forged}")).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.body.contains("0900") && !answer.body.contains("password is wrong"), "{forged}");
    }
}

// Fails when `redirect` leaves a refusal in the `Referer`: the server would sign whatever words it has.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_that_a_form_came_from_puts_no_words_into_the_answer() {
    let world = World::start().await;
    for path in ["/sign-in", "/register"] {
        for forged in [FORGED.to_owned(), FORGED.replace("__", "%5F_"), format!("next=%2Fchats&{FORGED}")] {
            let refused =
                Request::post(&world, "/api/accounts/sign_in", "login=nobody&password=wrong+password")
                    .with("Accept", "text/html")
                    .with("Referer", format!("{}{path}?{forged}", world.origin()))
                    .send(&world)
                    .await;
            let shown = page(&world, path, &kept(&refused)).await;
            assert!(!shown.body.contains("0900"), "{path}?{forged}");
        }
    }
}

/// The answer to a refused form has the address of the call, and a browser names that when the form is sent again. Fails
/// when the form's page is not known by itself: nothing is at the address of a call.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_may_be_refused_again_and_again() {
    let world = World::start().await;
    let (ana, _, room) = world.pair().await;
    let calls = [
        ("/api/messages/send", format!("room={room}&id={}&body=+", model::MessageId::new()), "/chats/"),
        ("/api/rooms/create", format!("id={}&title=%E2%80%8B", model::RoomId::new()), "/people/new-group"),
        ("/api/rooms/rename", format!("room={room}&title=x"), "/chats/"),
    ];
    for (call, form, page) in calls {
        for referer in [Some(call), Some(page), None] {
            let mut request = Request::post(&world, call, &form).with("Accept", "text/html").of(&ana);
            if let Some(referer) = referer {
                let page = if referer == "/chats/" { format!("/chats/{room}") } else { referer.to_owned() };
                request = request.with("Referer", format!("{}{page}", world.origin()));
            }
            let answer = request.send(&world).await;
            assert!(
                answer.status == 200 && answer.body.contains(r#"class="alarm""#),
                "{call} {referer:?}: {answer:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_not_shown_later() {
    let world = World::start().await;
    let cookie = kept(&refused(&world).await);
    world.backend.clock.advance(chrono::TimeDelta::seconds(301));
    let shown = page(&world, "/sign-in", &cookie).await;
    assert!(!shown.body.contains("password is wrong"), "{}", shown.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_keeps_what_was_typed_and_no_password() {
    let world = World::start().await;
    let form = "username=a+b&name=Zo%C3%AB+%22%3Cb%3E%22&email=zoe%40nowhere&password=correct+horse+42";
    let refused = Request::post(&world, "/api/accounts/register", form)
        .with("Accept", "text/html")
        .with("Referer", format!("{}/register", world.origin()))
        .send(&world)
        .await;
    let cookie = kept(&refused);
    assert!(!cookie.contains("horse"), "{cookie}");
    let shown = page(&world, "/register", &cookie).await;
    assert!(
        shown.body.contains(r#"value="a b""#) && shown.body.contains(r#"value="zoe@nowhere""#),
        "{}",
        shown.body
    );
    assert!(
        shown.body.contains("Zoë &quot;&lt;b&gt;&quot;") && !shown.body.contains("horse"),
        "{}",
        shown.body
    );
    // Both wrong fields say so, although the answer names one.
    assert_eq!(shown.body.matches(r#"aria-invalid="true""#).count(), 2, "{}", shown.body);
    // And so does a password that is kept nowhere.
    let form = "username=a+b&name=&email=zoe%40example.org&password=short&password.note=words";
    let refused = Request::post(&world, "/api/accounts/register", form)
        .with("Accept", "text/html")
        .with("Referer", format!("{}/register", world.origin()))
        .send(&world)
        .await;
    let shown = page(&world, "/register", &kept(&refused)).await;
    assert_eq!(shown.body.matches(r#"aria-invalid="true""#).count(), 2, "{}", shown.body);
    assert!(shown.body.contains("Use at least 10 characters."), "{}", shown.body);
    // More than a cookie holds is left out, and the reason is still shown.
    let long = format!("login={}&password=wrong+password", "x".repeat(5_000));
    let refused = Request::post(&world, "/api/accounts/sign_in", &long)
        .with("Accept", "text/html")
        .with("Referer", format!("{}/sign-in", world.origin()))
        .send(&world)
        .await;
    assert!(refused.header("set-cookie").unwrap().len() < 4_096);
    let shown = page(&world, "/sign-in", &kept(&refused)).await;
    assert!(shown.body.contains("wrong."), "{}", shown.body);
}
