use clap::{Args, ValueEnum};

use super::Failure;
use crate::configuration::Configuration;
use crate::model::{model_schema, site_schema};
use crate::ui::Ui;

#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// The file: svcgen.yaml, a site, or the user's config.yaml.
    #[arg(value_enum, default_value = "model")]
    file: SchemaFile,
}

/// The files that have a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum SchemaFile {
    Model,
    Site,
    Config,
}

pub(super) fn run(args: &SchemaArgs, ui: &Ui) -> Result<(), Failure> {
    let schema = match args.file {
        SchemaFile::Model => model_schema(),
        SchemaFile::Site => site_schema(),
        SchemaFile::Config => schemars::schema_for!(Configuration).to_value(),
    };
    ui.result(&format!("{schema:#}\n"))?;
    Ok(())
}
