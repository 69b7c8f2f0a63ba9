use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::Refused;

/// A TCP port that needs no privileges: 1024 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Port(#[schemars(range(min = 1024))] u16);

impl Port {
    /// Takes a number for a port.
    ///
    /// # Errors
    /// Where it is outside of 1024 to 65535.
    pub fn new(number: i64) -> Result<Self, Refused> {
        match u16::try_from(number) {
            Ok(port) if port >= 1024 => Ok(Self(port)),
            _ => Err(Refused::new(
                &number.to_string(),
                "a port",
                "from 1024 to 65535",
            )),
        }
    }

    /// The number.
    pub fn number(self) -> u16 {
        self.0
    }
}

impl From<Port> for u16 {
    fn from(port: Port) -> Self {
        port.0
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
