//! Shows the events of a deploy. A reporter steers nothing.

mod endings;
pub mod html;
mod json;
mod live;
mod plain;
mod told;

pub(crate) use endings::named;
pub use json::Json;
pub use live::Live;
pub use plain::Plain;
pub(crate) use plain::{Weight, line};
pub(crate) use told::Told;
