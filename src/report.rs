//! Shows the events of a deploy. A reporter steers nothing.

mod json;
mod plain;

use crate::event::Event;

pub use json::Json;
pub use plain::Plain;
pub(crate) use plain::{Weight, line};

/// Shows events, in their order.
pub trait Reporter {
    /// Shows one.
    fn event(&mut self, event: &Event);
}
