//! From the form to the account.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use backend::{
    accounts::{Origin, SignUp},
    database::schema::registrations,
    jobs::run_due_jobs,
};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use futures::future::join_all;
use model::{
    Code, RegistrationId,
    limits::{CODE_AGAIN_SECONDS, CODE_SECONDS, CODE_TRIES},
};

use crate::accounts_world::{PASSWORD, World, code_in, email, form, from, refusal, refused, wrong};

async fn rows(world: &World) -> Vec<(RegistrationId, i32)> {
    let mut conn = world.backend.db.get().await.expect("a connection");
    let query = registrations::table.select((registrations::id, registrations::tries));
    query.load(&mut conn).await.expect("rows")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_up_and_is_signed_in_and_welcomed() {
    let world = World::new().await;
    let form = SignUp { email: " Ada@Example.org ".into(), username: "@Ada".into(), ..form("ada") };
    let registration = world.backend.register(form, &from(1)).await.expect("signs up");
    assert_eq!(registration.email, "ada@example.org");
    assert_eq!(registration.again_at.0 - world.clock.now().timestamp_millis(), CODE_AGAIN_SECONDS * 1000);
    assert_eq!(registration.expires_at.0 - world.clock.now().timestamp_millis(), CODE_SECONDS * 1000);
    assert_eq!(world.backend.registration(registration.id).await.expect("waits"), registration);

    let code = world.code("ada@example.org").await;
    let copied = format!(" {} {} ", &code[..3], &code[3..]);
    let session = world.backend.verify(registration.id, &copied, &from(1)).await.expect("the code is right");
    assert_eq!(world.backend.authenticate(&session.access).expect("signed in"), session.who);
    let me = world.backend.me(&session.who).await.expect("knows itself");
    assert_eq!(
        (me.username.as_str(), me.email.as_str(), me.id),
        ("ada", "ada@example.org", session.who.user())
    );

    world.pass(1);
    let welcome = world.newest_mail("ada@example.org").await.expect("a mail");
    assert_eq!(welcome.subject, "Welcome to Rapport");
    assert_eq!(refused(world.backend.verify(registration.id, &code, &from(1)).await), Code::NotFound);
    assert_eq!(refused(world.backend.registration(registration.id).await), Code::NotFound);
}

// Fails when `count_try` lets a try through that is one too many.
#[tokio::test(flavor = "multi_thread")]
async fn row_32_many_guesses_at_once_are_few_tries() {
    let world = World::new().await;
    let other_node = world.another_node().await;
    let mut lucky = 0;
    for username in ["ada", "bea", "cid"] {
        let id = world.register(username).await;
        let code = world.code(&email(username)).await;
        let guesses = (0..200u8).map(|n| {
            // The right code is among them: whoever compares before counting lets it through.
            let guess = if n == 199 { code.clone() } else { wrong(&code) };
            let backend = if n % 2 == 0 { world.backend.clone() } else { other_node.clone() };
            tokio::spawn(async move { backend.verify(id, &guess, &from(n)).await.map(|_| ()) })
        });
        let answers = join_all(guesses).await.into_iter().map(|answer| answer.expect("no panic"));
        if answers.filter(Result::is_ok).count() > 0 {
            lucky += 1;
            continue;
        }
        assert!(rows(&world).await.contains(&(id, CODE_TRIES)));
        let error = refusal(world.backend.verify(id, &code, &from(250)).await);
        assert_eq!(error.code, Code::WrongCode, "the right code is too late");
        world.pass(1);
    }
    // By chance it is among the first five in one of forty rounds.
    assert!(lucky < 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_code_at_once_in_two_places_makes_one_account() {
    let world = World::new().await;
    let id = world.register("ada").await;
    let code = world.code(&email("ada")).await;
    let verify = || async { world.backend.verify(id, &code, &from(1)).await.is_ok() };
    let (a, b, c) = tokio::join!(verify(), verify(), verify());
    assert_eq!([a, b, c].iter().filter(|made| **made).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_33_an_address_with_an_account_looks_like_any_other() {
    let world = World::new().await;
    world.person("ada").await;
    world.pass(1);
    let again = SignUp { email: email("ada"), ..form("lovelace") };
    let known = world.backend.register(again, &from(1)).await.expect("no telling");
    let unknown = world.backend.register(form("grace"), &from(1)).await.expect("signs up");
    assert_eq!((known.expires_at, known.again_at), (unknown.expires_at, unknown.again_at));

    let mail = world.newest_mail(&email("ada")).await.expect("a mail");
    assert_eq!(mail.subject, "You already have a Rapport account");
    assert!(mail.text.contains("\nada\n"), "names the account");
    assert_eq!(code_in(&mail), None);

    let code = world.code(&email("grace")).await;
    let (a, b) = (wrong(&code), "000000");
    let unknown = refusal(world.backend.verify(unknown.id, &a, &from(1)).await);
    let known_guess = refusal(world.backend.verify(known.id, b, &from(1)).await);
    assert_eq!(unknown, known_guess);

    world.pass(CODE_AGAIN_SECONDS);
    world.backend.resend_code(known.id, &from(1)).await.expect("no telling");
    assert_eq!(world.newest_mail(&email("ada")).await.expect("a mail").subject, mail.subject);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_username_has_one_owner() {
    let world = World::new().await;
    world.backend.username_free("ada", &from(1)).await.expect("free");
    assert_eq!(refused(world.backend.username_free("a!", &from(1)).await), Code::Invalid);
    let id = world.register("ada").await;
    world.backend.username_free("Ada", &from(1)).await.expect("a sign-up holds no username");
    let code = world.code(&email("ada")).await;
    world.backend.verify(id, &code, &from(1)).await.expect("the code is right");
    assert_eq!(refused(world.backend.username_free("ada", &from(1)).await), Code::Taken);
    let stranger = SignUp { email: email("eve"), ..form("ada") };
    let error = refusal(world.backend.register(stranger, &from(1)).await);
    assert_eq!((error.code, error.field.as_deref()), (Code::Taken, Some("username")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_form_again_is_the_same_sign_up() {
    let world = World::new().await;
    let id = world.register("ada").await;
    assert_eq!(world.register("ada").await, id);
    let (a, b) = tokio::join!(world.register("grace"), world.register("grace"));
    assert_eq!(a, b, "also twice at once");
    let code = world.code(&email("ada")).await;
    assert_eq!(world.mails(&email("ada")).await.len(), 1);
    world.backend.verify(id, &code, &from(1)).await.expect("its code stays good");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_address_gets_a_sign_up_of_its_own() {
    let world = World::new().await;
    let mistyped = SignUp { email: email("adda"), ..form("ada") };
    let first = world.backend.register(mistyped, &from(1)).await.expect("signs up");
    world.pass(60);
    let second = world.backend.register(form("ada"), &from(1)).await.expect("signs up");
    assert_ne!(first.id, second.id);
    let code = world.code(&email("ada")).await;
    world.backend.verify(second.id, &code, &from(1)).await.expect("the code is right");
}

// Fails when a sign-up with the same username ends the one before it, whatever of it is the same.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_ends_another_persons_sign_up() {
    let world = World::new().await;
    let id = world.register("ada").await;
    let code = world.code(&email("ada")).await;
    for (email, password) in [
        (email("eve"), PASSWORD),
        (email("eve"), "another long password"),
        (email("ada"), "another long password"),
    ] {
        let form = SignUp { email, password: password.into(), ..form("ada") };
        let other = world.backend.register(form, &from(9)).await.expect("signs up, too").id;
        assert_ne!(other, id);
    }
    world.backend.verify(id, &code, &from(1)).await.expect("still good");
    world.backend.sign_in("ada", PASSWORD, &from(1)).await.expect("still the owner's password");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_username_belongs_to_the_first_who_confirms() {
    let world = World::new().await;
    let slow = world.register("ada").await;
    let slow_code = world.code(&email("ada")).await;
    let form = SignUp { email: email("eve"), ..form("ada") };
    let quick = world.backend.register(form, &from(9)).await.expect("signs up").id;
    let quick_code = world.code(&email("eve")).await;
    world.backend.verify(quick, &quick_code, &from(9)).await.expect("is the first");
    let error = refusal(world.backend.verify(slow, &slow_code, &from(1)).await);
    assert_eq!((error.code, error.field.as_deref()), (Code::Taken, Some("username")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_is_over_after_ten_minutes() {
    let world = World::new().await;
    let id = world.register("ada").await;
    let code = world.code(&email("ada")).await;
    world.pass(300);
    world.register("ada").await;
    world.pass(CODE_SECONDS - 300);
    assert_eq!(refused(world.backend.verify(id, &code, &from(1)).await), Code::NotFound);
    assert_ne!(world.register("ada").await, id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_code_ends_the_old_one_and_has_tries_of_its_own() {
    let world = World::new().await;
    let id = world.register("ada").await;
    let first = world.code(&email("ada")).await;
    let early = refusal(world.backend.resend_code(id, &from(1)).await);
    assert_eq!((early.code, early.retry_after), (Code::RateLimited, Some(60_000)));
    for _ in 0..CODE_TRIES {
        assert_eq!(refused(world.backend.verify(id, &wrong(&first), &from(1)).await), Code::WrongCode);
    }
    assert_eq!(refused(world.backend.verify(id, &first, &from(1)).await), Code::WrongCode, "used up");

    world.pass(CODE_AGAIN_SECONDS);
    let sent = world.backend.resend_code(id, &from(1)).await.expect("sends another");
    assert_eq!(sent.expires_at.0 - world.clock.now().timestamp_millis(), (CODE_SECONDS - 60) * 1000);
    let second = world.code(&email("ada")).await;
    assert_ne!(first, second);
    assert_eq!(refused(world.backend.verify(id, &first, &from(1)).await), Code::WrongCode);
    assert_eq!(rows(&world).await, [(id, 1)]);
    world.backend.verify(id, &second, &from(1)).await.expect("the code is right");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_codes_are_all() {
    let world = World::new().await;
    let id = world.register("ada").await;
    for _ in 0..4 {
        world.pass(CODE_AGAIN_SECONDS);
        world.backend.resend_code(id, &from(1)).await.expect("sends another");
    }
    world.pass(CODE_AGAIN_SECONDS);
    let error = refusal(world.backend.resend_code(id, &from(1)).await);
    assert_eq!((error.code, error.retry_after), (Code::RateLimited, Some(300_000)), "until it is over");
    assert_eq!(world.mails(&email("ada")).await.len(), 1, "superseded codes are not mailed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_becomes_taken_meanwhile_is_told_to_its_owner() {
    let world = World::new().await;
    let other = SignUp { email: email("ada"), ..form("lovelace") };
    let id = world.backend.register(other, &from(1)).await.expect("signs up").id;
    let code = world.code(&email("ada")).await;
    world.pass(1);
    world.person("ada").await;
    let error = refusal(world.backend.verify(id, &code, &from(1)).await);
    assert_eq!((error.code, error.field.as_deref()), (Code::Taken, Some("email")));
}

// Fails when `may_mail` lets everything pass.
#[tokio::test(flavor = "multi_thread")]
async fn one_mailbox_gets_few_mails_a_day_whoever_asks() {
    let world = World::new().await;
    let spellings = ["ada.king@example.org", "adaking+a@example.org", "adaking@example.org"];
    // Sign-ups of a day, from 24 networks: each is answered alike, whether or not it causes a mail.
    for n in 0..240u32 {
        let form = SignUp { email: spellings[n as usize % 3].into(), ..form(&format!("user{n}")) };
        let network = Origin { address: Ipv4Addr::from(0x0a00_0000 + ((n % 24) << 8)).into(), ..from(1) };
        let answer = world.backend.register(form, &network).await.expect("is not refused");
        assert_eq!(answer.expires_at.0 - world.clock.now().timestamp_millis(), CODE_SECONDS * 1000);
        run_due_jobs(&world.backend).await.expect("jobs run");
        world.pass(360);
    }
    let mails = world.backend.mailer.mailbox(usize::MAX).await.expect("a mailbox").len();
    // Each of the 24 networks gets its first mail; 12 to 24 more come from the shared limit.
    assert!((36..=48).contains(&mails), "{mails} mails");
}

// Fails when mails are counted for the mailbox alone.
#[tokio::test(flavor = "multi_thread")]
async fn mails_that_others_cause_keep_nobody_from_signing_up() {
    let world = World::new().await;
    // From 30 networks, and from many that are one customer's.
    let of_many = (0..300u32).map(|n| IpAddr::from(Ipv4Addr::from(0x0a00_0000 + ((n % 30) << 8))));
    let of_one = (0..100u16).map(|n| IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 5, n, 0, 0, 0, 1)));
    for (n, address) in of_many.chain(of_one).enumerate() {
        let form = SignUp { email: email("ada"), ..form(&format!("user{n}")) };
        world.backend.register(form, &Origin { address, ..from(1) }).await.expect("is not refused");
    }
    world.pass(1);
    let elsewhere = Origin { address: Ipv4Addr::new(198, 51, 100, 1).into(), ..from(1) };
    let id = world.backend.register(form("ada"), &elsewhere).await.expect("signs up").id;
    let code = world.code(&email("ada")).await;
    world.backend.verify(id, &code, &elsewhere).await.expect("the code came");
}

// Fails when asking for another code ends the one before it though no mail is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_stays_good_when_no_other_is_mailed() {
    let world = World::new().await;
    let id = world.register("ada").await;
    let code = world.code(&email("ada")).await;
    for n in 0..10 {
        let other = SignUp { email: email("ada"), ..form(&format!("user{n}")) };
        world.backend.register(other, &from(1)).await.expect("is not refused");
    }
    assert_eq!(refused(world.backend.verify(id, &wrong(&code), &from(1)).await), Code::WrongCode);
    world.pass(CODE_AGAIN_SECONDS);
    let again = world.backend.resend_code(id, &from(1)).await.expect("is not refused");
    assert_eq!(again.again_at.0 - world.clock.now().timestamp_millis(), CODE_AGAIN_SECONDS * 1000);
    assert!(rows(&world).await.contains(&(id, 1)), "no tries on top");
    world.backend.verify(id, &code, &from(1)).await.expect("still good");
}

// Fails when the name stands in the mail.
#[tokio::test(flavor = "multi_thread")]
async fn mails_to_an_unconfirmed_address_say_nothing_that_the_sender_chose() {
    let world = World::new().await;
    world.person("grace").await;
    for to in ["ada", "grace"] {
        let words = SignUp { email: email(to), name: "WIN a prize".into(), ..form("win.a.prize") };
        world.pass(1);
        world.backend.register(words, &from(1)).await.expect("signs up");
        let mail = world.newest_mail(&email(to)).await.expect("a mail");
        assert_ne!(mail.subject, "Welcome to Rapport");
        for part in [&mail.subject, &mail.text, &mail.html] {
            assert!(!part.to_lowercase().contains("win"), "{part}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ups_that_are_over_are_cleaned_up() {
    let world = World::new().await;
    world.register("ada").await;
    world.pass(CODE_SECONDS / 2);
    let grace = world.register("grace").await;
    world.pass(CODE_SECONDS / 2);
    let mut conn = world.backend.db.get().await.expect("a connection");
    let job = backend::jobs::CleanRegistrations {};
    world.backend.jobs.enqueue(&mut conn, &job).await.expect("queues");
    run_due_jobs(&world.backend).await.expect("jobs run");
    assert_eq!(rows(&world).await, [(grace, 0)]);
}
