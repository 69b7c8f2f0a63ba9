//! Log records as the `bunyan` program of npm (1.8.15) prints them, byte for byte.
//!
//! That program is JavaScript, and much of what it prints is what JavaScript makes of a value: so values here are
//! read, turned into text, and written as JavaScript does it. There are three differences. A record on which that
//! program fails, such as one whose `msg` is a number, is printed as it came. A `time` that is not in the notation of
//! ISO 8601 is `Invalid date` in the short form, where that program makes a guess. And what is nested deeper than 500 levels
//! is no record here.
//!
//! Nothing here reads or writes a stream.

mod clock;
mod coerce;
mod http;
mod inspect;
mod json;
mod level;
mod long;
mod mode;
mod object;
mod paint;
mod parse;
mod printer;
mod record;
mod status;
mod text;
mod value;

pub use self::level::Level;
pub use self::mode::Mode;
pub use self::paint::Coloring;
pub use self::printer::{Others, Printer};
pub use self::record::Record;
