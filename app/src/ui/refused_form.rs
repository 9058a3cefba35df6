//! What a plain form held that the server refused: the page that answers it gives the text back. A form that is
//! sent by the program never leaves its page, so in the browser there is nothing to give back.

/// The fields of the form that this page answers. The server puts it into the request of the page.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct RefusedForm {
    /// The path of the server function.
    pub path: String,
    /// The address of the page that answers it, if the answer comes under the address of the form.
    pub page: Option<String>,
    pub fields: Vec<(String, String)>,
}

#[cfg(feature = "ssr")]
impl RefusedForm {
    /// The form that the current page answers, if there is one.
    pub fn of_request() -> Option<Self> {
        leptos::prelude::use_context::<http::request::Parts>()?.extensions.get().cloned()
    }

    /// The value of the field `name`.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What the field `name` of the refused form held. For any form if `path` is empty.
pub fn value(path: &str, name: &str) -> Option<String> {
    #[cfg(feature = "ssr")]
    return RefusedForm::of_request()
        .filter(|form| path.is_empty() || form.path == path)
        .and_then(|form| form.field(name).map(str::to_owned));
    #[cfg(not(feature = "ssr"))]
    {
        let _ = (path, name);
        None
    }
}

/// Whether this was ticked in the refused form, as one of several under one name.
pub fn was_ticked(name: &str, value: &str) -> bool {
    #[cfg(feature = "ssr")]
    return RefusedForm::of_request()
        .is_some_and(|form| form.fields.iter().any(|(known, ticked)| known == name && ticked == value));
    #[cfg(not(feature = "ssr"))]
    {
        let _ = (name, value);
        false
    }
}

/// Where a text is not kept, as a password is not, a field of this name with this ending holds what is wrong with it.
pub const NOTE: &str = ".note";

/// The error of a field whose value is not kept.
pub fn note(name: &str) -> Option<String> {
    value("", &format!("{name}{NOTE}"))
}

/// The same as the content of a `textarea`, which has no attribute for its text. An HTML parser drops the first
/// line break in it, and no markup is read there.
pub fn as_html(path: &str, name: &str) -> Option<String> {
    value(path, name).map(|text| format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;")))
}
