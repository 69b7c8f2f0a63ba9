use serde_json::Value;

use super::service::Service;
use super::site::Site;

/// The JSON Schema of `svcgen.yaml`.
pub fn model_schema() -> Value {
    schemars::schema_for!(Service).to_value()
}

/// The JSON Schema of a site file.
pub fn site_schema() -> Value {
    schemars::schema_for!(Site).to_value()
}
