//! Reads as much of the Puppet language as generators need: signatures of defines, resources of a type, and which
//! roles a manifest gives to which hosts.
//!
//! A lexical reading only; whether code is right is the compiler's to say (`validate`).

mod declaration;
mod lexer;
mod node;
mod signature;

pub use declaration::{Declaration, declarations};
pub(crate) use node::plain;
pub use node::{NodeBlock, NodePattern, node_blocks};
pub use signature::{Signature, SignatureParameter, signature};
