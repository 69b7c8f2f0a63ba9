use granit_parser::ErrorKind as Kind;

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
            "the character `{}` cannot be in a YAML file",
            character.escape_default()
        ),
        Kind::UnexpectedCharacter { character } => format!(
            "a text cannot begin with `{}`: put it in quotes",
            character.escape_default()
        ),
        other => in_general(other).to_owned(),
    }
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
            "`: ` cannot be here: put the text in quotes, or indent the line as those around it"
        }
        Kind::InvalidMappingValueWhitespace => "behind `:` there is a space",
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey | Kind::ExpectedBlockMappingKey => {
            "this is not `key: value`, or not indented as the keys around it"
        }
        Kind::MappingKeyNotAllowed => "no key can be here: is the line indented as it should be?",
        Kind::ExpectedBlockSequenceEntry
        | Kind::BlockSequenceEntryNotAllowed
        | Kind::BlockEntryInFlowCollection
        | Kind::InvalidBlockEntryWhitespace => {
            "no item of a list can be here: `- ` begins one, on a line of its own, indented as the others"
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
        | Kind::TabInPlainScalar => "a tab cannot be here: YAML is indented with spaces",
        Kind::InvalidTrailingSingleQuotedScalar => {
            "something stands behind the closing quote: within '…' a quote is written `''`"
        }
        Kind::InvalidTrailingDoubleQuotedScalar => {
            "something stands behind the closing quote: within \"…\" a quote is written `\\\"`"
        }
        Kind::UnknownQuotedScalarEscape
        | Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate
        | Kind::InvalidUnicodeEscape => {
            "within \"…\" this means nothing behind `\\`: within '…' a `\\` is only itself"
        }
        Kind::CommentNotSeparated => "in front of the `#` of a comment there is a space",
        Kind::CommentInterceptedScalar => "a text of several lines cannot have a comment in it",
        Kind::InvalidBlockScalarHeader => "behind `|` or `>` the text begins in the next line",
        Kind::PlainScalarStartsWithDashFlowIndicator => {
            "a text cannot begin with `-` and a bracket: put it in quotes"
        }
        Kind::UnknownAnchor => "an alias to something that is not there",
        Kind::MissingAnchorOrAliasName => {
            "a text that begins with `&` or `*` is put in quotes: it would be a name"
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
            "a text that begins with `!` is put in quotes: it would name a type"
        }
        Kind::BomInsideDocument => "a byte order mark stands in the middle of the text",
        Kind::RecursionLimitExceeded => "nested too deeply",
        Kind::InvalidDocumentEnd | Kind::MissingDocumentEndBeforeDirective => {
            "nothing can stand behind `...`"
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
            ("a: b: c\n", "`: ` cannot be here: put the text in quotes"),
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
            ("a: *x\n", "an alias to something that is not there"),
            ("a: {b: 1 c: 2}\n", "`,` or `}` is missing"),
            ("- a\nb: 1\n", "`- ` begins one, on a line of its own"),
            ("a: !<x y\n", "it would name a type"),
            ("a: & b\n", "it would be a name"),
            ("a: |x\n  b\n", "the text begins in the next line"),
            (
                "a: 'x'#y\n",
                "in front of the `#` of a comment there is a space",
            ),
            ("--- a\n... b\n", "nothing can stand behind `...`"),
            ("%FOO\n", "a value, or its end, is missing here"),
        ] {
            let found = parse_strict(text).unwrap_err().message;
            assert!(found.contains(words), "{text}: {found}");
        }
    }
}
