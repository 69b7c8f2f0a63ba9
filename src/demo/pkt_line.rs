//! Git's pkt-lines: four hexadecimal digits with the length, then the data; `0000` ends a list.

use std::io::{self, Read, Write};

/// The longest line, with its length.
const LONGEST: usize = 65_520;

/// Reads lines up to the end of a list, without their line ends.
pub(super) fn read(input: &mut impl Read) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut head = [0; 4];
        input.read_exact(&mut head)?;
        let length = std::str::from_utf8(&head).ok();
        let length = length.and_then(|text| usize::from_str_radix(text, 16).ok());
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "not a pkt-line");
        let length = match length.ok_or_else(wrong)? {
            0 => return Ok(lines),
            length @ 4..=LONGEST => length - 4,
            _ => return Err(wrong()),
        };
        let mut data = vec![0; length];
        input.read_exact(&mut data)?;
        let line = String::from_utf8_lossy(&data)
            .trim_end_matches('\n')
            .to_owned();
        lines.push(line);
    }
}

/// Writes lines, and the end of the list.
pub(super) fn write(output: &mut impl Write, lines: &[String]) -> io::Result<()> {
    for line in lines {
        writeln!(output, "{:04x}{line}", line.len() + 5)?;
    }
    output.write_all(b"0000")?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let lines = vec!["version=1".to_owned(), "ok refs/for/master".to_owned()];
        let mut text = Vec::new();
        write(&mut text, &lines).unwrap();
        assert_eq!(text, b"000eversion=1\n0017ok refs/for/master\n0000");
        assert_eq!(read(&mut text.as_slice()).unwrap(), lines);
        for wrong in ["zzzz", "0003", "000a", ""] {
            assert!(read(&mut wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
