//! What arrays of bytes mean.

use super::value::{Record, Value};
use crate::error::{Anomalies, Examine};
use crate::wire::security::Security;

/// What bytes are that NDR has no type for.
#[derive(Debug, Clone, Copy)]
pub enum Meaning {
    /// What the specification calls opaque.
    Opaque,
    /// What this function makes of them, once all parameters are read.
    Known(Interpret),
}

impl Meaning {
    /// A self-relative security descriptor (\[MS-DTYP\] 2.4.6).
    pub const SECURITY_DESCRIPTOR: Self = Self::Known(|bytes, _, anomalies| {
        let security = Security::read(bytes);
        security.examine(anomalies);
        Value::Security(security)
    });
}

/// Makes a value of bytes.
pub type Interpret = for<'a> fn(&'a [u8], &Scope<'_, 'a>, &mut Anomalies) -> Value<'a>;

/// What stands around an array of bytes and may say what it is.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'s, 'a> {
    /// The members of the structure that it is in.
    pub siblings: &'s Record<'a>,
    /// The parameters.
    pub parameters: &'s Record<'a>,
    /// What the request asked, of a response.
    pub asked: &'s Asked,
    /// True in a request.
    pub is_request: bool,
}

/// What must be known of a request to read its response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Asked {
    /// The level of the information that it asks for.
    pub level: Option<u32>,
    /// The name of the value that it asks for.
    pub name: Option<String>,
}

impl Asked {
    /// What of the parameters of a request its response needs, if anything.
    #[must_use]
    pub fn of(request: &Record<'_>) -> Option<Self> {
        let level = request.number("Level").and_then(|level| u32::try_from(level).ok());
        let name = request.text("pszDataName").or_else(|| request.text("pValueName"));
        let name = name.map(|name| name.chars().take(NAME).collect());
        let asked = Self { level, name };
        (asked != Self::default()).then_some(asked)
    }
}

/// The most characters of a name that are kept.
const NAME: usize = 64;
