use proptest::prelude::*;

use super::*;

const HOSTS: [&str; 9] = [
    "tea1002.east.example",
    "tea1001.east.example",
    "tea1010.east.example",
    "tea2001.west.example",
    "tea2002.west.example",
    "pot01",
    "pot02",
    "pota.x.example",
    "potb.x.example",
];

fn hosts() -> Vec<HostName> {
    HOSTS.iter().map(|h| HostName::parse(h).unwrap()).collect()
}

/// The numbers of the hosts that are chosen.
fn chosen(limit: &str) -> Vec<usize> {
    let chosen = Limit::parse(limit).unwrap().of(&hosts()).unwrap();
    let place = |host: HostName| HOSTS.iter().position(|h| *h == host.as_str()).unwrap();
    chosen.into_iter().map(place).collect()
}

fn refused(limit: &str) -> String {
    let chosen = Limit::parse(limit).and_then(|limit| limit.of(&hosts()));
    chosen.unwrap_err().to_string()
}

/// What is proposed instead.
fn proposed(limit: &str) -> String {
    let chosen = Limit::parse(limit).and_then(|limit| limit.of(&hosts()));
    chosen.unwrap_err().hint().unwrap_or("nothing".into())
}

#[test]
fn patterns_choose_as_in_scap() {
    for all in ["all", "*", "~.*"] {
        assert_eq!(chosen(all), [0, 1, 2, 3, 4, 5, 6, 7, 8], "{all}");
    }
    assert_eq!(chosen("tea1001.east.example"), [1]);
    assert_eq!(chosen("pot01"), [5]);
    assert_eq!(chosen("tea*"), [0, 1, 2, 3, 4]);
    assert_eq!(chosen("*.example"), [0, 1, 2, 3, 4, 7, 8]);
    assert_eq!(chosen("tea[1001:1002].*"), [0, 1]);
    assert_eq!(chosen("pot[01:10]"), [5, 6]);
    assert_eq!(chosen("!pot[01:02]"), [0, 1, 2, 3, 4, 7, 8]);
    assert_eq!(chosen("pot[a:d].x.*"), [7, 8]);
    assert_eq!(chosen("~tea.*(east|north)"), [0, 1, 2]);
    // Looked for at the beginning only: there may be more behind.
    assert_eq!(chosen("~tea1"), [0, 1, 2]);
    assert_eq!(chosen("!tea*"), [5, 6, 7, 8]);
    // A class of single characters, as in shells and as Scap happens to read it.
    assert_eq!(chosen("tea200[12].*"), [3, 4]);
    assert_eq!(chosen("tea200[1-2].*"), [3, 4]);
}

#[test]
fn where_scap_does_nothing_sensible_this_differs() {
    assert_eq!(chosen("tea[1:2]00[1:2].*"), [0, 1, 3, 4]);
    assert_eq!(chosen("tea10[9:10].*"), [2]);
    assert_eq!(chosen("TEA1001.east.example"), [1]);
    assert_eq!(chosen("!~tea|pota"), [5, 6, 8]);
    assert_eq!(chosen("pot[01,02]"), [5, 6]);
    assert_eq!(chosen("tea[1002,2001-2002].*"), [0, 3, 4]);
}

#[test]
fn a_list_chooses_what_one_of_it_does_and_leaves_out_the_rest() {
    assert_eq!(chosen("tea2*, tea1001.east.example"), [1, 3, 4]);
    assert_eq!(chosen("tea*,!tea1001.*"), [0, 2, 3, 4]);
    assert_eq!(chosen("!tea1001.*,tea*"), [0, 2, 3, 4]);
    assert_eq!(chosen("!tea*,!pot01"), [6, 7, 8]);
    assert_eq!(chosen("pot01,~tea\\d{1,4}\\.west"), [3, 4, 5]);
}

