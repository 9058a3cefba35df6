//! Mail over SMTP, to a server of the test's own.

use backend::{
    Backend, Setup,
    clock::Clock,
    jobs::{JobQueue, run_due_jobs},
    mail::{Mail, MailError, MailId, Mailer, Sender, SmtpServer, SmtpSettings},
    secret::Secret,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use testing::{
    Database,
    smtp::{Arrived, Manners, Sink},
};
use uuid::Uuid;

use crate::accounts_world::{code_in, email, form, from};

const FROM: &str = "Rapport für alle <no-reply@chat.example.org>";

fn mailer(url: &str) -> Mailer {
    let server = SmtpServer::parse(url).expect("a good address");
    Mailer::smtp(SmtpSettings { server, from: Sender::parse(FROM).expect("a sender") }).expect("is set up")
}

fn mail() -> Mail {
    Mail {
        id: MailId::new("test", Uuid::nil(), 7),
        at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(1_767_603_600),
        to: "ada@example.org".to_owned(),
        subject: "Schöne Grüße ✓ from a subject that is longer than one line of a mail may be".to_owned(),
        text: "Hällo,\n\n.a line that begins with a dot, and ümlauts\n".to_owned(),
        html: "<p>Hällo, <b>ümlauts</b> = ✓</p>\n".to_owned(),
    }
}

/// A mail taken apart.
struct Read {
    headers: Vec<(String, String)>,
    parts: Vec<(String, String)>,
}

impl Read {
    fn of(arrived: &Arrived) -> Self {
        let (headers, body) = split(&arrived.data);
        let kind = value(&headers, "Content-Type").to_owned();
        assert!(kind.starts_with("multipart/alternative"), "{kind}");
        let boundary = kind.split("boundary=").nth(1).expect("a boundary").trim_matches('"');
        let line = format!("--{boundary}");
        let parts = body.split(&line).skip(1).filter(|part| !part.starts_with("--"));
        let parts = parts.map(|part| {
            let (headers, body) = split(part.trim_start_matches('\n'));
            let body = match value(&headers, "Content-Transfer-Encoding") {
                "quoted-printable" => quoted_printable(&body),
                "base64" => bytes_as_text(STANDARD.decode(body.replace('\n', "")).expect("base64")),
                _ => body,
            };
            (value(&headers, "Content-Type").to_owned(), body.replace('\r', "").trim_end().to_owned())
        });
        Self { parts: parts.collect(), headers }
    }

    fn header(&self, name: &str) -> String {
        words(value(&self.headers, name))
    }
}

/// Headers, unfolded, and what follows them.
fn split(text: &str) -> (Vec<(String, String)>, String) {
    let (head, body) = text.split_once("\n\n").expect("headers end");
    let head = head.replace("\n ", " ").replace("\n\t", " ");
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    (headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), body.to_owned())
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// A header with its encoded words read (RFC 2047, base64 only). Blanks between two of them go.
fn words(text: &str) -> String {
    let text = text.replace("?= =?", "?==?");
    let mut rest = text.as_str();
    let mut read = String::new();
    while let Some((before, word)) = rest.split_once("=?utf-8?b?") {
        let (word, after) = word.split_once("?=").expect("a word ends");
        read += before;
        read += &bytes_as_text(STANDARD.decode(word).expect("base64"));
        rest = after;
    }
    read + rest
}

fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'=' {
            let hex = std::str::from_utf8(&after[..2]).expect("hex");
            bytes.push(u8::from_str_radix(hex, 16).expect("hex"));
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    bytes_as_text(bytes)
}

fn bytes_as_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("UTF-8")
}

/// Fails when a part or a header is left out, or is not encoded.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_as_it_was_meant() {
    let sink = Sink::start(Manners::default()).await;
    let mailer = mailer(&format!("smtp://{}", sink.address()));
    mailer.send(mail()).await.expect("sends");
    let arrived = sink.arrived();
    let [one] = &arrived[..] else { panic!("{arrived:?}") };
    assert_eq!(
        (one.sender.as_str(), one.recipient.as_str()),
        ("no-reply@chat.example.org", "ada@example.org")
    );
    let read = Read::of(one);
    let id = "<test-00000000-0000-0000-0000-000000000000-7@chat.example.org>";
    assert_eq!(read.header("Message-ID"), id);
    assert_eq!(read.header("Subject"), mail().subject);
    assert_eq!(read.header("From").replace('"', ""), FROM);
    assert_eq!(read.header("To"), "ada@example.org");
    assert_eq!(read.header("Date"), "Mon, 05 Jan 2026 09:00:00 +0000");
    assert_eq!(read.header("Auto-Submitted"), "auto-generated");
    let parts: Vec<_> = read.parts.iter().map(|(kind, text)| (kind.as_str(), text.as_str())).collect();
    let (text, html) = (mail().text, mail().html);
    let expected =
        [("text/plain; charset=utf-8", text.trim_end()), ("text/html; charset=utf-8", html.trim_end())];
    assert_eq!(parts, expected, "the text first, since the last one is shown");
    assert!(mailer.mailbox(10).await.expect("a mailbox").is_empty() && !mailer.keeps_mail());
}

