use super::Host;

/// A place in the work of a host at which it can be held: the first command there waits until it may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Where the record is about to be read, after it was seen who holds the lock.
    Record,
    /// Where the lock is about to be taken, after the host was asked how it is.
    Lock,
    /// Where files are being written into a release that is not there yet.
    Fetch,
    /// Where the link to the release is about to be switched.
    Promote,
    /// Where the service is about to be restarted.
    Restart,
    /// Where a check of monitoring's is about to run.
    Check,
    /// Where the release is about to be called good.
    Finalize,
}

impl Hold {
    pub(crate) const ALL: [Self; 5] = [
        Self::Fetch,
        Self::Promote,
        Self::Restart,
        Self::Check,
        Self::Finalize,
    ];

    /// Whether what is held there is ended when nobody waits for it any more; else it goes on.
    pub(crate) fn is_ended(self) -> bool {
        match self {
            Self::Record | Self::Lock | Self::Fetch | Self::Check => true,
            Self::Promote | Self::Restart | Self::Finalize => false,
        }
    }

    /// The program, and what its words are like.
    fn command(self) -> (&'static str, &'static str) {
        match self {
            Self::Record => ("tail", "-n 200 */.svcgen/record.jsonl"),
            Self::Lock => ("mkdir", "*/.svcgen/lock.*"),
            Self::Fetch => ("git", "*checkout*"),
            Self::Promote => ("ln", "*/current.svcgen-*"),
            Self::Restart => ("sudo", "-n /usr/sbin/service tea-pot restart"),
            Self::Check => ("find", "*/nrpe.d/*"),
            Self::Finalize => ("ln", "*/.done.svcgen-*"),
        }
    }
}

/// Stands before a program, and waits where the words are like those of a place that nobody has come to yet.
const WRAPPER: &str = r#"#!/bin/sh
for place in /tmp/hold/*/; do
    read -r words 2>/dev/null <"$place/words" || continue
    case "${0##*/} $*" in
    $words)
        mkdir "$place/held" 2>/dev/null || continue
        while [ -e "$place" ] && [ ! -e "$place/go" ]; do sleep 0.02; done
        ;;
    esac
done
exec "/usr/bin/${0##*/}" "$@"
"#;

impl Host {
    /// Holds the next work of the host that comes to a place.
    pub(crate) fn hold(&self, place: Hold) {
        let (program, words) = place.command();
        self.sh(&format!(
            "rm -rf /tmp/hold/{place:?} && mkdir -p /tmp/hold/{place:?} && chmod 777 /tmp/hold/{place:?} &&
             echo '{program} {words}' >/tmp/hold/{place:?}/words && cd /usr/local/bin &&
             cat >.{program} <<'END' && chmod 755 .{program} && mv .{program} {program}\n{WRAPPER}END"
        ));
    }

    /// Waits until something is held at a place.
    #[track_caller]
    pub(crate) fn wait_until_held(&self, place: Hold) {
        self.wait_until(&format!("[ -e /tmp/hold/{place:?}/held ]"));
    }

    /// Lets it go on.
    pub(crate) fn release(&self, place: Hold) {
        self.sh(&format!("touch /tmp/hold/{place:?}/go"));
    }

    /// Waits until nobody holds the lock.
    #[track_caller]
    pub(crate) fn wait_until_unlocked(&self) {
        self.wait_until(&format!(
            "[ ! -e /srv/deployment/{}-cache/.svcgen/lock ]",
            super::KEY
        ));
    }

    /// Waits until something is true on the host, for 40 seconds.
    #[track_caller]
    pub(crate) fn wait_until(&self, condition: &str) {
        let waiting = format!(
            "n=0; until {condition}; do n=$((n + 1)); [ $n -lt 2000 ] || exit 1; sleep 0.02; done"
        );
        let output = self.try_sh(&waiting);
        assert!(
            output.status.success(),
            "{}: never: {condition}",
            self.name()
        );
    }
}
