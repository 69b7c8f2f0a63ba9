//! What surrounds a run is not always as it should be: each time it does its work, or says what is the matter.

mod clock;
mod git;
mod home;
mod streams;
mod terminal;
mod text;
