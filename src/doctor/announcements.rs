use tokio::net::TcpStream;

use super::{Finding, Reach, Surroundings, advice, in_time};
use crate::model::Announce;

const NEEDED_BY: &[&str] = &["deploy", "rollback", "service"];

const WITHOUT: &str = "deploys work without it; `--no-announce` does not try";

/// The places where deploys are announced: a deploy goes on without them.
pub(super) fn examine(surroundings: &Surroundings<'_>) -> Vec<Finding> {
    let Some(site) = surroundings.site.filter(|_| surroundings.want(NEEDED_BY)) else {
        return Vec::new();
    };
    let places = site.announce.iter();
    places.map(|place| one(place, surroundings.reach)).collect()
}

fn one(place: &Announce, reach: Reach) -> Finding {
    let finding = |name: &str| {
        Finding::new(
            "announce",
            format!("where deploys are announced, {name}"),
            NEEDED_BY,
        )
    };
    match place {
        Announce::Tcpircbot { host, port, .. } => {
            let finding = finding(&format!("{host}:{port}"));
            if reach == Reach::Machine {
                return finding.unknown("not asked");
            }
            let connecting = TcpStream::connect((host.as_str(), port.get()));
            let connected = in_time(connecting);
            match connected.and_then(|tried| tried.map_err(|error| crate::error::reworded(&error)))
            {
                Ok(_) => finding.fine("it accepts connections"),
                Err(why) => finding.doubtful(why, advice(WITHOUT)),
            }
        }
        Announce::Command(words) => {
            let program = words.first().map(ToString::to_string).unwrap_or_default();
            match which::which(&program) {
                Ok(_) => finding(&program).fine("it is there"),
                Err(_) => {
                    let found = format!("there is no `{program}`");
                    finding(&program).doubtful(found, advice(WITHOUT))
                }
            }
        }
    }
}
