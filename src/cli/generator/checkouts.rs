use crate::cli::given;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::Generator;

/// The checkouts of all repositories, where they are named.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct CheckoutArgs {
    /// The MediaWiki-Vagrant checkout [default of each: as configured].
    #[arg(long, value_name = "DIR", value_parser = given::path())]
    vagrant_repo: Option<Utf8PathBuf>,
    /// The operations/puppet checkout.
    #[arg(long, value_name = "DIR", value_parser = given::path())]
    puppet_repo: Option<Utf8PathBuf>,
    /// The checkout of the deploy repository.
    #[arg(long, value_name = "DIR", value_parser = given::path())]
    deploy_repo: Option<Utf8PathBuf>,
    /// The checkout of the source repository.
    #[arg(long, value_name = "DIR", value_parser = given::path())]
    source_repo: Option<Utf8PathBuf>,
}

impl CheckoutArgs {
    /// The option that names the checkout of a generator.
    pub(crate) fn option(generator: Generator) -> &'static str {
        match generator {
            Generator::Vagrant => "--vagrant-repo",
            Generator::Puppet => "--puppet-repo",
            Generator::Scap => "--deploy-repo",
            Generator::Source => "--source-repo",
        }
    }

    /// The checkout that is named for a generator.
    pub(crate) fn named(&self, generator: Generator) -> Option<&Utf8Path> {
        match generator {
            Generator::Vagrant => self.vagrant_repo.as_deref(),
            Generator::Puppet => self.puppet_repo.as_deref(),
            Generator::Scap => self.deploy_repo.as_deref(),
            Generator::Source => self.source_repo.as_deref(),
        }
    }
}
