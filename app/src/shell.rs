//! The HTML document around the views, and the rules the browser gets with it.

#[cfg(feature = "ssr")]
use leptos::{config::LeptosOptions, hydration::AutoReload, nonce::use_nonce, prelude::*};
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;

/// Where a page leaves its policy for the layer around it. Of a page whose visitor was quick to leave the one
/// before, the headers in `ResponseOptions` do not always arrive.
#[cfg(feature = "ssr")]
#[derive(Clone, Default)]
pub struct PagePolicy(pub std::sync::Arc<std::sync::OnceLock<http::HeaderValue>>);

/// The whole document. Leaves the policy that goes with it.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let reload = std::env::var_os("LEPTOS_WATCH").map(|_| options.reload_port);
    leave_policy(reload);
    let theme = crate::ui::preferences::Preferences::of_request().theme;
    let style = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.attribute()>
            <head>
                <meta charset="utf-8" />
                <meta
                    name="viewport"
                    content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
                />
                <meta name="description" content="Chat that keeps every message once, in one order, on every device." />
                <meta name="color-scheme" content=theme.attribute().unwrap_or("light dark") />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="preload" href="/fonts/inter.woff2" r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                <link rel="stylesheet" id="leptos" href=style />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <crate::App />
            </body>
        </html>
    }
}

/// Nothing from anywhere else, and no script that the server did not write. `reload` is the port
/// that tells a page in development to fetch itself again.
#[cfg(feature = "ssr")]
fn leave_policy(reload: Option<u32>) {
    let Some(parts) = use_context::<http::request::Parts>() else { return };
    let Some(PagePolicy(place)) = parts.extensions.get::<PagePolicy>() else { return };
    let nonce = use_nonce().map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let reload =
        reload.map(|port| format!(" ws://127.0.0.1:{port} ws://localhost:{port}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'{nonce}; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; \
         worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    );
    let policy = http::HeaderValue::from_str(&policy).expect("nonce and port are visible ASCII");
    let _ = place.set(policy);
}
