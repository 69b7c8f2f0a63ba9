use clap::{Args, ValueEnum};

use super::Failure;
use crate::configuration::Configuration;
use crate::event::event_schema;
use crate::model::{model_schema, site_schema};
use crate::ui::Ui;

#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Which schema: that of svcgen.yaml, a site, the user's config.yaml, or the events of a deploy.
    #[arg(value_enum, default_value = "model")]
    file: SchemaFile,
}

/// What has a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaFile {
    Model,
    Site,
    Config,
    Events,
}

pub(super) fn run(args: &SchemaArgs, ui: &Ui) -> Result<(), Failure> {
    let schema = match args.file {
        SchemaFile::Model => model_schema(),
        SchemaFile::Site => site_schema(),
        SchemaFile::Config => schemars::schema_for!(Configuration).to_value(),
        SchemaFile::Events => event_schema(),
    };
    ui.verbatim(&format!("{schema:#}\n"))?;
    Ok(())
}
