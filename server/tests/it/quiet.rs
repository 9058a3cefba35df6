//! The log holds nothing that people wrote, and nothing that opens anything, however much of it is asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::Path,
};

use backend::SignedIn;
use model::{ChangeId, MessageId, Rev, RoomId, Seq, SessionId, UserId, wire::ClientFrame};
use serde_json::Value;
use testing::{execute, until};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    program::{Program, dial_with, home},
    world::Device,
};

/// Somebody's browser: it keeps its cookies, and remembers what it was told that others must not know.
struct Browser<'a> {
    port: u16,
    cookies: BTreeMap<String, String>,
    calls: &'a mut Calls,
}

/// What was said and told.
#[derive(Default)]
struct Calls {
    succeeded: Vec<String>,
    secrets: Vec<String>,
}

impl Browser<'_> {
    async fn call(&mut self, method: &str, path: &str, arguments: &[(&str, &str)]) -> Value {
        let mut form = String::new();
        for (name, value) in arguments {
            let escaped: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            form += &format!("&{name}={escaped}");
        }
        let (target, body) = match method {
            "GET" => (format!("{path}?{}", form.trim_start_matches('&')), ""),
            _ => (path.to_owned(), form.trim_start_matches('&')),
        };
        let port = self.port;
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n\
             Cookie: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            cookies.join("; "),
            body.len()
        );
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert_eq!(head.split(' ').nth(1), Some("200"), "{method} {path}: {answer}");
        for line in head.lines() {
            let Some((name, value)) = line.split_once(": ") else { continue };
            if name.eq_ignore_ascii_case("set-cookie") {
                let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                self.calls.secrets.extend(Some(value.to_owned()).filter(|value| value.len() > 20));
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        self.calls.succeeded.push(path.to_owned());
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    async fn device(&self, user: UserId) -> Device {
        let socket = dial_with(self.port, &self.cookies["dev-rapport-access"]).await.unwrap();
        Device { socket, who: SignedIn::for_tests(user, SessionId::new()) }
    }
}

/// The newest code in the mail folder that is not among `known`.
async fn code(data: &Path, known: &[String]) -> String {
    let is_code = |line: &str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    until("the code is mailed", async || {
        for entry in fs::read_dir(data.join("mail")).ok()?.flatten() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            let code = text.lines().find(|line| is_code(line) && !known.iter().any(|known| known == line));
            if let Some(code) = code {
                return Some(code.to_owned());
            }
        }
        None
    })
    .await
}

/// Signs up, out and in again.
async fn sign_up(browser: &mut Browser<'_>, program: &Program, data: &Path, username: &str) -> UserId {
    let (email, name) = (format!("{username}.mail@example.org"), format!("{username} Hushname"));
    let password = format!("{username} hush-hush words");
    browser.calls.secrets.extend([username.to_owned(), email.clone(), name.clone(), password.clone()]);
    browser.call("GET", "/api/accounts/username", &[("username", username)]).await;
    let form = [("email", &*email), ("username", username), ("name", &*name), ("password", &*password)];
    let registration = browser.call("POST", "/api/accounts/register", &form).await;
    let id = registration["id"].as_str().unwrap().to_owned();
    browser.call("GET", "/api/accounts/registration", &[("registration", &*id)]).await;
    let first = code(data, &browser.calls.secrets).await;
    browser.calls.secrets.push(first);
    let long_ago = "UPDATE registrations SET code_sent_at = code_sent_at - interval '1 hour'";
    execute(&program.database_url(), long_ago).await.unwrap();
    browser.call("POST", "/api/accounts/resend", &[("registration", &*id)]).await;
    let second = code(data, &browser.calls.secrets).await;
    browser.calls.secrets.push(second.clone());
    browser.call("POST", "/api/accounts/verify", &[("registration", &*id), ("code", &*second)]).await;
    browser.call("POST", "/api/accounts/sign_out", &[]).await;
    browser.call("POST", "/api/accounts/sign_in", &[("login", &*email), ("password", &*password)]).await;
    let me = browser.call("GET", "/api/accounts/me", &[]).await;
    me["id"].as_str().unwrap().parse().unwrap()
}

