use granit_parser::ErrorKind as Kind;

use crate::place::{UNFINISHED_MERGE, merge_marks};

/// What is wrong with a text that is not YAML: the parser's own words are meant for those who write parsers.
pub(super) fn told(kind: &Kind) -> String {
    match kind {
        Kind::UnclosedFlowCollection { open } => format!("the bracket `{open}` is not closed"),
        Kind::MismatchedFlowCollectionEnd { open, close } => {
            format!("the bracket `{open}` is closed by `{close}`")
        }
        Kind::UnexpectedCharacter { character: '`' } => {
            "a text cannot begin with a backtick: put it in quotes".to_owned()
        }
        Kind::UnexpectedCharacter { character } if character.is_control() => format!(
            "the character `{}` cannot be in a YAML file: remove it",
            character.escape_default()
        ),
        Kind::UnexpectedCharacter { character } => format!(
            "a text cannot begin with `{}`: put it in quotes",
            character.escape_default()
        ),
        other => in_general(other).to_owned(),
    }
}

const TAB: &str = "a tab cannot be here: YAML is indented with spaces";

/// A merge that is not finished: git's marks are no YAML, and what the parser says of them is no help.
pub(super) fn merge(text: &str) -> Option<(String, usize)> {
    let conflict = merge_marks(text).into_iter().next()?;
    let lines = text.split_inclusive('\n').take(conflict.start);
    Some((UNFINISHED_MERGE.to_owned(), lines.map(str::len).sum()))
}

/// A tab that a line is indented with, where the parser makes something else of it: what is wrong is the tab.
pub(super) fn tab(text: &str, kind: &Kind, noticed: usize) -> Option<(String, usize)> {
    let is_said = matches!(
        kind,
        Kind::TabAtBlockScalarStart
            | Kind::TabNotAllowed
            | Kind::TabInBlockIndentation
            | Kind::TabInIndentation
            | Kind::TabInPlainScalar
    );
    let may_be = matches!(
        kind,
        Kind::SimpleKeyExpected
            | Kind::InvalidSimpleKey
            | Kind::ExpectedBlockMappingKey
            | Kind::MappingKeyNotAllowed
            | Kind::InvalidIndentation
            | Kind::InvalidBlockScalarIndent
    );
    // Where the parser itself says that it is a tab, it may be at the end of the line before.
    let lines = match (is_said, may_be) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => return None,
    };
    let mut begin = text
        .get(..noticed)?
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    for line in text[begin..].split_inclusive('\n').take(lines) {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t') {
            return Some((TAB.to_owned(), begin + tab));
        }
        begin += line.len();
    }
    None
}

/// A carriage return that ends a line alone. It is one for YAML, and for nothing that shows or changes a file line by line.
pub(super) fn lone_return(text: &str) -> Option<(String, usize)> {
    let mut returns = text.match_indices('\r').map(|(at, _)| at);
    let at = returns.find(|at| !text[at + 1..].starts_with('\n'))?;
    let message = "a carriage return alone ends this line: save the file with line feeds";
    Some((message.to_owned(), at))
}

