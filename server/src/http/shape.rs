//! Writes the shape of a page into it: a number made of the kinds and names of its nodes. The browser compares
//! it with the page as it is when the program takes over. Extensions, translators and proxies change pages, and
//! a page that was changed cannot be taken over node by node; `app/src/document/start.js` draws it anew then.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// The element whose content has a shape, as `app::document` writes it. Text never holds a `<`.
const ROOT: &str = "<div id=\"app\" data-shape=\"";

/// Elements without an end tag.
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
/// Elements whose content is text, whatever it looks like.
const RAW: [&str; 5] = ["script", "style", "textarea", "title", "noscript"];

pub(super) async fn layer(request: Request, next: Next) -> Response {
    with_shape(next.run(request).await).await
}

/// Pages are whole before they are sent, so that nothing is held up here.
pub(super) async fn with_shape(response: Response) -> Response {
    let kind = response.headers().get(header::CONTENT_TYPE);
    if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(page) = to_bytes(body, usize::MAX).await else {
        return axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Ok(page) = String::from_utf8(page.into()) else {
        return axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(stamped(page)))
}

fn stamped(mut page: String) -> String {
    let Some(start) = page.find(ROOT).map(|start| start + ROOT.len()) else { return page };
    let Some(content) = page[start..].find('>').map(|end| start + end + 1) else { return page };
    let shape = shape(&page[content..]).to_string();
    page.insert_str(start, &shape);
    page
}

/// The shape of what stands before the end tag that closes the element around it.
fn shape(html: &str) -> u32 {
    let mut shape = Shape::default();
    let mut depth = 0;
    let mut rest = html;
    while let Some(tag) = rest.find('<') {
        if tag > 0 {
            shape.add("t");
        }
        rest = &rest[tag..];
        if let Some(comment) = rest.strip_prefix("<!") {
            shape.add("c");
            rest = after_comment(comment);
        } else if let Some(end) = rest.strip_prefix("</") {
            if depth == 0 {
                break;
            }
            depth -= 1;
            shape.add("/");
            rest = after(end, ">");
        } else {
            let (name, closed, content) = start_tag(&rest[1..]);
            shape.add(&name);
            shape.add(">");
            rest = content;
            if closed || VOID.contains(&&*name) {
                shape.add("/");
            } else if RAW.contains(&&*name) {
                let end = rest.find(&format!("</{name}")).unwrap_or(rest.len());
                // The parser drops a line break at the beginning of a field.
                let text =
                    if name == "textarea" { rest[..end].trim_start_matches('\n') } else { &rest[..end] };
                if !text.is_empty() {
                    shape.add("t");
                }
                shape.add("/");
                rest = after(&rest[end..], ">");
            } else {
                depth += 1;
            }
        }
    }
    shape.0
}

/// The name of a start tag, whether it closes itself, and what follows it.
fn start_tag(tag: &str) -> (String, bool, &str) {
    let name_end = tag.find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/')).unwrap_or(tag.len());
    let mut quoted = None;
    for (place, c) in tag.char_indices().skip(name_end) {
        match (quoted, c) {
            (None, '"' | '\'') => quoted = Some(c),
            (Some(quote), c) if quote == c => quoted = None,
            (None, '>') => {
                let closed = tag[..place].ends_with('/');
                return (tag[..name_end].to_ascii_lowercase(), closed, &tag[place + 1..]);
            }
            _ => {}
        }
    }
    (tag[..name_end].to_ascii_lowercase(), true, "")
}

fn after_comment(comment: &str) -> &str {
    match comment.strip_prefix("--") {
        // `<!-->` is a comment of its own.
        Some(text) if text.starts_with('>') => &text[1..],
        Some(text) => after(text, "-->"),
        None => after(comment, ">"),
    }
}

fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.find(end).map_or("", |place| &text[place + end.len()..])
}

/// Thirty-one times what was, and the next character: in JavaScript as short as here.
#[derive(Default)]
struct Shape(u32);

impl Shape {
    fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            self.0 = self.0.wrapping_mul(31).wrapping_add(u32::from(byte));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> u32 {
        let mut shape = Shape::default();
        shape.add(text);
        shape.0
    }

    #[test]
    fn a_shape_is_made_of_elements_texts_and_comments() {
        let html = "<main class=\"a>b\"><!----><p>Text<!>more<br>end</p>\
                    <svg viewBox=\"0 0 1 1\"><linearGradient/></svg><input value='</div>'>\
                    <textarea name=\"x\">\n</textarea><script>1<2</script></main></div><p></p>";
        let nodes = "main>cp>tctbr>/t/svg>lineargradient>//input>/textarea>/script>t//";
        assert_eq!(shape(html), of(nodes));
    }

    #[test]
    fn the_shape_is_written_where_the_page_has_a_place_for_it() {
        let page =
            |shape: &str| format!("<body><div id=\"app\" data-shape=\"{shape}\"><p>a</p></div></body>");
        assert_eq!(stamped(page("")), page(&of("p>t/").to_string()));
        assert_eq!(stamped("<p>data-shape=\"\"</p>".to_owned()), "<p>data-shape=\"\"</p>");
    }
}
