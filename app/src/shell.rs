//! The HTML document around the views, and the rules the browser gets with it.

#[cfg(feature = "ssr")]
use leptos::{config::LeptosOptions, hydration::AutoReload, nonce::use_nonce, prelude::*};
#[cfg(feature = "ssr")]
use leptos_meta::MetaTags;

/// The whole document. Sets the headers that go with it.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let reload = std::env::var_os("LEPTOS_WATCH").map(|_| options.reload_port);
    set_headers(reload);
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
fn set_headers(reload: Option<u32>) {
    use http::{HeaderValue, header};
    let Some(response) = use_context::<leptos_axum::ResponseOptions>() else { return };
    let nonce = use_nonce().map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let reload =
        reload.map(|port| format!(" ws://127.0.0.1:{port} ws://localhost:{port}")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'{nonce} 'wasm-unsafe-eval'; style-src 'self'{nonce}; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; \
         worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    );
    let policy = HeaderValue::from_str(&policy).expect("nonce and port are visible ASCII");
    response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    // Pages show private things, and carry a message id that may serve once.
    response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
}
