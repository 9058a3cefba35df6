//! The implementations of `Mailer`, and what the mails look like.

use std::os::unix::fs::PermissionsExt;

use backend::{accounts::SignUp, mail::Mailer};

use crate::{
    accounts_world::{World, code_in, email, form, from},
    contracts::mail::Bench,
};

mod files {
    use super::files;
    use crate::contracts::contract;

    contract!(mail, files:
        an_empty_mailbox_is_empty,
        what_was_sent_is_there_as_it_was,
        the_newest_come_first_and_no_more_than_asked_for,
        a_mail_sent_again_is_one_mail,
        a_line_break_begins_no_header,
    );
}

mod memory {
    use super::Bench;
    use crate::contracts::contract;

    async fn memory() -> Bench {
        Bench { mailer: backend::mail::Mailer::memory(), _folder: None }
    }

    contract!(mail, memory:
        an_empty_mailbox_is_empty,
        what_was_sent_is_there_as_it_was,
        the_newest_come_first_and_no_more_than_asked_for,
        a_mail_sent_again_is_one_mail,
        a_line_break_begins_no_header,
    );
}

async fn files() -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    Bench { mailer: Mailer::files(folder.path().join("new").join("mail")), _folder: Some(folder) }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_their_owners_and_other_files_are_no_mails() {
    let folder = tempfile::tempdir().expect("a folder");
    let mailbox = folder.path().join("mail");
    let world = World::new().await;
    world.register("ada").await;
    let mail = world.newest_mail(&email("ada")).await.expect("a mail");

    let mailer = Mailer::files(&mailbox);
    let id = backend::mail::MailId::new("test", uuid::Uuid::nil(), 1);
    let (to, subject, text, html) = (mail.to, mail.subject, mail.text, mail.html);
    mailer.send(backend::mail::Mail { id, at: mail.at, to, subject, text, html }).await.expect("sends");
    let names: Vec<_> = std::fs::read_dir(&mailbox).expect("a folder").flatten().collect();
    assert_eq!(names.len(), 1, "nothing unfinished is left");
    let mode = |path: &std::path::Path| path.metadata().expect("is there").permissions().mode() & 0o777;
    assert_eq!((mode(&mailbox), mode(&names[0].path())), (0o700, 0o600));

    std::fs::write(mailbox.join("1-other.eml"), "no mail of ours").expect("writes");
    std::fs::write(mailbox.join("notes.txt"), "no mail at all").expect("writes");
    std::fs::write(mailbox.join("2-latin.eml"), [0xff, 0xfe]).expect("writes");
    assert_eq!(mailer.mailbox(10).await.expect("a mailbox").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_text_and_never_markup() {
    let world = World::new().await;
    let name = "<img src=x> & \"{code}\"".to_owned();
    let form = SignUp { name: name.clone(), ..form("ada") };
    let id = world.backend.register(form, &from(1)).await.expect("signs up").id;
    let mail = world.newest_mail(&email("ada")).await.expect("a mail");
    let code = code_in(&mail).expect("a code on a line of its own");
    assert_eq!(mail.subject, format!("Your Rapport code: {code}"));
    assert!(mail.html.contains(&format!(">{code}</p>")));
    assert!(mail.text.contains("good for 10 minutes"));

    world.pass(1);
    world.backend.verify(id, &code, &from(1)).await.expect("the code is right");
    let welcome = world.newest_mail(&email("ada")).await.expect("a mail");
    assert!(welcome.text.contains(&name));
    assert!(!welcome.html.contains("<img"));
    assert!(welcome.html.contains("&lt;img src=x&gt; &amp; &quot;{code}&quot;"));
}
