use schemars::JsonSchema;
use serde::Serialize;

use super::name::{AccountName, MailAddress};
use super::problem::Problem;
use super::read::{Fields, Read};
use super::text::Line;
use crate::yaml::Node;

/// Who answers for the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Name in full.
    pub name: Line,
    /// Account on the hosts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<AccountName>,
    /// Nickname on IRC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub irc: Option<Line>,
    /// Address for mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<MailAddress>,
    /// Name on the ticket system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phabricator: Option<Line>,
}

/// Somebody who gets access to the hosts of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Maintainer {
    /// Name in full.
    pub name: Line,
    /// Account on the hosts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shell: Option<AccountName>,
}

impl Read for Owner {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let name = fields.required("name", problems);
        let shell = fields.optional("shell", problems);
        let irc = fields.optional("irc", problems);
        let email = fields.optional("email", problems);
        let phabricator = fields.optional("phabricator", problems);
        fields.end(problems);
        Some(Self {
            name: name?,
            shell,
            irc,
            email,
            phabricator,
        })
    }
}

impl Read for Maintainer {
    fn read(node: &Node, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut fields = Fields::of(node, problems)?;
        let name = fields.required("name", problems);
        let shell = fields.optional("shell", problems);
        fields.end(problems);
        Some(Self { name: name?, shell })
    }
}

impl From<&Owner> for Maintainer {
    fn from(owner: &Owner) -> Self {
        Self {
            name: owner.name.clone(),
            shell: owner.shell.clone(),
        }
    }
}
