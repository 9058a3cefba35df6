//! The mark beside a message of one's own: clock, one tick, two, two in colour.

use icondata_lu::{LuCheck, LuCheckCheck, LuCircleAlert, LuClock};
use leptos::prelude::*;

use super::delivery::Delivery;
use crate::ui::Icon;

#[component]
pub fn Tick(delivery: Delivery) -> impl IntoView {
    let (icon, class) = match delivery {
        Delivery::Pending => (LuClock, "tick"),
        Delivery::Failed => (LuCircleAlert, "tick failed"),
        Delivery::Sent => (LuCheck, "tick"),
        Delivery::Delivered => (LuCheckCheck, "tick"),
        Delivery::Read => (LuCheckCheck, "tick read"),
    };
    view! {
        <span class="contents" data-delivery=delivery.name()>
            <Icon icon class />
            <span class="sr">{delivery.name()}</span>
        </span>
    }
}
