//! What a context handle stands for.

use core::fmt;

/// The kind of object that a context handle stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ObjectKind {
    /// A printer, a print server, a port or a job that is opened (\[MS-RPRN\] 3.1.4.2.2 and 3.1.4.2.14, \[MS-PAR\]
    /// 3.1.4.1.1).
    Printer,
    /// A printer that is added (\[MS-RPRN\] 3.1.4.2.3 and 3.1.4.2.15, \[MS-PAR\] 3.1.4.1.2).
    AddedPrinter,
    /// The channel back to a client by which a print server tells it of changes (\[MS-RPRN\] 3.2.4.1.1).
    BackChannel,
    /// An information context of a printer (\[MS-RPRN\] 3.1.4.2.9, \[MS-PAR\] 3.1.4.1.9).
    InformationContext,
    /// A registration for notifications that the client fetches itself (\[MS-PAR\] 3.1.4.9.1).
    Notifications,
    /// The service control manager (\[MS-SCMR\] 3.1.4.15).
    ServiceManager,
    /// A service (\[MS-SCMR\] 3.1.4.16).
    Service,
    /// The lock of the service database (\[MS-SCMR\] 3.1.4.4).
    ServiceLock,
    /// A registration for changes of the state of a service (\[MS-SCMR\] 3.1.4.43).
    ServiceNotification,
    /// The policy of a local security authority (\[MS-LSAD\] 3.1.4.4.1).
    Policy,
    /// An account of a local security authority (\[MS-LSAD\] 3.1.4.5.3).
    Account,
    /// A trusted domain (\[MS-LSAD\] 3.1.4.7.1).
    TrustedDomain,
    /// A secret (\[MS-LSAD\] 3.1.4.6.2).
    Secret,
    /// The server of an account database (\[MS-SAMR\] 3.1.5.1).
    SamServer,
    /// A domain of an account database (\[MS-SAMR\] 3.1.5.1.5).
    SamDomain,
    /// A group (\[MS-SAMR\] 3.1.5.1.7).
    Group,
    /// An alias, which is a local group (\[MS-SAMR\] 3.1.5.1.8).
    Alias,
    /// A user (\[MS-SAMR\] 3.1.5.1.9).
    User,
    /// A key of the registry (\[MS-RRP\] 3.1.5.15).
    RegistryKey,
    /// The place in a list of endpoints from which a lookup goes on (C706 appendix O).
    EndpointLookup,
}

impl ObjectKind {
    /// What a handle of this kind is called.
    #[must_use]
    pub const fn handle(self) -> &'static str {
        match self {
            Self::Printer | Self::AddedPrinter => "printer handle",
            Self::BackChannel => "notification channel",
            Self::InformationContext => "information context",
            Self::Notifications => "notification registration",
            Self::ServiceManager => "service manager handle",
            Self::Service => "service handle",
            Self::ServiceLock => "service database lock",
            Self::ServiceNotification => "service notification",
            Self::Policy => "policy handle",
            Self::Account => "account handle",
            Self::TrustedDomain => "trusted domain handle",
            Self::Secret => "secret handle",
            Self::SamServer => "account server handle",
            Self::SamDomain => "account domain handle",
            Self::Group => "group handle",
            Self::Alias => "alias handle",
            Self::User => "user handle",
            Self::RegistryKey => "registry key handle",
            Self::EndpointLookup => "endpoint lookup",
        }
    }
}

/// [`ObjectKind::handle`].
impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.handle())
    }
}
