//! `/sign-in`

use leptos::prelude::*;

use super::{
    calls::SignIn as SignInCall,
    form::{Alarm, Gate, Submit, failure},
};
use crate::ui::field::Field;

#[component]
pub fn SignIn() -> impl IntoView {
    let sign_in = ServerAction::<SignInCall>::new();
    let error = Signal::derive(move || failure(sign_in.value().get()));
    view! {
        <Gate title="Welcome back" lead="Sign in to carry on where you left off">
            <ActionForm action=sign_in attr:class="grid gap-4">
                <Alarm error />
                <Field label="Username or e-mail" name="login" autocomplete="username" />
                <Field label="Password" name="password" kind="password" autocomplete="current-password" />
                <Submit pending=sign_in.pending() label="Sign in" busy="Signing in…" />
            </ActionForm>
            <p class="meta aside">
                "New here? " <a class="link" href="/register">"Create an account"</a>
            </p>
        </Gate>
    }
    .into_any()
}
