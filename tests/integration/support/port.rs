use std::fs::File;
use std::net::TcpListener;
use std::path::Path;

/// A port of loopback that no other test has, for as long as this lives.
///
/// The kernel's choice would be given to another test as soon as it is let go, before the service listens there.
pub(crate) struct Port {
    pub(crate) number: u16,
    _lock: File,
}

/// Below those that the kernel gives to whoever asks for any.
const RANGE: std::ops::Range<u16> = 20_000..30_000;

impl Port {
    pub(crate) fn take() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ports");
        std::fs::create_dir_all(&folder).unwrap();
        // Tests that run at the same time begin at different places.
        let first = std::process::id() as usize * 7 % RANGE.len();
        let mut numbers = RANGE.skip(first).chain(RANGE.take(first));
        let found = numbers.find_map(|number| {
            let lock = File::create(folder.join(number.to_string())).unwrap();
            let is_ours =
                lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", number)).is_ok();
            is_ours.then_some(Self {
                number,
                _lock: lock,
            })
        });
        found.unwrap()
    }
}
