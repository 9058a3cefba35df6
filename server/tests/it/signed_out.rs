//! Sessions that end by what an administrator does to the program.

use testing::{person, session};

use crate::program::{Program, home, run};

/// Fails when `web_of` does not look at the secret.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_signs_everybody_out_and_a_restart_nobody() {
    let home = home();
    let data = home.path().join("data");
    let program = Program::start(&data).await;
    let backend = program.backend().await;
    let ana = session(&backend, person(&backend, "ana").await.user()).await;
    drop(backend);
    program.stop().await;
    let refresh = format!("dev-rapport-refresh={}", ana.refresh);
    let me = "/api/accounts/me";

    let program = Program::start(&data).await;
    assert_eq!(program.get(me, Some(&ana)).await, 200);
    program.stop().await;

    // The secret of the folder is made anew.
    std::fs::remove_file(data.join("secret")).unwrap();
    let program = Program::start(&data).await;
    assert_eq!(program.get(me, Some(&ana)).await, 401);
    assert_eq!(program.get_with(me, &refresh).await, 401);
    let backend = program.backend().await;
    let again = session(&backend, ana.who.user()).await;
    assert_eq!(program.get(me, Some(&again)).await, 200);
    drop(backend);
    program.stop().await;
}

/// Fails when the program that serves does not notice what another one writes.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_ends_sessions_while_the_program_serves_and_while_it_does_not() {
    let home = home();
    let data = home.path().join("data");
    let end = async |whose: &[&str]| run(&data, &[&["admin", "sessions", "end"], whose].concat()).await;
    let program = Program::start(&data).await;
    let backend = program.backend().await;
    let (ana, bo) = (person(&backend, "ana").await, person(&backend, "bo_").await);
    let (ana, bo) = (session(&backend, ana.user()).await, session(&backend, bo.user()).await);
    let (mut device, mut other) = (program.dial(&ana).await, program.dial(&bo).await);
    device.catch_up(&[]).await;
    other.catch_up(&[]).await;

    assert_eq!(end(&["--user", "ana"]).await.unwrap(), "Ended 2 sessions of ana.\n");
    assert_eq!(device.farewell().await, (4101, "signed_out".into()));
    assert_eq!(program.get("/api/accounts/me", Some(&bo)).await, 200);
    assert!(end(&["--user", "eva"]).await.unwrap_err().contains("there is no user \"eva\""));
    end(&[]).await.unwrap_err();
    end(&["--all", "--user", "bo_"]).await.unwrap_err();
    drop(backend);
    program.stop().await;

    assert_eq!(end(&["--all"]).await.unwrap(), "Ended 2 sessions.\n");
    let program = Program::start(&data).await;
    assert_eq!(
        program.get_with("/api/accounts/me", &format!("dev-rapport-refresh={}", bo.refresh)).await,
        401
    );
    program.stop().await;
}