/// A private chat: what is said over HTTP and over the socket.
async fn talk(browser: &mut Browser<'_>, me: UserId, other: UserId) {
    let other = other.to_string();
    let room = browser.call("POST", "/api/rooms/open", &[("with", &*other)]).await;
    let room = room["id"].as_str().unwrap().to_owned();
    let id = MessageId::new().to_string();
    for (path, word) in [("send", "firstsecretword"), ("edit", "editedsecretword")] {
        browser.calls.secrets.push(word.to_owned());
        let form = [("room", &*room), ("id", &*id), ("body", word)];
        browser.call("POST", &format!("/api/messages/{path}"), &form).await;
    }
    browser.calls.secrets.push("\u{1f9a4}".to_owned());
    let form = [("room", &*room), ("id", &*id), ("emoji", "\u{1f9a4}")];
    browser.call("POST", "/api/messages/react", &form).await;
    browser.call("POST", "/api/rooms/mark", &[("room", &*room), ("read", "1")]).await;
    browser.call("GET", "/api/messages/page", &[("room", &*room)]).await;
    browser.call("GET", "/api/rooms/get", &[("room", &*room)]).await;
    browser.call("GET", "/api/rooms/home", &[]).await;
    browser.call("GET", "/api/rooms/list", &[]).await;

    let mut device = browser.device(me).await;
    let said: RoomId = room.parse().unwrap();
    device.catch_up(&[(said, 0)]).await;
    browser.calls.secrets.push("socketsecretword".to_owned());
    let sent = device.send(said, "socketsecretword").await;
    device.answer(sent).await.unwrap();
    browser.calls.secrets.push("changedsecretword".to_owned());
    let body = "changedsecretword".to_owned();
    device.say(&ClientFrame::Edit { room: said, id: sent, change: ChangeId::new(), body }).await;
    device.until(|frame| matches!(frame, model::wire::ServerFrame::Changed(_)).then_some(())).await;
    device.say(&ClientFrame::Fetch { room: said, after: Rev(0) }).await;
    device.say(&ClientFrame::Mark { room: said, delivered: Seq(2), read: Seq(2) }).await;
    browser.calls.secrets.push("malformedsecretword".to_owned());
    device.text(r#"{"type":"send","room":7,"body":"malformedsecretword"}"#).await;
    device.until(|frame| matches!(frame, model::wire::ServerFrame::Error { .. }).then_some(())).await;

    browser.call("POST", "/api/messages/delete", &[("room", &*room), ("id", &*id)]).await;
    browser.call("POST", "/api/people/block", &[("person", &*other)]).await;
    browser.call("GET", "/api/people/blocked", &[]).await;
    browser.call("POST", "/api/people/unblock", &[("person", &*other)]).await;
}

/// A group, which needs that both have talked.
async fn gather(browser: &mut Browser<'_>, other: UserId) {
    let (other, room) = (other.to_string(), MessageId::new().to_string());
    // Blocking the other person ended this membership; opening the chat begins it again.
    browser.call("POST", "/api/rooms/open", &[("with", &*other)]).await;
    browser.calls.secrets.extend(["Titlesecretword".to_owned(), "Renamedsecretword".to_owned()]);
    browser.calls.secrets.push("queriedsecretword".to_owned());
    browser.call("GET", "/api/people/find", &[("q", "queriedsecretword")]).await;
    browser.call("GET", "/api/people/by_id", &[("people[0]", &*other)]).await;
    let people = [("id", &*room), ("title", "Titlesecretword"), ("people[0]", &*other)];
    browser.call("POST", "/api/rooms/create", &people).await;
    browser.call("POST", "/api/rooms/rename", &[("room", &*room), ("title", "Renamedsecretword")]).await;
    let person = [("room", &*room), ("person", &*other)];
    browser.call("POST", "/api/rooms/appoint", &[&person[..], &[("admin", "true")]].concat()).await;
    browser.call("POST", "/api/rooms/remove", &person).await;
    browser.call("POST", "/api/rooms/add", &[("room", &*room), ("people[0]", &*other)]).await;
    browser.call("POST", "/api/rooms/leave", &[("room", &*room)]).await;
    browser.call("POST", "/api/settings/theme", &[("theme", "dark")]).await;
}

/// Fails when a level raises the targets of libraries: the database's client writes every parameter.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_nothing_that_people_wrote_at_any_level() {
    let home = home();
    let (data, log) = (home.path().join("data"), home.path().join("log"));
    let program = Program::logging(&data, "trace", File::create(&log).unwrap()).await;
    let (mut calls, port) = (Calls::default(), program.port);
    let mut ana = Browser { port, cookies: BTreeMap::new(), calls: &mut calls };
    let ana_id = sign_up(&mut ana, &program, &data, "hushedana").await;
    let ana_cookies = ana.cookies;
    let mut bo = Browser { port, cookies: BTreeMap::new(), calls: &mut calls };
    let bo_id = sign_up(&mut bo, &program, &data, "hushedbo").await;
    talk(&mut bo, bo_id, ana_id).await;
    let mut ana = Browser { port, cookies: ana_cookies, calls: &mut calls };
    talk(&mut ana, ana_id, bo_id).await;
    gather(&mut ana, bo_id).await;
    program.stop().await;

    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("stopped"), "it is the log");
    for secret in calls.secrets.iter().map(String::as_str).chain(["$argon2", "example.org"]) {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
    let called: BTreeSet<&str> = calls.succeeded.iter().map(String::as_str).collect();
    let all = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path);
    let missing: Vec<_> =
        all.filter(|path| !called.contains(path) && !path.starts_with("/api/test/")).collect();
    assert!(missing.is_empty(), "not called: {missing:?}");
}
