//! Server functions about settings.

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::call::server::send_form_to;
use crate::{call::Failed, ui::preferences::Theme};

/// Keeps the theme in a cookie. With scripts the browser does it by itself.
#[server(prefix = "/api", endpoint = "settings/theme")]
pub async fn choose_theme(theme: Theme) -> Result<(), Failed> {
    let response = expect_context::<leptos_axum::ResponseOptions>();
    let cookie = http::HeaderValue::from_str(&theme.cookie()).expect("the cookie is visible ASCII");
    response.append_header(http::header::SET_COOKIE, cookie);
    send_form_to("/settings");
    Ok(())
}
