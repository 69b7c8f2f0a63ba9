use indexmap::IndexMap;

use super::Limit;
use crate::model::HostName;

/// The parts of names that differ in one number alone: what stands before it and behind it, and how many digits it has.
type Shape<'a> = (&'a str, &'a str, usize);

impl Limit {
    /// The limit that leaves hosts out, with those that are numbered in one pattern.
    pub fn without<'a>(hosts: impl IntoIterator<Item = &'a HostName>) -> String {
        patterns(hosts, "!")
    }

    /// The limit that means hosts, with those that are numbered in one pattern.
    pub fn naming<'a>(hosts: impl IntoIterator<Item = &'a HostName>) -> String {
        patterns(hosts, "")
    }
}

/// A pattern for each host, or for several that differ in one number alone.
fn patterns<'a>(hosts: impl IntoIterator<Item = &'a HostName>, sign: &str) -> String {
    let mut shapes: IndexMap<Shape<'a>, Vec<u64>> = IndexMap::new();
    let mut others = Vec::new();
    for host in hosts {
        match taken_apart(host.as_str()) {
            Some((shape, number)) => shapes.entry(shape).or_default().push(number),
            None => others.push(format!("{sign}{host}")),
        }
    }
    let numbered = shapes
        .into_iter()
        .map(|((before, behind, width), numbers)| {
            format!("{sign}{before}{}{behind}", range(numbers, width))
        });
    numbered.chain(others).collect::<Vec<_>>().join(",")
}

/// The last number of the first label of a name, and what stands around it.
fn taken_apart(name: &str) -> Option<(Shape<'_>, u64)> {
    let label = name.split('.').next().unwrap_or_default();
    let end = label.rfind(|c: char| c.is_ascii_digit())? + 1;
    let begin = label[..end].rfind(|c: char| !c.is_ascii_digit());
    let begin = begin.map_or(0, |at| at + 1);
    let digits = &label[begin..end];
    // A pattern takes no longer ones.
    let number = digits.parse().ok().filter(|_| digits.len() <= 9)?;
    Some(((&name[..begin], &name[end..], digits.len()), number))
}

/// Numbers as a pattern has them: `07`, `[02-05,09]`.
fn range(mut numbers: Vec<u64>, width: usize) -> String {
    numbers.sort_unstable();
    numbers.dedup();
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let parts = runs.iter().map(|(first, last)| match first == last {
        true => format!("{first:0width$}"),
        false => format!("{first:0width$}-{last:0width$}"),
    });
    let parts = parts.collect::<Vec<_>>().join(",");
    match runs.as_slice() {
        [(first, last)] if first == last => parts,
        _ => format!("[{parts}]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(names: &[&str]) -> Vec<HostName> {
        let hosts = names.iter().map(|name| HostName::parse(name).unwrap());
        hosts.collect()
    }

    #[test]
    fn numbered_hosts_are_left_out_by_one_pattern() {
        let without = |names: &[&str]| Limit::without(&hosts(names));
        assert_eq!(without(&["t07"]), "!t07");
        assert_eq!(without(&["t02", "t04", "t03", "t09"]), "!t[02-04,09]");
        assert_eq!(
            without(&["h9", "h10", "a.example.org", "h8"]),
            "!h[8-9],!h10,!a.example.org"
        );
        assert_eq!(
            without(&[
                "scb1001.eqiad.wmnet",
                "scb2001.codfw.wmnet",
                "scb1002.eqiad.wmnet"
            ]),
            "!scb[1001-1002].eqiad.wmnet,!scb2001.codfw.wmnet"
        );
    }

    proptest::proptest! {
        #[test]
        fn those_are_left_out_and_no_others(
            names in proptest::collection::btree_set("[a-c]{0,2}[0-9]{1,3}[a-c]?(\\.x)?|[a-c]{1,2}", 2..30),
            chosen in proptest::collection::vec(proptest::bool::ANY, 30),
        ) {
            let all = hosts(&names.iter().map(String::as_str).collect::<Vec<_>>());
            let (out, kept): (Vec<_>, Vec<_>) = all.iter().cloned().zip(chosen).partition(|(_, is_out)| *is_out);
            let only = |list: Vec<(HostName, bool)>| list.into_iter().map(|(host, _)| host).collect::<Vec<_>>();
            let (out, kept) = (only(out), only(kept));
            proptest::prop_assume!(!out.is_empty() && !kept.is_empty());
            let limit = Limit::parse(&Limit::without(&out)).unwrap();
            proptest::prop_assert_eq!(limit.of(&all).unwrap(), kept);
        }
    }
}
