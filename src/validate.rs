//! Judges what generators made, by reading it back as those will who use it.

pub mod scap;
