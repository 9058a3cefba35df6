//! A person's face, as long as there is no picture: initials on a hue of their own.

use leptos::prelude::*;
use model::people::{Person, hue, initials};

/// Decoration: the name stands beside it.
#[component]
pub fn Avatar(
    #[prop(into)] face: Face,
    /// `xs`, `m`, `xl`; 48 px without.
    #[prop(optional)]
    size: &'static str,
) -> impl IntoView {
    view! {
        <span class=format!("avatar hue-{} {size}", face.hue) aria-hidden="true">
            {face.initials}
        </span>
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    pub initials: String,
    /// Degrees, a multiple of 30.
    pub hue: u16,
}

impl From<&Person> for Face {
    fn from(person: &Person) -> Self {
        Self { initials: initials(&person.name), hue: hue(person.id.0) }
    }
}

impl From<&model::accounts::Me> for Face {
    fn from(me: &model::accounts::Me) -> Self {
        let person = Person { id: me.id, username: me.username.clone(), name: me.name.clone() };
        Self::from(&person)
    }
}
