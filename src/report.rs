//! Shows the events of a deploy. A reporter steers nothing.

mod endings;
pub mod html;
mod json;
mod live;
mod plain;

use crate::event::Event;

pub(crate) use endings::named;
pub use json::Json;
pub use live::Live;
pub use plain::Plain;
pub(crate) use plain::{Weight, line};

/// Shows events, in their order.
pub trait Reporter {
    /// Shows one.
    fn event(&mut self, event: &Event);

    /// Leaves the terminal to somebody who asks a question.
    fn hold(&mut self) {}

    /// Goes on once there is an answer.
    fn release(&mut self) {}
}