#[test]
fn what_is_no_pattern_is_refused_with_the_rule() {
    let limits = [
        "",
        "a,,b",
        "a,",
        "!",
        "!!a",
        "~",
        "~(",
        "~a)|(b",
        "a b",
        "te?",
        "a(b",
        "a[",
        "a]",
        "a[]",
        "a[:]",
        "a[2:1]",
        "a[10:01]",
        "a[1:01]",
        "a[01:100]",
        "a[z:a]",
        "a[1:b]",
        "a[ab:c]",
        "a[1:99999999]",
        "a[1:9999]b[1:9999]",
        "a[!1]",
        "a[1:2:3]",
        "-x",
        "a\u{7}b",
    ];
    insta::assert_snapshot!(limits.map(refused).join("\n"),
        @r#"
`` is not a pattern of hosts: a pattern is missing
`a,,b` is not a pattern of hosts: a pattern is missing
`a,` is not a pattern of hosts: a pattern is missing
`!` is not a pattern of hosts: a name follows the `!`
`!!a` is not a pattern of hosts: a single `!` goes at the beginning
`~` is not a pattern of hosts: a regular expression follows the `~`
`~(` is not a pattern of hosts: not a regular expression: unclosed group
`~a)|(b` is not a pattern of hosts: not a regular expression: unopened group
`a b` is not a pattern of hosts: letters, digits, `-`, `.`, `*` and ranges; a regular expression begins with `~`
`te?` is not a pattern of hosts: letters, digits, `-`, `.`, `*` and ranges; a regular expression begins with `~`
`a(b` is not a pattern of hosts: letters, digits, `-`, `.`, `*` and ranges; a regular expression begins with `~`
`a[` is not a pattern of hosts: there is a `[` without its `]`
`a]` is not a pattern of hosts: there is a `]` without its `[`
`a[]` is not a pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[:]` is not a pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[2:1]` is not a pattern of hosts: a range counts upwards
`a[10:01]` is not a pattern of hosts: a range counts upwards
`a[1:01]` is not a pattern of hosts: the ends of a range with zeros have as many digits
`a[01:100]` is not a pattern of hosts: the ends of a range with zeros have as many digits
`a[z:a]` is not a pattern of hosts: a range counts upwards
`a[1:b]` is not a pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[ab:c]` is not a pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[1:99999999]` is not a pattern of hosts: its ranges stand for more than 10000 names
`a[1:9999]b[1:9999]` is not a pattern of hosts: its ranges stand for more than 10000 names
`a[!1]` is not a pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`a[1:2:3]` is not a pattern of hosts: a range is written `[1001:1004]`, `[a:d]` or `[01,03]`
`-x` matches no host
`a\u{7}b` is not a pattern of hosts: letters, digits, `-`, `.`, `*` and ranges; a regular expression begins with `~`
"#
    );
}

#[test]
fn a_pattern_without_a_host_names_what_is_near() {
    let limits = [
        "tea1001",
        "tea1oo1.east.example",
        "pod01",
        "tea*,!tea1O01",
        "zebra",
        "tea[5:6].*",
        "!all",
        "pot01,!pot*",
    ];
    insta::assert_snapshot!(limits.map(|limit| format!("{}: {}", refused(limit), proposed(limit))).join("\n"),
        @"
        `tea1001` matches no host: did you mean `tea1001.east.example`?
        `tea1oo1.east.example` matches no host: did you mean `tea1001.east.example`, `tea1010.east.example` or `tea1002.east.example`?
        `pod01` matches no host: did you mean `pot01`?
        `!tea1O01` matches no host: did you mean `tea1001.east.example`, `tea1010.east.example` or `tea1002.east.example`?
        `zebra` matches no host: nothing
        `tea[5:6].*` matches no host: nothing
        `!all` leaves no host: a `!` removes hosts from what the others choose: leave some
        `pot01,!pot*` leaves no host: a `!` removes hosts from what the others choose: leave some
        "
    );
}

proptest! {
    #[test]
    fn a_pattern_and_its_opposite_share_all_hosts(text in "!?~?[a-z0-9*.\\[\\]:,-]{1,12}") {
        let hosts = hosts();
        let parse = |text: &str| Limit::parse(text).and_then(|limit| limit.of(&hosts)).ok();
        let opposite = match text.strip_prefix('!') {
            Some(text) => text.to_owned(),
            None => format!("!{text}"),
        };
        if !text.contains(',') && let (Some(one), Some(other)) = (parse(&text), parse(&opposite)) {
            prop_assert_eq!(one.len() + other.len(), hosts.len());
            prop_assert!(one.iter().all(|host| !other.contains(host)));
        }
    }

    #[test]
    fn a_name_chooses_itself_and_order_is_kept(picks in proptest::collection::btree_set(0..HOSTS.len(), 1..9)) {
        let list: Vec<&str> = picks.iter().rev().map(|at| HOSTS[*at]).collect();
        let expected: Vec<usize> = picks.into_iter().collect();
        prop_assert_eq!(chosen(&list.join(",")), expected);
    }

    #[test]
    fn a_range_chooses_what_it_counts(low in 0u32..120, length in 0u32..120, width in 1usize..5) {
        let high = low + length;
        let name = |n: u32| format!("h{n:0width$}x");
        let all: Vec<HostName> = (0..250).map(|n| HostName::parse(&name(n)).unwrap()).collect();
        let limit = format!("h[{low:0width$}:{high:0width$}]x");
        // Ends of one width, or without zeros.
        prop_assume!(format!("{low:0width$}").len() == format!("{high:0width$}").len() || width == 1);
        let chosen = Limit::parse(&limit).unwrap().of(&all).unwrap();
        let expected: Vec<HostName> = (low..=high).map(|n| HostName::parse(&name(n)).unwrap()).collect();
        prop_assert_eq!(chosen, expected);
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,40}") {
        if let Ok(limit) = Limit::parse(&text) {
            let hosts = hosts();
            if let Ok(chosen) = limit.of(&hosts) {
                prop_assert!(!chosen.is_empty() && chosen.iter().all(|host| hosts.contains(host)));
            }
        }
    }
}