fn in_general(kind: &Kind) -> &'static str {
    match kind {
        Kind::UnexpectedEofFlowSequence
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofImplicitFlowMapping => "a bracket is not closed",
        Kind::MisplacedFlowCollectionEnd => "a bracket is closed that was not opened",
        Kind::UnclosedQuotedScalar | Kind::DocumentIndicatorInQuotedScalar => {
            "a quote is not closed"
        }
        Kind::MappingValueNotAllowed
        | Kind::InvalidColonPlacement
        | Kind::FlowMappingValueAdjacentCollection => {
            "`: ` cannot be here: quote the text, or indent the line as those around it"
        }
        Kind::InvalidMappingValueWhitespace => "put a space after `:`",
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey | Kind::ExpectedBlockMappingKey => {
            "this is not `key: value`, or not indented as the keys around it"
        }
        Kind::MappingKeyNotAllowed => "no key can be here: is the line indented as it should be?",
        Kind::ExpectedBlockSequenceEntry
        | Kind::BlockSequenceEntryNotAllowed
        | Kind::BlockEntryInFlowCollection
        | Kind::InvalidBlockEntryWhitespace => {
            "`- ` cannot be here: it belongs on a line of its own, indented as the others"
        }
        Kind::ExpectedFlowMappingSeparator => "`,` or `}` is missing",
        Kind::ExpectedFlowSequenceSeparator => "`,` or `]` is missing",
        Kind::InvalidIndentation
        | Kind::InvalidBlockScalarIndent
        | Kind::InvalidQuotedScalarIndent
        | Kind::InvalidFlowScalarIndent
        | Kind::ZeroBlockScalarIndent => "the line is not indented as it should be",
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabAtBlockScalarStart
        | Kind::TabInIndentation
        | Kind::TabInPlainScalar => TAB,
        Kind::InvalidTrailingSingleQuotedScalar => {
            "something follows the closing quote: within '…' a quote is written `''`"
        }
        Kind::InvalidTrailingDoubleQuotedScalar => {
            "something follows the closing quote: within \"…\" a quote is written `\\\"`"
        }
        Kind::UnknownQuotedScalarEscape
        | Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate
        | Kind::InvalidUnicodeEscape => {
            "within \"…\" this means nothing after `\\`: within '…' a `\\` is only itself"
        }
        Kind::CommentNotSeparated => "put a space before the `#` of a comment",
        Kind::CommentInterceptedScalar => "a text of several lines cannot have a comment in it",
        Kind::InvalidBlockScalarHeader => "after `|` or `>` the text begins on the next line",
        Kind::PlainScalarStartsWithDashFlowIndicator => {
            "a text cannot begin with `-` and a bracket: put it in quotes"
        }
        Kind::UnknownAnchor => "an alias of something that does not exist: write the value itself",
        Kind::MissingAnchorOrAliasName => {
            "put a text that begins with `&` or `*` in quotes: it would be a name"
        }
        Kind::UndeclaredTagHandle
        | Kind::ExpectedTagBang
        | Kind::InvalidTagTerminator
        | Kind::MissingTagUri
        | Kind::UnclosedVerbatimTag
        | Kind::InvalidTagEscape
        | Kind::InvalidTagUtf8
        | Kind::InvalidTagUtf8LeadingByte
        | Kind::InvalidTagUtf8TrailingByte
        | Kind::InvalidGlobalTagCharacter => {
            "put a text that begins with `!` in quotes: it would name a type"
        }
        Kind::BomInsideDocument => "a byte order mark is in the middle of the text",
        Kind::RecursionLimitExceeded => "nested too deeply",
        Kind::InvalidDocumentEnd | Kind::MissingDocumentEndBeforeDirective => {
            "nothing can follow `...`"
        }
        Kind::ExpectedDocumentStart | Kind::ExpectedNodeContent | Kind::UnexpectedEof => {
            "a value, or its end, is missing here"
        }
        _ => "this is not YAML",
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::parse_strict;

    #[test]
    fn a_mistake_is_told_in_words_that_anybody_knows() {
        for (text, words) in [
            ("a: [1, 2\n", "the bracket `[` is not closed"),
            ("{a: b", "the bracket `{` is not closed"),
            ("a: [1, 2}\n", "the bracket `[` is closed by `}`"),
            ("a: 'x\n", "a quote is not closed"),
            ("a: b: c\n", "`: ` cannot be here: quote the text"),
            ("a: 1\n  b: 2\n", "or indent the line as those around it"),
            ("a: 1\nfoo\n", "this is not `key: value`"),
            (
                "a:\n   b: 1\n  c: 1\n",
                "or not indented as the keys around it",
            ),
            ("a:\n\tb: 1\n", "YAML is indented with spaces"),
            ("a: @x\n", "a text cannot begin with `@`: put it in quotes"),
            ("a: `x`\n", "a text cannot begin with a backtick"),
            (
                "a: x\u{1}y\n",
                "the character `\\u{1}` cannot be in a YAML file",
            ),
            (
                "a: \"x\u{1}\"\n",
                "the character `\\u{1}` cannot be in a YAML file",
            ),
            (
                "a: \u{7f}\n",
                "the character `\\u{7f}` cannot be in a YAML file",
            ),
            ("a: 'it's'\n", "within '…' a quote is written `''`"),
            ("a: \"x\"y\"\n", "within \"…\" a quote is written `\\\"`"),
            ("a: \"\\d\"\n", "within '…' a `\\` is only itself"),
            (
                "a: *x\n",
                "an alias of something that does not exist: write the value itself",
            ),
            ("a: {b: 1 c: 2}\n", "`,` or `}` is missing"),
            (
                "- a\nb: 1\n",
                "`- ` cannot be here: it belongs on a line of its own",
            ),
            ("a: !<x y\n", "it would name a type"),
            ("a: & b\n", "it would be a name"),
            ("a: |x\n  b\n", "the text begins on the next line"),
            ("a: 'x'#y\n", "put a space before the `#` of a comment"),
            ("--- a\n... b\n", "nothing can follow `...`"),
            ("%FOO\n", "a value, or its end, is missing here"),
        ] {
            let found = parse_strict(text).unwrap_err().message;
            assert!(found.contains(words), "{text}: {found}");
            // With the sign before it, it has to fit into a line of a terminal.
            assert!(found.chars().count() <= 76, "{found}");
        }
    }

    #[test]
    fn an_unfinished_merge_is_told_where_it_begins() {
        for before in ["a: 1\n", "a: [1,\n", "a: 'x\n", "\u{feff}a:\r\n  - b\r\n"] {
            let text = format!("{before}<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> topic\n");
            let error = parse_strict(&text).unwrap_err();
            let words = "an unfinished merge: resolve what is between `<<<<<<<` and `>>>>>>>`";
            assert_eq!((error.message.as_str(), error.at), (words, before.len()));
        }
        // Marks within a text that is indented are text.
        let text = "a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> topic\n";
        assert!(parse_strict(text).is_ok());
    }

    #[test]
    fn a_tab_and_a_lone_carriage_return_are_told_where_they_are() {
        let tab = "a tab cannot be here: YAML is indented with spaces";
        for text in [
            "a: |\n\tb\n  c\nd: e\n",
            "a: |\n  b\n\tc\nd: e\n",
            "a: >\n  b\n \tc\nd: e\n",
            "a: |2\n \t b\nd: e\n",
            "a:\n\tb: c\n",
            "a:\n  b: c\n\td: e\n",
        ] {
            let error = parse_strict(text).unwrap_err();
            let at = text.find('\t').unwrap();
            assert_eq!((error.message.as_str(), error.at), (tab, at), "{text}");
        }
        // Where the text is indented with spaces, it may have tabs in it.
        assert!(parse_strict("a: |\n  b\n  \tc\nd: e\n").is_ok());
        for (text, at) in [
            ("a: 1\rb: 2\r", 4),
            ("a: \"x\rb: \"y\"\r", 5),
            ("a: 1\r\nb: 2\rc: 3\r\n", 10),
        ] {
            let error = parse_strict(text).unwrap_err();
            let words = "a carriage return alone ends this line";
            assert!(error.message.starts_with(words), "{}", error.message);
            assert_eq!(error.at, at, "{text}");
        }
        assert!(parse_strict("a: 1\r\nb: \"2\\r\"\r\n").is_ok());
    }
}
