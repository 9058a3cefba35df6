//! Content whose element is replaced when it changes, instead of the text in it.
//!
//! Translators put elements of their own in place of the text nodes of a page. A text node that is changed
//! afterwards is no longer in the page, and what was there stays to be read. An element is theirs to fill and
//! ours to replace.

use leptos::{
    prelude::*,
    tachys::{
        html::attribute::{Attribute, any_attribute::AnyAttribute},
        hydration::Cursor,
        renderer::types::{Element, Node},
        ssr::StreamBuilder,
        view::{Mountable, Position, PositionState, Render, RenderHtml, add_attr::AddAnyAttr},
    },
};

/// A view that is built anew when its key differs.
pub struct Fresh {
    key: String,
    view: AnyView,
}

/// `view` must be an element. It is kept while `key` stays the same.
pub fn fresh(key: String, view: impl IntoAny) -> Fresh {
    Fresh { key, view: view.into_any() }
}

/// A text in an element of its own.
pub fn fresh_text(text: String) -> Fresh {
    fresh(text.clone(), view! { <span>{text}</span> })
}

pub struct FreshState {
    key: String,
    state: <AnyView as Render>::State,
}

impl Render for Fresh {
    type State = FreshState;

    fn build(self) -> FreshState {
        FreshState { key: self.key, state: self.view.build() }
    }

    fn rebuild(self, known: &mut FreshState) {
        if known.key == self.key {
            return self.view.rebuild(&mut known.state);
        }
        let mut state = self.view.build();
        known.state.insert_before_this(&mut state);
        known.state.unmount();
        *known = FreshState { key: self.key, state };
    }
}

impl Mountable for FreshState {
    fn unmount(&mut self) {
        self.state.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.state.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.state.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.state.elements()
    }
}

impl AddAnyAttr for Fresh {
    type Output<A: Attribute> = Fresh;

    fn add_any_attr<A: Attribute>(self, _: A) -> Fresh {
        self
    }
}

impl RenderHtml for Fresh {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        self.view.dry_resolve();
    }

    async fn resolve(self) -> Self {
        Self { key: self.key, view: self.view.resolve().await }
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    ) {
        self.view.to_html_with_buf(html, position, escape, mark_branches, extra);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        html: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    ) {
        self.view.to_html_async_with_buf::<OUT_OF_ORDER>(html, position, escape, mark_branches, extra);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> FreshState {
        FreshState { key: self.key, state: self.view.hydrate::<FROM_SERVER>(cursor, position) }
    }

    fn into_owned(self) -> Self {
        self
    }
}
