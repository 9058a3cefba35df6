//! Who may open a socket, and when it ends.

use backend::accounts::Origin;
use model::limits::SOCKETS_PER_USER;
use tokio_tungstenite::{connect_async, tungstenite};

use crate::world::World;

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
    let form = backend::accounts::SignUp {
        email: "eva@example.com".into(),
        username: "eva".into(),
        name: "Eva".into(),
        password: "correct horse battery".into(),
    };
    let from = Origin { address: std::net::Ipv4Addr::LOCALHOST.into(), agent: String::new() };
    let registration = world.backend.register(form, &from).await.unwrap();
    let code = world.code().await;
    let session = world.backend.verify(registration.id, &code, &from).await.unwrap();
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
