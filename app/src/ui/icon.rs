//! Icons: Lucide, drawn in the colour of the text beside them.

use leptos::{prelude::*, svg};

/// An icon that says nothing by itself: what it stands beside, or is in, has the words.
#[component]
pub fn Icon(
    icon: icondata_core::Icon,
    /// Added to `glyph`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    svg::svg()
        .attr("class", if class.is_empty() { "glyph".to_owned() } else { format!("glyph {class}") })
        .attr("viewBox", "0 0 24 24")
        .attr("fill", "none")
        .attr("stroke", "currentColor")
        .attr("stroke-linecap", "round")
        .attr("stroke-linejoin", "round")
        .attr("aria-hidden", "true")
        .child(svg::InertElement::new(format!("<g>{}</g>", icon.data)))
}
