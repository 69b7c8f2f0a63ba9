use std::io;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};

/// How many hosts there are.
pub(super) const HOSTS: u16 = 4;

/// Ports in a row, one for each host, that no other sandbox takes: services listen on them much later.
#[derive(Debug)]
pub(super) struct Ports {
    pub(super) first: u16,
    /// The same numbers of another protocol, for as long as this program runs.
    _claims: Vec<UdpSocket>,
}

impl Ports {
    /// The first that are free; high ones, which few services have.
    pub(super) fn claim() -> Option<Self> {
        let mut firsts = (6701..30_000).step_by(usize::from(HOSTS));
        firsts.find_map(|first| {
            let ports = first..first + HOSTS;
            let is_free = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok();
            let claims = ports
                .clone()
                .map(|port| UdpSocket::bind((Ipv4Addr::LOCALHOST, port)));
            let claims = claims.collect::<io::Result<Vec<_>>>().ok()?;
            ports.clone().all(is_free).then_some(Self {
                first,
                _claims: claims,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sandboxes_at_once_have_ports_of_their_own() {
        let (one, other) = (Ports::claim().unwrap(), Ports::claim().unwrap());
        assert!(one.first.abs_diff(other.first) >= HOSTS);
    }
}
