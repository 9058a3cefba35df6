//! The files of the site, and what is no file.

use futures::future::join_all;
use model::RoomId;

use crate::{
    request::{Answer, Request},
    world::{Options, World},
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
    assert_eq!(file.header("cache-control"), Some("public, no-cache"));
    for nowhere in ["/no-such-page", "/fonts", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        let answer = Request::get(nowhere).with("Accept", "text/html").send(&world).await;
        assert_eq!(answer.status, 404, "{nowhere}");
        assert!(answer.body.contains("<!DOCTYPE html>"), "{nowhere}: {}", answer.body);
    }
    let posted = Request::post(&world, "/favicon.svg", "").send(&world).await;
    assert_eq!(posted.status, 404, "{posted:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let world = World::start().await;
    let file = Request::get("/favicon.svg").send(&world).await;
    let tag = file.header("etag").expect("a strong tag").to_owned();
    assert!(tag.starts_with('"'), "{tag}");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
        let again = Request::get("/favicon.svg").with("If-None-Match", &known).send(&world).await;
        assert_eq!((again.status, &*again.body), (304, ""), "{known}");
        assert_eq!(again.header("etag"), Some(&*tag));
        assert_eq!(again.header("cache-control"), Some("public, no-cache"));
    }
    let other = Request::get("/favicon.svg").with("If-None-Match", "\"other\"").send(&world).await;
    assert_eq!((other.status, other.header("etag")), (200, Some(&*tag)));
    let nowhere = Request::get("/no-such-page").with("If-None-Match", "*").send(&world).await;
    assert_eq!((nowhere.status, nowhere.header("etag")), (404, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_named_by_its_content_is_kept_for_ever_in_each_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pkg");
    std::fs::create_dir(&path).unwrap();
    let name = "rapport.0123456789abcdef.js";
    for (ending, content) in [("", "plain"), (".br", "brotli"), (".gz", "gzip")] {
        std::fs::write(path.join(format!("{name}{ending}")), content).unwrap();
    }
    let files = Some(folder.path().to_str().unwrap().to_owned());
    let world = World::with(Options { files, ..Options::default() }).await;
    let address = format!("/pkg/{name}");
    let mut tags = Vec::new();
    for (accepted, content) in [("identity", "plain"), ("br", "brotli"), ("gzip", "gzip")] {
        let file = Request::get(&address).with("Accept-Encoding", accepted).send(&world).await;
        assert_eq!((file.status, &*file.body), (200, content));
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(file.header("vary"), Some("accept-encoding"));
        tags.push(file.header("etag").unwrap().to_owned());
    }
    tags.dedup();
    assert_eq!(tags.len(), 3, "each encoding has its own tag");
    let gone = Request::get("/pkg/rapport.fedcba9876543210.js").send(&world).await;
    assert_eq!(gone.status, 404);
    assert!(!gone.header("cache-control").unwrap().contains("immutable"), "{}", gone.head);
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
    let pages = many(3, 10, page);
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
