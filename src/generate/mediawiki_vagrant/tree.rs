use camino::{Utf8Path, Utf8PathBuf};

use crate::edit::{Rendered, markers};
use crate::generate::names::Services;
use crate::generate::ports::{
    LineCounter, PortUse, of_declarations, of_hieradata, of_resources, port_use,
};
use crate::generate::puppet_code::LongLines;
use crate::generate::scan::scan;
use crate::generate::{GenerateError, assumed_node, read_yaml, tree_node};
use crate::puppet::{Signature, declarations};
use crate::render::Templates;
use crate::worktree::Worktree;
use crate::yaml::Node;

pub(super) const NODE: &str = "puppet/modules/service/manifests/node.pp";
pub(super) const HIERADATA: &str = "puppet/hieradata/common.yaml";
const ROLES: &str = "puppet/modules/role/manifests";
const SETTINGS: &str = "puppet/modules/role/settings";

/// What a generator has to know of a MediaWiki-Vagrant tree.
#[derive(Debug)]
pub struct VagrantTree {
    pub(super) node: Signature,
    /// Prefix of the repositories that `service::node` clones from by itself.
    pub(super) default_remote: Option<String>,
    /// Whether the tree makes clone addresses by `$::git::urlformat`.
    pub(super) has_urlformat: bool,
    /// Whether `%{literal('%')}` can be used in hieradata.
    pub(super) has_literal: bool,
    pub(super) long_lines: LongLines,
    pub(super) ports: Vec<PortUse>,
    /// Settings of roles whose ports are not known.
    pub(super) unread: Vec<Unread>,
    pub(super) services: Services,
    rendered: Rendered,
    pub(super) worktree: Worktree,
}

/// A file of settings that cannot be read.
#[derive(Debug)]
pub(super) struct Unread {
    pub(super) path: Utf8PathBuf,
    /// Why, with the place where it has one.
    pub(super) reason: String,
    /// Whether a conflict is marked in it.
    pub(super) is_marked: bool,
}

impl VagrantTree {
    /// Looks whether a folder is such a tree.
    ///
    /// # Errors
    /// Where it is not.
    pub fn recognise(worktree: &Worktree) -> Result<(), GenerateError> {
        recognised(worktree).map(drop)
    }

    /// Reads a tree.
    ///
    /// # Errors
    /// Where it is not one, or a file of it is not understood.
    pub fn read(worktree: &Worktree, rendered: &Rendered) -> Result<Self, GenerateError> {
        let (node, code, hieradata) = recognised(worktree)?;
        let root = read_yaml(HIERADATA.into(), &hieradata)?;
        let mut ports = of_hieradata(HIERADATA.into(), &hieradata, &root);
        let (forwarded, unread) = forwarded_ports(worktree);
        ports.extend(forwarded);
        let mut services = Services::new();
        for (path, code) in scan(worktree, &manifests(worktree), "port") {
            let declared = declarations(&code, "service::node");
            ports.extend(of_declarations(&path, &declared));
            ports.extend(of_resources(&path, &code));
            services.push((path, declared));
        }
        Ok(Self {
            default_remote: default_remote(&code),
            has_urlformat: code.contains("$::git::urlformat"),
            has_literal: !hieradata.contains("%{hiera(") || hieradata.contains("%{lookup("),
            long_lines: LongLines::of(&worktree.read(".puppet-lint.rc")?.unwrap_or_default()),
            node,
            ports,
            unread,
            services,
            rendered: rendered.clone(),
            worktree: worktree.clone(),
        })
    }

    /// The newest tree that is known, for an empty folder without a tree to read.
    ///
    /// # Errors
    /// Where the assumed `service::node` of the templates is wrong.
    pub fn assumed(worktree: &Worktree, templates: &Templates) -> Result<Self, GenerateError> {
        let (node, code) = assumed_node(templates, "mediawiki-vagrant/service-node.pp")?;
        Ok(Self {
            default_remote: default_remote(&code),
            has_urlformat: code.contains("$::git::urlformat"),
            has_literal: true,
            node,
            long_lines: LongLines::Free,
            ports: Vec::new(),
            unread: Vec::new(),
            services: Services::new(),
            rendered: Rendered::none(),
            worktree: worktree.clone(),
        })
    }

    /// The ports that the tree has given away.
    pub(in crate::generate) fn into_ports(self) -> Vec<PortUse> {
        self.ports
    }

    /// Whether a file that svcgen would write is there, and is neither its own nor taken over.
    pub(super) fn is_refused(&self, path: &Utf8Path) -> bool {
        self.has_foreign(path) && !self.rendered.takes_over()
    }

    /// Whether a file is there that svcgen did not write.
    pub(super) fn has_foreign(&self, path: &Utf8Path) -> bool {
        self.rendered.is_foreign(path, &self.worktree)
    }

