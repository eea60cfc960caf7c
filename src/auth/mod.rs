//! Who is there: DER and SPNEGO, NTLMSSP, Kerberos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Who {
    Null,
    Guest,
    User,
    #[default]
    Unknown,
}
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Identity {
    pub who: Who,
    pub account: Option<String>,
    pub domain: Option<String>,
    pub workstation: Option<String>,
    pub evidence: Vec<&'static str>,
}
