//! Light, dark, or as the system has it.

use icondata_lu::{LuMonitor, LuMoon, LuSun};
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};
use wasm_bindgen::JsCast;

use super::calls::ChooseTheme;
use crate::ui::{
    Icon, browser,
    preferences::{Preferences, Theme},
};

/// A plain form with three buttons: it works without scripts, and with them at once.
#[component]
pub fn ThemeChoice() -> impl IntoView {
    let drawn = expect_context::<Preferences>().theme;
    let theme = RwSignal::new(drawn);
    let choice = move |choice: Theme, icon, label: &'static str| {
        view! {
            <button
                type="submit"
                name="theme"
                value=choice.name()
                aria-pressed=move || (theme.get() == choice).to_string()
                on:click=move |event| {
                    event.prevent_default();
                    theme.set(choice);
                    apply(choice);
                }
            >
                <Icon icon class="s" />
                {label}
            </button>
        }
    };
    // The page may have been drawn long ago, with another choice.
    Effect::new(move || theme.set(applied()));
    view! {
        <form
            method="post"
            action=ChooseTheme::url()
            on:submit=|event: SubmitEvent| event.prevent_default()
        >
            <div class="segments" role="group" aria-label="Theme">
                {choice(Theme::Light, LuSun, "Light")}
                {choice(Theme::Dark, LuMoon, "Dark")}
                {choice(Theme::System, LuMonitor, "System")}
            </div>
        </form>
    }
}

fn apply(theme: Theme) {
    browser::set_cookie(&theme.cookie());
    let Some(root) = document().document_element() else { return };
    // Setting an attribute with a constant, valid name cannot fail.
    let _ = match theme.attribute() {
        Some(chosen) => root.set_attribute("data-theme", chosen),
        None => root.remove_attribute("data-theme"),
    };
}

fn applied() -> Theme {
    let root = document().document_element().and_then(|root| root.dyn_into::<web_sys::Element>().ok());
    match root.and_then(|root| root.get_attribute("data-theme")).as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    }
}
