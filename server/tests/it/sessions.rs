//! Who may open a socket, and when it ends.

use backend::{
    Backend, Media, Setup,
    accounts::Origin,
    mail::Mailer,
    secret::Secret,
    sessions::{NewSession, Whose, end_sessions},
};
use model::limits::SOCKETS_PER_USER;
use tokio_tungstenite::{connect_async, tungstenite};

use crate::{request::Request, world::World};

async fn refused(request: tungstenite::http::Request<()>) -> u16 {
    match connect_async(request).await {
        Err(tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("not refused: {:?}", other.map(|_| ())),
    }
}

// Fails when `Site::allows` looks at how an origin begins, or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn row_27_a_foreign_origin_is_refused_whatever_its_cookie() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let port = world.address.port();
    let own = world.origin();
    let foreign = [
        "null".to_owned(),
        "http://evil.example".to_owned(),
        format!("http://127.0.0.1:{}", port - 1),
        format!("https://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}.evil.example"),
        format!("http://evil.example/127.0.0.1:{port}"),
        "http://127.0.0.1".to_owned(),
        format!("http://evil.127.0.0.1:{port}"),
        format!("{own}/"),
        format!("{own}@evil.example"),
        format!("{own}, http://evil.example"),
        own.to_uppercase(),
    ];
    for origin in foreign {
        let mut request = world.upgrade(&ana);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        assert_eq!(refused(request).await, 403, "{origin}");
    }
    let mut request = world.upgrade(&ana);
    request.headers_mut().remove("origin");
    assert_eq!(refused(request).await, 403, "no origin at all");
}

// Fails when `identify` takes any cookie's word, or `access_token::check` looks at no `exp`.
#[tokio::test(flavor = "multi_thread")]
async fn row_29_only_a_running_access_token_opens_a_socket() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let with = |cookie: String| {
        let mut request = world.upgrade(&ana);
        request.headers_mut().insert("cookie", cookie.parse().unwrap());
        request
    };
    assert_eq!(refused(with("a=b".into())).await, 401);
    assert_eq!(refused(with("dev-rapport-access=nonsense".into())).await, 401);
    assert_eq!(refused(with(format!("dev-rapport-access={}", ana.refresh))).await, 401);
    assert_eq!(refused(with(format!("__Host-rapport-access={}", ana.access))).await, 401);
    world.backend.clock.advance(chrono::TimeDelta::seconds(601));
    assert_eq!(refused(world.upgrade(&ana)).await, 401, "expired");
    let renewed = with(format!("dev-rapport-access={}; dev-rapport-refresh={}", ana.access, ana.refresh));
    assert!(connect_async(renewed).await.is_ok(), "renewed on the way in");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_closes_the_sockets_and_the_tokens() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let mut device = world.device(&ana).await;
    world.backend.sign_out(&ana.who).await.unwrap();
    assert_eq!(device.farewell().await, (4101, "signed_out".into()));
    assert_eq!(refused(world.upgrade(&ana)).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_25_one_person_has_so_many_sockets_and_no_more() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let mut open = Vec::new();
    for _ in 0..SOCKETS_PER_USER {
        open.push(world.device(&ana).await);
    }
    let mut further = world.dial(&ana).await;
    assert_eq!(further.farewell().await, (4006, "too_many_sockets".into()));
    let bo = world.person("bo_").await;
    world.device(&bo).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_opens_a_session_over_http() {
    let world = World::start().await;
    let session = signed_up(&world).await;
    world.device(&session).await;
}

/// A client that is told "signed out" gives its session up. Fails when the session layer takes a
/// failed exchange for nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_cannot_be_looked_up_is_not_called_ended() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let mut renewing = world.upgrade(&ana);
    let refresh = format!("dev-rapport-refresh={}", ana.refresh);
    renewing.headers_mut().insert("cookie", refresh.parse().unwrap());
    world.backend.hide_sessions().await;
    assert_eq!(refused(renewing).await, 503);
}

/// From outside the process that serves. Fails when `run_session_watch` is not spawned.
#[tokio::test(flavor = "multi_thread")]
async fn ending_a_users_sessions_closes_their_sockets_and_nobody_elses() {
    let world = World::start().await;
    let (ana, bo) = (world.person("ana").await, world.person("bo_").await);
    let second = world.backend.session(ana.who.user()).await;
    let (mut device, mut elsewhere) = (world.device(&ana).await, world.device(&second).await);
    let mut other = world.device(&bo).await;
    let now = world.backend.clock.now();
    end_sessions(&world.backend.db, Whose::User("ana"), now).await.unwrap();
    assert_eq!(device.farewell().await, (4101, "signed_out".into()));
    assert_eq!(elsewhere.farewell().await, (4101, "signed_out".into()));
    assert_eq!(refused(world.upgrade(&ana)).await, 401);
    other.text(r#"{"type":"poll"}"#).await;
    assert!(matches!(other.next().await, model::wire::ServerFrame::Error { .. }), "others go on");

    end_sessions(&world.backend.db, Whose::Everybody, now).await.unwrap();
    assert_eq!(other.farewell().await, (4101, "signed_out".into()));
    assert_eq!(refused(world.upgrade(&bo)).await, 401);
}

/// A session that ended long ago, while this node could not ask. Fails when only those are looked at that ended
/// within the life of an access token.
#[tokio::test(flavor = "multi_thread")]
async fn a_socket_closes_however_long_ago_its_session_ended() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let mut device = world.device(&ana).await;
    let long_ago = world.backend.clock.now() - chrono::TimeDelta::hours(1);
    end_sessions(&world.backend.db, Whose::Everybody, long_ago).await.unwrap();
    assert_eq!(device.farewell().await, (4101, "signed_out".into()));
}

