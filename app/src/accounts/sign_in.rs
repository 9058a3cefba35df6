//! `/sign-in`

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_navigate;

use super::{
    calls::SignIn as SignInCall,
    filled::filled,
    gate::Gate,
    next::{leading_to, next_page},
};
use crate::ui::{
    field::{Field, Note},
    form::{Alarm, Checked, Submit, begins_at, check, left_over, refusal, say_beneath},
    sending::Sending,
};

#[component]
pub fn SignIn() -> impl IntoView {
    let sending = Sending::new(refusal::<SignInCall>());
    let answer = Signal::from(sending.error);
    let error = Signal::derive(move || left_over(answer.get(), &["login", "password"]));
    let login = Checked::new("login", Note::Nothing, |text| filled("login", text));
    let password = Checked::new("password", Note::Nothing, |text| filled("password", text));
    say_beneath([login, password], answer);
    let begins = begins_at(answer, "login");
    let next = next_page();
    let register = leading_to("/register", &next);
    let navigate = use_navigate();
    let leads_to = next.clone();
    let submit = move |event| {
        let (navigate, leads_to) = (navigate.clone(), leads_to.clone());
        sending.submit::<SignInCall>(&event, move |_| navigate(&leads_to, Default::default()));
    };
    view! {
        <Gate title="Welcome back" lead="Sign in to carry on where you left off" next=next.clone()>
            <form class="grid gap-2" method="post" action=SignInCall::url() novalidate on:submit=submit>
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
                    pending=sending.busy
                    label="Sign in"
                    busy="Signing in…"
                    check=move |()| check(&[login, password])
                />
            </form>
            <p class="meta aside">
                "New here? " <a class="link" href=register>"Create an account"</a>
            </p>
        </Gate>
    }
    .into_any()
}
