use super::engine::Bench;
use super::npm::HostNpm;
use crate::model::ImageName;

/// What builds modules.
#[derive(Debug)]
pub(super) enum Tools {
    /// The npm of this machine.
    Host(HostNpm),
    /// That of an image, in a container.
    Container {
        image: ImageName,
        network: Option<String>,
        /// None until it is needed.
        bench: Option<Box<Bench>>,
    },
}
