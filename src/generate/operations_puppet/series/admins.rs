//! The group of those who may restart the service and read its logs.

mod groups;
mod numbers;

use self::groups::Groups;
use super::role_data::{ends_in, keys};
use super::{Home, LeftOut, Patch, SeriesTree, home, later};
use crate::edit::Desired;
use crate::edit::yaml::{Entry, Position};
use crate::generate::{ClaimedNumber, CommitText, GenerateError, Generated};
use crate::model::Service;
use crate::render::quoting::yaml_string;

/// Where a tree has its accounts and groups.
pub(super) const DATA: &str = "modules/admin/data/data.yaml";
/// What the lists of groups are called in the hieradata of roles.
const GROUPS: &[&str] = &["admin::groups", "admin_groups"];
/// The longest name of a group that Linux takes.
const LONGEST_NAME: usize = 32;

pub(super) fn patch(service: &Service, tree: &SeriesTree) -> Result<Patch, GenerateError> {
    let admins = &service.production.admins;
    let people = admins.approval.iter().map(ToString::to_string);
    let people: Vec<String> = people.collect();
    let approval = match (people.is_empty(), &service.tickets.access_request) {
        (true, None) => "the access request has to be approved, by the managers of the members: `svcgen request access` writes it".to_owned(),
        (true, Some(task)) => format!("the access request {task} has to be approved, by the managers of the members"),
        (false, _) => {
            let managers = "the managers of the members".to_owned();
            let all: Vec<String> = people.into_iter().chain([managers]).collect();
            format!("{} have to approve the access request", super::listed(&all))
        }
    };
    let Some(text) = tree.text(DATA)? else {
        let reason = format!("this tree has no groups in `{DATA}`");
        return Ok(nothing(reason, approval, service));
    };
    let groups = Groups::read(text)?;
    if groups.all().is_empty() {
        let reason = format!("`{DATA}` has no `groups`");
        return Ok(nothing(reason, approval, service));
    }
    let home = home(service, tree);
    let name = groups.name_for(service);
    let mut warnings = Vec::new();
    if name.len() > LONGEST_NAME {
        return Err(GenerateError::Incomplete {
            message: format!("`{name}` is too long for a group: at most {LONGEST_NAME} characters"),
            hint: "write a shorter name as `production: {admins: {group: ...}}` in the model"
                .into(),
        });
    }
    let has_written = tree.puppet.has_written(DATA.into(), &name);
    // One whose members restart the service is its group, whoever wrote it.
    let is_known = groups.is_of(&name, service.name.as_str());
    groups.refuse_taken(&name, has_written || is_known)?;
    let (members, missing) = groups.members(service);
    for account in missing {
        warnings.push(format!(
            "`{account}` has no account in `{DATA}` yet: the access request asks for one, and then it goes into `members`"
        ));
    }
    if admins.members.is_none()
        && service
            .maintainers
            .iter()
            .all(|person| person.shell.is_none())
    {
        warnings.push("the group has no members: write `production: {admins: {members: [...]}}`, or `shell` of the maintainers, in the model".into());
    }
    let has_approval = groups.share(|group| group.find("approval").is_some()) > 0.5;
    if has_approval && admins.approval.is_empty() {
        warnings.push("the group does not say who approves new members: write `production: {admins: {approval: [...]}}` in the model".into());
    }
    // What nobody understands there is nobody's number.
    let merged = tree.merged.iter().cloned();
    let merged: Vec<Groups> = merged.filter_map(|text| Groups::read(text).ok()).collect();
    let gid = groups.gid(&name, &merged);
    warnings.extend(groups.renumbered((&name, gid), service.name.as_str(), &merged));
    let mut desired = vec![Desired::Yaml {
        path: DATA.into(),
        entries: groups.entries(service, &home, &name, gid, &members, has_approval, tree)?,
    }];
    desired.extend(role_data(&name, &home, tree));
    if desired.len() == 1 {
        warnings.push(
            "no role in this tree names its groups: the group is defined, but on no host".into(),
        );
    }
    Ok(Patch {
        generated: Generated {
            desired,
            warnings,
            message: CommitText {
                subject: format!("{}: Add the admin group", service.puppet_name),
                body: format!(
                    "`{name}` restarts {} and reads its logs on the hosts of `{}`.",
                    service.name,
                    home.role()
                ),
                later: Some(later(
                    service,
                    "the admin group",
                    DATA,
                    format!("{}:", yaml_string(&name)),
                )),
            },
            ..Generated::default()
        },
        approval,
        ..Patch::default()
    })
}

/// No groups: what is left to do is to take away what names one.
fn nothing(reason: String, approval: String, service: &Service) -> Patch {
    Patch {
        generated: Generated {
            message: CommitText {
                subject: format!("{}: Remove the admin group", service.puppet_name),
                body: format!("{} has no group of admins any more.", service.name),
                later: None,
            },
            ..Generated::default()
        },
        approval,
        left_out: Some(LeftOut::since(reason)),
    }
}

/// The group in the hieradata of the role.
fn role_data(name: &str, home: &Home, tree: &SeriesTree) -> Option<Desired> {
    let path = home.hieradata("common");
    let own = tree.worktree().read(&path).ok().flatten();
    let own = own.and_then(|text| keys(&text).find(|key| ends_in(key, GROUPS)));
    let key = own.or_else(|| tree.roles.usual(GROUPS).map(str::to_owned))?;
    Some(Desired::Yaml {
        path,
        entries: vec![Entry::item(&[], key, name).placed(Position::End)],
    })
}

/// The group that has the number of the service's in another text of the file, where it has not here.
pub(in crate::generate::operations_puppet) fn claimed_number(
    service: &Service,
    here: &str,
    there: &str,
) -> Result<Option<ClaimedNumber>, GenerateError> {
    let (here, there) = (
        Groups::read(here.to_owned())?,
        Groups::read(there.to_owned())?,
    );
    Ok(here.claimed(&here.name_for(service), &there))
}
