//! The document's title. Views use this component and never the one of `leptos_meta`.

use leptos::{prelude::*, text_prop::TextProp};

/// Sets the title of the document.
///
/// The `Title` of `leptos_meta` 0.8.7 writes its text into the served page without escaping it, so a name
/// could close the element and bring markup of its own. In the browser the text is set as a property and
/// stays as it is.
#[component]
pub fn Title(#[prop(into)] text: TextProp) -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = move || html_escape::encode_text(&text.get()).into_owned();
    view! { <leptos_meta::Title text /> }
}