    /// Whether a port is the service's own, under a name that it had before.
    pub(super) fn has_given(&self, found: &PortUse) -> bool {
        let owner = found.owner.trim_matches('`');
        self.rendered
            .has_written(&found.path, owner, &self.worktree)
    }

    /// Whether a role forwards a port because it pulls in the class or the role that has it.
    pub(super) fn pulls_in(&self, found: &PortUse, class: &str, role: &str) -> bool {
        let other = found
            .path
            .file_stem()
            .filter(|_| found.path.starts_with(SETTINGS));
        let Some(text) =
            other.and_then(|name| self.text(&Utf8PathBuf::from(format!("{ROLES}/{name}.pp"))))
        else {
            return false;
        };
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'));
        let mut words = code
            .flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':'));
        words.any(|word| {
            let word = word.trim_start_matches("::");
            word == class || word.strip_prefix("role::") == Some(role)
        })
    }

    /// Whether svcgen wrote something below a folder.
    pub(super) fn has_written_below(&self, folder: &Utf8Path) -> bool {
        self.rendered.has_folder(folder)
    }

    /// The text of a file.
    pub(super) fn text(&self, path: &Utf8Path) -> Option<String> {
        self.worktree.read(path).ok().flatten()
    }
}

/// What a tree is known by: `service::node`, its code, and the hieradata.
fn recognised(worktree: &Worktree) -> Result<(Signature, String, String), GenerateError> {
    let define = tree_node(worktree, NODE)?;
    let hieradata = worktree.read(HIERADATA)?;
    match (define, hieradata, worktree.has_folder(ROLES)) {
        (Some((node, code)), Some(hieradata), true) => Ok((node, code, hieradata)),
        _ => Err(GenerateError::Unrecognised {
            root: worktree.root().to_owned(),
            tree: "a MediaWiki-Vagrant tree",
            looked_for: vec![
                format!("{NODE} with `define service::node`"),
                HIERADATA.into(),
                format!("{ROLES}/"),
            ],
        }),
    }
}

/// The manifests in which services are declared: those of all modules, and so roles too.
fn manifests(worktree: &Worktree) -> Vec<Utf8PathBuf> {
    let modules = worktree.list("puppet/modules").into_iter();
    let folders = modules.map(|module| format!("puppet/modules/{module}/manifests"));
    let files = folders.flat_map(|folder| {
        let names = worktree.list(&folder).into_iter();
        let names = names.filter(|name| name.ends_with(".pp"));
        names
            .map(|name| Utf8PathBuf::from(format!("{folder}/{name}")))
            .collect::<Vec<_>>()
    });
    files.collect()
}

/// The ports that roles forward, and the files that do not say; comments and other settings are passed over.
///
/// One that cannot be read is no reason to stop: it may be the very file that is to be written, or somebody else's.
fn forwarded_ports(worktree: &Worktree) -> (Vec<PortUse>, Vec<Unread>) {
    let (mut ports, mut unread) = (Vec::new(), Vec::new());
    for name in worktree
        .list(SETTINGS)
        .iter()
        .filter(|name| name.ends_with(".yaml"))
    {
        let path = Utf8PathBuf::from(format!("{SETTINGS}/{name}"));
        let text = match worktree.read(&path) {
            Ok(text) => text.unwrap_or_default(),
            Err(error) => {
                unread.push(Unread {
                    path,
                    reason: error.to_string(),
                    is_marked: false,
                });
                continue;
            }
        };
        match read_yaml(path.clone(), &text) {
            Ok(root) => ports.extend(forwarded(&path, &text, &root)),
            Err(error) => unread.push(Unread {
                path,
                reason: error.to_string(),
                is_marked: !markers(&text).is_empty(),
            }),
        }
    }
    (ports, unread)
}

/// The ports that the settings of one role forward.
fn forwarded(path: &Utf8Path, text: &str, root: &Node) -> Vec<PortUse> {
    let role = path.file_stem().unwrap_or_default();
    let mut lines = LineCounter::new(text);
    let forwarded = root
        .find("forward_ports")
        .map(Node::entries)
        .unwrap_or_default();
    let uses = forwarded.iter().filter_map(|(key, _)| {
        let number = Node {
            span: key.span.clone(),
            kind: crate::yaml::Kind::String(key.text.clone()),
            flow: false,
        };
        port_use(path, &mut lines, &number, format!("the role `{role}`"))
    });
    uses.collect()
}

/// The text before the title in the address that `service::node` clones from.
fn default_remote(code: &str) -> Option<String> {
    let end = code.find("${title}\"")?;
    let start = code[..end].rfind('"')? + 1;
    let prefix = &code[start..end];
    (!prefix.contains(['$', ' ', '\n'])).then(|| prefix.to_owned())
}
