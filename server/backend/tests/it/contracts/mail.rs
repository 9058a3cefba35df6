//! The promise of `Mailer`, as far as a mailbox can show it.

use backend::mail::{Mail, MailId, Mailer};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub(crate) struct Bench {
    pub(crate) mailer: Mailer,
    /// Dropped last: the mails go with it.
    pub(crate) _folder: Option<tempfile::TempDir>,
}

fn mail(number: i32, seconds: i64) -> Mail {
    Mail {
        id: MailId::new("test", Uuid::nil(), number),
        at: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(seconds),
        to: "ada@example.org".to_owned(),
        subject: format!("Mail {number}"),
        text: format!("Hello,\n\nthis is number {number}: ä ✓ --\n"),
        html: format!("<p>This is\n\n<b>number</b> {number}: ä ✓</p>\n"),
    }
}

pub(crate) async fn an_empty_mailbox_is_empty(bench: Bench) {
    assert!(bench.mailer.mailbox(10).await.expect("a mailbox").is_empty());
}

pub(crate) async fn what_was_sent_is_there_as_it_was(bench: Bench) {
    bench.mailer.send(mail(1, 5)).await.expect("sends");
    let stored = bench.mailer.mailbox(10).await.expect("a mailbox");
    assert_eq!(stored, [mail(1, 5).into()]);
}

pub(crate) async fn the_newest_come_first_and_no_more_than_asked_for(bench: Bench) {
    for (number, seconds) in [(1, 30), (2, 10), (3, 2_000_000_000), (4, 20)] {
        bench.mailer.send(mail(number, seconds)).await.expect("sends");
    }
    let stored = bench.mailer.mailbox(3).await.expect("a mailbox");
    let subjects: Vec<_> = stored.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["Mail 3", "Mail 1", "Mail 4"]);
}

pub(crate) async fn a_mail_sent_again_is_one_mail(bench: Bench) {
    let changed = Mail { text: "changed".to_owned(), ..mail(1, 5) };
    bench.mailer.send(mail(1, 5)).await.expect("sends");
    bench.mailer.send(mail(2, 5)).await.expect("sends");
    bench.mailer.send(changed.clone()).await.expect("sends");
    let stored = bench.mailer.mailbox(10).await.expect("a mailbox");
    assert_eq!(stored, [mail(2, 5).into(), changed.into()]);
}

pub(crate) async fn a_line_break_begins_no_header(bench: Bench) {
    let subject = "Hello\r\nBcc: eve@example.org".to_owned();
    bench.mailer.send(Mail { subject, ..mail(1, 5) }).await.expect("sends");
    let stored = bench.mailer.mailbox(1).await.expect("a mailbox");
    assert_eq!(stored[0].to, "ada@example.org");
    assert_eq!(stored[0].text, mail(1, 5).text);
}
