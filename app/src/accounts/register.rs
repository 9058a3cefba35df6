//! `/register`

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use model::{Code, Error, accounts};

use super::{
    calls::{Register as RegisterCall, username_free},
    form::{Alarm, Gate, Submit, failure, left_over, note_for},
};
use crate::{
    call::Failed,
    ui::field::{Field, Note},
};

/// A pause in typing as long as this asks the server.
const PAUSE: Duration = Duration::from_millis(350);

#[component]
pub fn Register() -> impl IntoView {
    let register = ServerAction::<RegisterCall>::new();
    let answer = Signal::derive(move || failure(register.value().get()));
    let rest = Signal::derive(move || left_over(answer.get(), &["username", "name", "email", "password"]));
    let username = RwSignal::new(String::new());
    let (username_note, check_username) = username_check(username, register.pending().into());
    let email_note = RwSignal::new(Note::Hint("We send a code there.".to_owned()));
    let name_note = RwSignal::new(Note::Hint("What others see.".to_owned()));
    let password_note = RwSignal::new(Note::Hint("At least 10 characters. A few words are good.".to_owned()));
    let notes = [
        ("username", username_note),
        ("email", email_note),
        ("name", name_note),
        ("password", password_note),
    ];
    for (field, note) in notes {
        // Drawn by the server too: without scripts the answer comes with the page.
        if let Some(bad) = note_for(answer.get_untracked().as_ref(), field) {
            note.set(bad);
        }
        Effect::new(move || {
            if let Some(bad) = note_for(answer.get().as_ref(), field) {
                note.set(bad);
            }
        });
    }
    let check_email =
        Callback::new(move |text: String| email_note.set(verdict(accounts::email(&text), &text)));
    let check_password = Callback::new(move |text: String| {
        let name = username.get_untracked();
        password_note.set(match accounts::password(&text, &name) {
            Ok(()) => Note::Good("That will do".to_owned()),
            Err(error) => Note::Hint(error.message),
        });
    });
    let clear_name = Callback::new(move |_| name_note.set(Note::Nothing));
    view! {
        <Gate title="Create your account" lead="One account, on every device">
            <ActionForm action=register attr:class="grid gap-3">
                <Alarm error=rest />
                <Field
                    label="Username"
                    name="username"
                    autocomplete="username"
                    note=username_note
                    on_text=check_username
                />
                <Field label="Your name" name="name" autocomplete="name" note=name_note on_text=clear_name />
                <Field
                    label="E-mail"
                    name="email"
                    kind="email"
                    autocomplete="email"
                    note=email_note
                    on_text=check_email
                />
                <Field
                    label="Password"
                    name="password"
                    kind="password"
                    autocomplete="new-password"
                    note=password_note
                    on_text=check_password
                />
                <Submit pending=register.pending() label="Continue" busy="Sending a code…" />
            </ActionForm>
            <p class="meta aside">
                "Here before? " <a class="link" href="/sign-in">"Sign in"</a>
            </p>
        </Gate>
    }
    .into_any()
}

/// While an address is typed it is not complained about before it has an @ and something after it.
fn verdict<T>(checked: Result<T, Error>, text: &str) -> Note {
    match checked {
        Ok(_) => Note::Good("Looks right".to_owned()),
        Err(error) if text.contains('@') && !text.ends_with('@') => Note::Bad(error.message),
        Err(_) => Note::Nothing,
    }
}

/// Says whether a username may be had: its form at once, whether it is free after a pause. Once the
/// form is on its way the name is taken, by whom it should be, and nothing is asked any more.
fn username_check(username: RwSignal<String>, sent: Signal<bool>) -> (RwSignal<Note>, Callback<String>) {
    let note = RwSignal::new(Note::Hint("Letters, digits, dots and underscores.".to_owned()));
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let forget = move || {
        if let Some(handle) = waiting.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(forget);
    Effect::new(move || {
        if sent.get() {
            forget();
        }
    });
    let check = Callback::new(move |text: String| {
        forget();
        let name = match accounts::username(&text) {
            Ok(name) => name,
            Err(error) => {
                username.set(text.clone());
                note.set(if text.is_empty() { Note::Nothing } else { Note::Bad(error.message) });
                return;
            }
        };
        username.set(name.clone());
        note.set(Note::Nothing);
        let ask = move || {
            spawn_local(async move {
                let answer = username_free(name.clone()).await;
                // An answer about a name that is no longer there is of no use.
                if username.try_get_untracked().as_ref() == Some(&name) {
                    note.set(availability(&name, answer));
                }
            });
        };
        waiting.set_value(set_timeout_with_handle(ask, PAUSE).ok());
    });
    (note, check)
}

fn availability(name: &str, answer: Result<(), Failed>) -> Note {
    match answer {
        Ok(()) => Note::Good(format!("{name} is free")),
        Err(Failed(error)) if matches!(error.code, Code::Taken | Code::Invalid) => Note::Bad(error.message),
        // Not reachable, or asked too often: the form itself will tell.
        Err(_) => Note::Nothing,
    }
}
