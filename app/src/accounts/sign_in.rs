//! `/sign-in`

use leptos::prelude::*;

use super::{
    calls::SignIn as SignInCall,
    filled::filled,
    gate::Gate,
    next::{leading_to, next_page},
};
use crate::ui::{
    field::{Field, Note},
    form::{Alarm, Checked, Submit, begins_at, check, error_of, left_over, say_beneath},
};

#[component]
pub fn SignIn() -> impl IntoView {
    let sign_in = ServerAction::<SignInCall>::new();
    let answer = error_of(sign_in);
    let error = Signal::derive(move || left_over(answer.get(), &["login", "password"]));
    let login = Checked::new("login", Note::Nothing, |text| filled("login", text));
    let password = Checked::new("password", Note::Nothing, |text| filled("password", text));
    say_beneath([login, password], answer);
    let begins = begins_at(answer, "login");
    let next = next_page();
    let register = leading_to("/register", &next);
    view! {
        <Gate title="Welcome back" lead="Sign in to carry on where you left off" next=next.clone()>
            <ActionForm action=sign_in attr:class="grid gap-2" attr:novalidate=true>
                <Alarm error />
                <input type="hidden" name="next" value=next />
                <Field
                    label="Username or e-mail"
                    name="login"
                    autocomplete="username"
                    note=login.note
                    on_text=Callback::new(move |_| login.note.set(Note::Nothing))
                    node_ref=login.field
                    focused=begins("login")
                />
                <Field
                    label="Password"
                    name="password"
                    kind="password"
                    autocomplete="current-password"
                    note=password.note
                    on_text=Callback::new(move |_| password.note.set(Note::Nothing))
                    node_ref=password.field
                    focused=begins("password")
                />
                <Submit
                    pending=sign_in.pending()
                    label="Sign in"
                    busy="Signing in…"
                    check=move |()| check(&[login, password])
                />
            </ActionForm>
            <p class="meta aside">
                "New here? " <a class="link" href=register>"Create an account"</a>
            </p>
        </Gate>
    }
    .into_any()
}