/// Fails without a pool: each mail then has a connection of its own.
#[tokio::test(flavor = "multi_thread")]
async fn mails_share_connections_and_a_second_copy_has_the_same_name() {
    let sink = Sink::start(Manners::default()).await;
    let mailer = mailer(&format!("smtp://{}", sink.address()));
    for _ in 0..20 {
        mailer.send(mail()).await.expect("sends");
    }
    let ids: Vec<_> = sink.arrived().iter().map(|mail| Read::of(mail).header("Message-ID")).collect();
    assert_eq!(ids.len(), 20);
    assert!(ids.iter().all(|id| *id == ids[0]));
    // A connection may still be on its way back when the next mail leaves.
    assert!(sink.connections() <= 4, "{}", sink.connections());
}

/// Fails when a line break or a second address passes into the headers or commands.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_break_begins_no_header_and_no_second_address() {
    let sink = Sink::start(Manners::default()).await;
    let mailer = mailer(&format!("smtp://{}", sink.address()));
    let subject = "Hello\r\nBcc: eve@example.org".to_owned();
    mailer.send(Mail { subject, ..mail() }).await.expect("sends");
    assert_eq!(Read::of(&sink.arrived()[0]).header("Bcc"), "");
    for to in ["ada@example.org\r\nRCPT TO:<eve@example.org>", "ada@example.org, eve@example.org", "ada", ""]
    {
        let refused = mailer.send(Mail { to: to.to_owned(), ..mail() }).await.expect_err("is refused");
        assert!(matches!(refused, MailError::Refused(_)), "{to}: {refused}");
    }
    assert_eq!(sink.arrived().len(), 1);
    assert!(!sink.said().iter().any(|line| line.contains("eve@")), "{:?}", sink.said());
}

/// Fails when every error is the same.
#[tokio::test(flavor = "multi_thread")]
async fn permanent_refusals_are_told_from_those_that_pass() {
    let sink = Sink::start(Manners::default()).await;
    let mailer = mailer(&format!("smtp://{}", sink.address()));
    let plain = Manners::default();
    let permanent = [
        Manners { recipient: Some("550 5.1.1 <ada@example.org>: no such mailbox"), ..plain.clone() },
        Manners { recipient: Some("553 5.1.3 bad address"), ..plain.clone() },
        Manners { content: Some("554 5.7.1 this is spam"), ..plain.clone() },
    ];
    for manners in permanent {
        sink.behave(manners.clone());
        let refused = mailer.send(mail()).await.expect_err("is refused");
        assert!(matches!(refused, MailError::Refused(_)), "{manners:?}: {refused}");
        assert!(!refused.to_string().contains("ada@"), "{refused}");
    }
    let passing = [
        Manners { recipient: Some("450 4.2.1 try again later"), ..plain.clone() },
        Manners { recipient: Some("452 4.2.2 mailbox full"), ..plain.clone() },
        Manners { sender: Some("421 4.3.2 going down"), ..plain.clone() },
        Manners { content: Some("451 4.7.1 greylisted"), ..plain.clone() },
        // Nobody's mail is to blame for a login that is missing.
        Manners { login: Some(("me", "secret")), ..plain.clone() },
    ];
    for manners in passing {
        sink.behave(manners.clone());
        let failed = mailer.send(mail()).await.expect_err("fails");
        assert!(matches!(failed, MailError::Failed(_)), "{manners:?}: {failed}");
    }
    sink.behave(plain);
    mailer.send(mail()).await.expect("sends after all that");
    assert_eq!(sink.arrived().len(), 1);
}

/// Fails when the password is shown, or a wrong one gives a mail up.
#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_used_and_a_wrong_one_is_for_the_operator_to_mend() {
    let login = Some(("me@example.org", "hu/sh"));
    let sink = Sink::start(Manners { login, ..Manners::default() }).await;
    let url = |password| format!("smtp://me%40example.org:{password}@{}", sink.address());
    mailer(&url("hu%2Fsh")).send(mail()).await.expect("sends");
    assert_eq!(sink.arrived().len(), 1);
    let failed = mailer(&url("wrong")).send(mail()).await.expect_err("fails");
    assert!(matches!(failed, MailError::Failed(_)) && !failed.to_string().contains("wrong"), "{failed}");
}

