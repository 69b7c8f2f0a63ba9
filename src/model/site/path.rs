use camino::Utf8PathBuf;

use crate::model::problem::Problem;
use crate::model::read::Read;
use crate::visible::visible;
use crate::yaml::Node;

/// A path of a server: absolute, of plain characters.
impl Read for Utf8PathBuf {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = String::read(node, problems)?;
        let plain = |s: &str| {
            s != ".."
                && s.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"._+-".contains(&b))
        };
        if text.starts_with('/') && text.len() > 1 && text.split('/').all(plain) {
            return Some(Self::from(text.trim_end_matches('/')));
        }
        let message = format!("`{}` is not an absolute path", visible(&text));
        problems.push(Problem::new(node.span.clone(), message).rule("such as `/srv/deployment`"));
        None
    }
}
