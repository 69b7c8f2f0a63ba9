//! Reads as much of the Puppet language as generators need: signatures of defines, and resources of a type.
//!
//! A lexical reading only; whether code is right is the compiler's to say (`validate`).

mod declaration;
mod lexer;
mod signature;

pub use declaration::{Declaration, declarations};
pub use signature::{Signature, SignatureParameter, signature};
