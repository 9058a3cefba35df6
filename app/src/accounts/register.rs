//! `/register`

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, server_fn::ServerFn, task::spawn_local};
use leptos_router::hooks::use_navigate;
use model::{Code, Error, accounts};

use super::{
    calls::{Register as RegisterCall, UsernameFree},
    gate::Gate,
    next::{leading_to, next_page},
};
use crate::{
    call::{Failed, call},
    ui::{
        field::{Field, Note},
        form::{Alarm, Checked, Submit, begins_at, check, left_over, refusal, say_beneath},
        sending::Sending,
    },
};

/// A pause in typing as long as this asks the server.
const PAUSE: Duration = Duration::from_millis(350);

#[component]
pub fn Register() -> impl IntoView {
    let sending = Sending::new(refusal::<RegisterCall>());
    let answer = Signal::from(sending.error);
    let rest = Signal::derive(move || left_over(answer.get(), &["username", "name", "email", "password"]));
    let (username, check_username) = username_check(sending.busy.into());
    let hint = |text: &str| Note::Hint(text.to_owned());
    let email = Checked::new("email", hint("We send a code there."), |text| accounts::email(text).map(drop));
    // Nobody has to give one: then it is the username.
    let name = Checked::new("name", hint("What others see."), |text| match text.trim() {
        "" => Ok(()),
        name => accounts::name(name).map(drop),
    });
    let password = Checked::new("password", hint("At least 10 characters. A few words are good."), |text| {
        accounts::password(text, "")
    });
    let fields = [username, name, email, password];
    say_beneath(fields, answer);
    let begins = begins_at(answer, "username");
    let check_email =
        Callback::new(move |text: String| email.note.set(verdict(accounts::email(&text), &text)));
    let check_password = Callback::new(move |text: String| {
        let name = username.field.get_untracked().map(|field| field.value()).unwrap_or_default();
        password.note.set(match accounts::password(&text, &name) {
            Ok(()) => Note::Nothing,
            Err(error) => Note::Hint(error.message),
        });
    });
    let clear_name = Callback::new(move |_| name.note.set(Note::Nothing));
    let next = next_page();
    let sign_in = leading_to("/sign-in", &next);
    let navigate = use_navigate();
    let leads_to = next.clone();
    let submit = move |event| {
        let (navigate, leads_to) = (navigate.clone(), leads_to.clone());
        sending.submit::<RegisterCall>(&event, move |registration| {
            let verify = format!("/verify/{}", registration.id);
            navigate(&leading_to(&verify, &leads_to), Default::default());
        });
    };
    view! {
        <Gate title="Create your account" lead="One account, on every device" next=next.clone()>
            <form class="grid gap-3" method="post" action=RegisterCall::url() novalidate on:submit=submit>
                <Alarm error=rest />
                <input type="hidden" name="next" value=next />
                <Field
                    label="Username"
                    name="username"
                    autocomplete="username"
                    note=username.note
                    on_text=check_username
                    node_ref=username.field
                    focused=begins("username")
                />
                <Field
                    label="Your name"
                    name="name"
                    autocomplete="name"
                    required=false
                    note=name.note
                    on_text=clear_name
                    node_ref=name.field
                    focused=begins("name")
                />
                <Field
                    label="E-mail"
                    name="email"
                    kind="email"
                    autocomplete="email"
                    note=email.note
                    on_text=check_email
                    node_ref=email.field
                    focused=begins("email")
                />
                <Field
                    label="Password"
                    name="password"
                    kind="password"
                    autocomplete="new-password"
                    note=password.note
                    on_text=check_password
                    node_ref=password.field
                    focused=begins("password")
                />
                <Submit
                    pending=sending.busy
                    label="Continue"
                    busy="Sending a code…"
                    check=move |()| check(&fields)
                />
            </form>
            <p class="meta aside">
                "Here before? " <a class="link" href=sign_in>"Sign in"</a>
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
fn username_check(sent: Signal<bool>) -> (Checked, Callback<String>) {
    let hint = Note::Hint("Letters, digits, dots and underscores.".to_owned());
    let checked = Checked::new("username", hint, |text| accounts::username(text).map(drop));
    let note = checked.note;
    let username = RwSignal::new(String::new());
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
                let answer = call(UsernameFree { username: name.clone() }).await;
                // An answer about a name that is no longer there is of no use.
                if username.try_get_untracked().as_ref() == Some(&name) {
                    note.set(availability(&name, answer));
                }
            });
        };
        waiting.set_value(set_timeout_with_handle(ask, PAUSE).ok());
    });
    (checked, check)
}

fn availability(name: &str, answer: Result<(), Failed>) -> Note {
    match answer {
        Ok(()) => Note::Good(format!("{name} is free")),
        Err(Failed(error)) if matches!(error.code, Code::Taken | Code::Invalid) => Note::Bad(error.message),
        // Not reachable, or asked too often: the form itself will tell.
        Err(_) => Note::Nothing,
    }
}