/// Fails when the offer is not taken: the password then goes out in the open.
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_of_tls_is_taken_before_anything_is_said() {
    let manners = Manners { starttls: true, login: Some(("me", "hush")), ..Manners::default() };
    let sink = Sink::start(manners).await;
    let failed = mailer(&format!("smtp://me:hush@{}", sink.address())).send(mail()).await;
    assert!(matches!(failed, Err(MailError::Failed(_))), "the server hangs up");
    let said = sink.said();
    let verbs: Vec<_> = said.iter().map(|line| line.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(verbs, ["EHLO", "STARTTLS"], "{said:?}");
}

/// Fails when smtps begins plainly: the server would hear a command.
#[tokio::test(flavor = "multi_thread")]
async fn smtps_says_nothing_before_tls() {
    let sink = Sink::start(Manners::default()).await;
    let failed = mailer(&format!("smtps://me:hush@{}", sink.address())).send(mail()).await;
    assert!(matches!(failed, Err(MailError::Failed(_))));
    assert!(
        !sink.said().iter().any(|line| line.contains("EHLO") || line.contains("AUTH")),
        "{:?}",
        sink.said()
    );
}

/// Fails without the order of time-outs, or when an error holds the address of the reader.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_tried_again() {
    let failed = mailer("smtp://127.0.0.1:1").send(mail()).await.expect_err("fails");
    assert!(matches!(failed, MailError::Failed(_)));
    let told = failed.to_string();
    assert!(told.starts_with("the mail server at 127.0.0.1 port 1") && told.contains("refused"), "{told}");
}

struct World {
    backend: Backend,
    clock: Clock,
    _database: Database,
}

async fn world(sink: &Sink) -> World {
    let (database, clock) = (Database::create().await, Clock::manual(Utc::now()));
    let (db, mailer) = (database.pool().await, mailer(&format!("smtp://{}", sink.address())));
    let setup = Setup {
        db: db.clone(),
        clock: clock.clone(),
        secret: Secret::new([7; 32]),
        mailer,
        media: backend::Media::default(),
    };
    let backend = Backend::compose(setup).await.expect("the database answers");
    let backend = backend.with_jobs(JobQueue::postgres(db, clock.clone()));
    World { backend, clock, _database: database }
}

async fn dead(world: &World) -> Vec<(i32, String)> {
    use backend::database::schema::dead_jobs;
    let mut conn = world.backend.db.get().await.expect("a connection");
    let query = dead_jobs::table.select((dead_jobs::attempts, dead_jobs::reason));
    query.load(&mut conn).await.expect("rows")
}

/// Fails when the templates, the jobs or the transport do not fit together.
#[tokio::test(flavor = "multi_thread")]
async fn who_signs_up_gets_the_code_by_mail() {
    let sink = Sink::start(Manners::default()).await;
    let world = world(&sink).await;
    world.backend.register(form("ada"), &from(1)).await.expect("signs up");
    run_due_jobs(&world.backend).await.expect("jobs run");
    let arrived = sink.arrived();
    let [one] = &arrived[..] else { panic!("{arrived:?}") };
    assert_eq!(one.recipient, email("ada"));
    let read = Read::of(one);
    let text = read.parts[0].1.clone();
    let stored = backend::mail::StoredMail {
        id: String::new(),
        to: String::new(),
        subject: String::new(),
        at: world.clock.now(),
        text,
        html: String::new(),
    };
    let code = code_in(&stored).expect("a code on a line of its own");
    assert_eq!(read.header("Subject"), format!("Your Rapport code: {code}"));
    assert!(read.parts[1].1.contains(&format!(">{code}</p>")));
}

/// Fails when a refusal is tried again, or a delay is not.
#[tokio::test(flavor = "multi_thread")]
async fn jobs_give_up_what_is_refused_and_try_again_what_is_not() {
    let later = Manners { recipient: Some("451 4.7.1 later"), ..Manners::default() };
    let sink = Sink::start(later).await;
    let world = world(&sink).await;
    world.backend.register(form("ada"), &from(1)).await.expect("signs up");
    assert_eq!(run_due_jobs(&world.backend).await.expect("jobs run"), 1);
    assert!(dead(&world).await.is_empty());
    sink.behave(Manners::default());
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(run_due_jobs(&world.backend).await.expect("jobs run"), 1);
    assert_eq!(sink.arrived().len(), 1);
    sink.behave(Manners { recipient: Some("550 5.1.1 no such mailbox"), ..Manners::default() });
    world.backend.register(form("bob"), &from(1)).await.expect("signs up");
    assert_eq!(run_due_jobs(&world.backend).await.expect("jobs run"), 1);
    let dead = dead(&world).await;
    let [(1, reason)] = &dead[..] else { panic!("{dead:?}") };
    assert!(reason.starts_with("refused for good") && reason.contains("no such mailbox"), "{reason}");
}
