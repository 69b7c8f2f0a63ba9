//! Whether the port of a service is open, on hosts that have `ss` and on those that have not.

use crate::support::{Deployer, Env, Host, Lab, Repository, State};

/// How svcgen asks a host which sockets listen.
const LISTENING: &str = include_str!("../../src/deploy/remote/port.sh");

/// Opens sockets until it is killed: PORT ADDRESS..., from that port on.
const SOCKETS: &str = r#"
use strict; use warnings; use Socket ':all';
my ($port, @addresses) = @ARGV;
my @sockets;
for my $address (@addresses) {
    my $is_six = $address =~ /:/;
    socket(my $socket, $is_six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or die $!;
    setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, pack('i', $address eq '::1')) if $is_six;
    my $packed = inet_pton($is_six ? AF_INET6 : AF_INET, $address);
    bind($socket, $is_six ? pack_sockaddr_in6($port, $packed) : pack_sockaddr_in($port, $packed)) or die "$address: $!";
    listen($socket, 1) or die $!;
    push @sockets, $socket;
    $port++;
}
open my $ready, '>', '/tmp/sockets' or die $!;
sleep 3600 while 1;
"#;

/// Takes the program away with which the kernel is asked.
fn take_ss(host: &Host) {
    host.sh("rm /usr/bin/ss; ! command -v ss");
}

/// The sockets on a port.
fn listening(host: &Host, port: u16) -> String {
    host.sh(&format!("{LISTENING}\nlistening {port}"))
}

#[test]
fn a_host_without_ss_finds_the_same_sockets() {
    let Some(lab) = Lab::get() else { return };
    let [host] = lab.hosts();
    let own = host.address().to_string();
    let addresses = [
        ("0.0.0.0", true),
        ("127.0.0.1", true),
        ("::", true),
        ("::1", true),
        ("::ffff:127.0.0.1", true),
        // A service that is asked at localhost does not answer there.
        (own.as_str(), false),
        ("127.0.0.2", false),
    ];
    let list = addresses.map(|(address, _)| address).join(" ");
    host.write("/tmp/sockets.pl", 644, SOCKETS);
    host.sh(&format!(
        "ip link set lo up; setsid perl /tmp/sockets.pl 7000 {list} >/tmp/sockets.log 2>&1 </dev/null &"
    ));
    host.wait_until("[ -e /tmp/sockets ]");
    let all = || {
        let ports = (7000..).zip(addresses);
        ports.map(|(port, (address, _))| (address, listening(&host, port)))
    };
    let with: Vec<_> = all().collect();
    take_ss(&host);
    let without: Vec<_> = all().collect();
    assert_eq!(with, without);
    for ((address, is_here), (_, sockets)) in addresses.iter().zip(with) {
        assert_eq!(sockets.lines().count(), usize::from(*is_here), "{address}");
    }
    assert_eq!(listening(&host, 7999), "");
}

#[test]
fn hosts_without_ss_tell_a_port_that_opens_from_one_that_stays_shut_or_old() {
    let Some(lab) = Lab::get() else { return };
    let [good, shut, deaf] = lab.hosts();
    let hosts = [&good, &shut, &deaf];
    let env = Env::new();
    let repository = Repository::new(&env, &[], &hosts);
    repository.set("failure_limit", "100%");
    repository.set("service_timeout", "3");
    let first = repository.commit("Impatient");
    for host in hosts {
        take_ss(host);
    }
    deaf.sh("echo FAULT=deaf >>/etc/default/tea-pot");
    let deployer = Deployer::new(&lab, &env, &repository);
    let run = deployer.deploy();
    assert_eq!(run.code, 0, "{}", run.show());
    let old = deaf.serves().unwrap();

    shut.sh("echo '[ \"$(cat $REPOSITORY/src/version)\" != 2 ] || FAULT=no-port' >>/etc/default/tea-pot");
    let second = repository.release("2");
    let run = deployer.run(&["deploy", "--on-failure", "rollback", "-v"]);
    // Nobody knows what the deaf one does next.
    assert_eq!(run.code, 21, "{}", run.show());
    for (host, words) in [
        (&good, "port 6100 is open"),
        (&shut, "port 6100 did not open within 3 s"),
        (
            &deaf,
            "the process on port 6100 is still the old one after 3 s",
        ),
    ] {
        let mut lines = run.stderr.lines();
        let is_told = lines.any(|line| line.contains(host.name()) && line.contains(words));
        assert!(is_told, "{words}: {}", run.stderr);
    }
    assert_eq!(shut.state(), State::settled(&first));
    assert_eq!(good.state(), State::settled(&first));
    let still = deaf.serves().unwrap();
    assert_eq!((still.pid, still.revision), (old.pid, old.revision));
    assert!(!run.stderr.contains(&format!("{second} is live")));
}
