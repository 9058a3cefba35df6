//! The files of the site, and what is no file.

use futures::future::join_all;
use model::RoomId;

use crate::{
    request::{Answer, Request},
    world::World,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_there_and_what_is_nowhere_is_a_page_that_says_so() {
    let world = World::start().await;
    let file = Request::get("/favicon.svg").send(&world).await;
    assert_eq!(file.status, 200);
    assert!(file.head.to_lowercase().contains("content-type: image/svg+xml"), "{}", file.head);
    // Otherwise a browser would keep the newer file when an older version comes back.
    let again = Request::get("/favicon.svg").with("If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT");
    assert_eq!(again.send(&world).await.status, 200);
    for nowhere in ["/no-such-page", "/fonts", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        let answer = Request::get(nowhere).with("Accept", "text/html").send(&world).await;
        assert_eq!(answer.status, 404, "{nowhere}");
        assert!(answer.body.contains("<!DOCTYPE html>"), "{nowhere}: {}", answer.body);
    }
    let posted = Request::post(&world, "/favicon.svg", "").send(&world).await;
    assert_eq!(posted.status, 404, "{posted:?}");
}

/// Fails with `leptos_axum::file_and_error_handler`, which gives a file the status and the headers of a page
/// that is being made on the same thread, and takes them from that page.
#[tokio::test]
async fn files_take_nothing_from_pages_that_are_made_meanwhile() {
    let world = World::start().await;
    let ana = world.person("ana").await;
    let nowhere = format!("/chats/{}", RoomId::new());
    let page = async || Request::get(&nowhere).with("Accept", "text/html").of(&ana).send(&world).await;
    let file = async || Request::get("/favicon.svg").send(&world).await;
    let pages = many(10, 10, page);
    let files = many(20, 20, file);
    let (pages, files) = tokio::join!(pages, files);
    for page in pages {
        assert_eq!(page.status, 404, "{}", page.head);
    }
    for file in files {
        assert_eq!(file.status, 200, "{}", file.head);
    }
}

/// So many times one after the other, as many at once.
async fn many(times: usize, at_once: usize, ask: impl AsyncFn() -> Answer) -> Vec<Answer> {
    let mut answers = Vec::new();
    for _ in 0..times {
        answers.extend(join_all((0..at_once).map(|_| ask())).await);
    }
    answers
}