/// Fails when the node that starts does not let the others see it.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_starts_with_another_secret_closes_the_sockets_on_the_others() {
    let world = World::start().await;
    world.backend.end_sessions_of_other_secrets().await.unwrap();
    let ana = world.person("ana").await;
    let mut device = world.device(&ana).await;
    let setup = Setup {
        db: world.backend.database.pool().await,
        clock: world.backend.clock.clone(),
        secret: Secret::new([8; 32]),
        mailer: Mailer::memory(),
        media: Media::default(),
    };
    let changed = Backend::compose(setup).await.unwrap();
    changed.end_sessions_of_other_secrets().await.unwrap();
    assert_eq!(device.farewell().await, (4101, "signed_out".into()));
    assert_eq!(refused(world.upgrade(&ana)).await, 401);
}

/// Fails when signing in only replaces the cookies: whoever copied them before goes on.
#[tokio::test(flavor = "multi_thread")]
async fn signing_in_ends_the_session_that_the_browser_had() {
    let world = World::start().await;
    let former = signed_up(&world).await;
    let form = "login=eva&password=correct+horse+battery";
    let answer = Request::post(&world, "/api/accounts/sign_in", form).of(&former).send(&world).await;
    assert!(answer.header("set-cookie").is_some(), "{answer:?}");
    assert!(answer.header("clear-site-data").is_some(), "nothing is left of whoever used the browser before");
    assert_eq!(Request::get("/api/accounts/me").of(&former).send(&world).await.status, 401);
    assert!(world.backend.refresh(&former.refresh).await.is_err());

    let wrong = "login=eva&password=wrong";
    let session = world.backend.sign_in("eva", "correct horse battery", &here()).await.unwrap();
    Request::post(&world, "/api/accounts/sign_in", wrong).of(&session).send(&world).await;
    assert_eq!(
        Request::get("/api/accounts/me").of(&session).send(&world).await.status,
        200,
        "nobody signed in"
    );
}

/// Fails when the layer only takes the cookies back: the messages stay in the browser.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_with_an_ended_session_is_told_to_delete_what_it_keeps() {
    let world = World::start().await;
    let clear = "\"storage\"";
    let ana = world.person("ana").await;
    let sign_out = Request::post(&world, "/api/accounts/sign_out", "").of(&ana).send(&world).await;
    assert_eq!(sign_out.header("clear-site-data"), Some(clear), "{sign_out:?}");

    let bo = world.person("bo_").await;
    let cookies = format!("dev-rapport-access={}; dev-rapport-refresh={}", bo.access, bo.refresh);
    let with = |path: &str| Request::get(path).with("Cookie", &cookies);
    for path in ["/chats", "/api/accounts/me"] {
        assert_eq!(with(path).send(&world).await.header("clear-site-data"), None, "{path}");
    }
    world.backend.sign_out(&bo.who).await.unwrap();
    for path in ["/chats", "/sign-in", "/api/accounts/me"] {
        assert_eq!(with(path).send(&world).await.header("clear-site-data"), Some(clear), "{path}");
        assert_eq!(Request::get(path).send(&world).await.header("clear-site-data"), None, "{path}");
    }
}

/// Nothing is deleted while nobody can tell whether the session stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_keeps_what_it_has_while_sessions_cannot_be_looked_up() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    world.backend.hide_sessions().await;
    for path in ["/sign-in", "/api/accounts/me"] {
        let renewing = Request::get(path).with("Cookie", format!("dev-rapport-refresh={}", ana.refresh));
        assert_eq!(renewing.send(&world).await.header("clear-site-data"), None, "{path}");
    }
}

fn here() -> Origin {
    Origin { address: std::net::Ipv4Addr::LOCALHOST.into(), agent: String::new() }
}

/// Somebody who signed up with a password.
async fn signed_up(world: &World) -> NewSession {
    let form = backend::accounts::SignUp {
        email: "eva@example.com".into(),
        username: "eva".into(),
        name: "Eva".into(),
        password: "correct horse battery".into(),
    };
    let registration = world.backend.register(form, &here()).await.unwrap();
    let code = world.code().await;
    world.backend.verify(registration.id, &code, &here()).await.unwrap()
}
