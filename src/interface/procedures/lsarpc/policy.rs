//! What is told of the policy of a computer and of its domain (\[MS-LSAD\] 2.2.4).

use crate::dcerpc::ndr::{Meaning, Type, Union, counted, member};
use crate::interface::parameters::{ENUM, UNICODE_STRING, arms};

/// LSAPR_POLICY_INFORMATION.
pub(super) const POLICY_INFORMATION: &Union = arms! {
    1 "PolicyAuditLogInfo" AUDIT_LOG,
    2 "PolicyAuditEventsInfo" AUDIT_EVENTS,
    3 "PolicyPrimaryDomainInfo" Type::Struct(&[member("Name", UNICODE_STRING), member("Sid", SID)]),
    4 "PolicyPdAccountInfo" Type::Struct(&[member("Name", UNICODE_STRING)]),
    5 "PolicyAccountDomainInfo" ACCOUNT_DOMAIN,
    6 "PolicyServerRoleInfo" Type::Struct(&[member("LsaServerRole", ENUM)]),
    7 "PolicyReplicaSourceInfo" Type::Struct(&[member("ReplicaSource", UNICODE_STRING), member("ReplicaAccountName", UNICODE_STRING)]),
    9 "PolicyModificationInfo" Type::Struct(&[member("ModifiedId", Type::I64), member("DatabaseCreationTime", Type::I64)]),
    10 "PolicyAuditFullSetInfo" Type::Struct(&[member("ShutDownOnFull", Type::U8)]),
    11 "PolicyAuditFullQueryInfo" Type::Struct(&[member("ShutDownOnFull", Type::U8), member("LogIsFull", Type::U8)]),
    12 "PolicyDnsDomainInfo" DNS_DOMAIN,
    13 "PolicyDnsDomainInfoInt" DNS_DOMAIN,
    14 "PolicyLocalAccountDomainInfo" ACCOUNT_DOMAIN,
    15 "PolicyMachineAccountInfo" Type::Struct(&[member("Rid", Type::U32), member("Sid", SID)]),
};

/// LSAPR_POLICY_DOMAIN_INFORMATION.
pub(super) const DOMAIN_POLICY: &Union = arms! {
    1 "PolicyDomainQualityOfServiceInfo" Type::Struct(&[member("QualityOfService", Type::U32)]),
    2 "PolicyDomainEfsInfo" EFS,
    3 "PolicyDomainKerbTicketInfo" KERBEROS,
};

const SID: Type = Type::Unique(&Type::Sid);

/// POLICY_AUDIT_LOG_INFO.
const AUDIT_LOG: Type = Type::Struct(&[
    member("AuditLogPercentFull", Type::U32),
    member("MaximumLogSize", Type::U32),
    member("AuditRetentionPeriod", Type::I64),
    member("AuditLogFullShutdownInProgress", Type::U8),
    member("TimeToShutdown", Type::I64),
    member("NextAuditRecordId", Type::U32),
]);

/// LSAPR_POLICY_AUDIT_EVENTS_INFO.
const AUDIT_EVENTS: Type = Type::Struct(&[
    member("AuditingMode", Type::U8),
    counted("EventAuditingOptions", Type::Unique(&Type::Array(&Type::U32)), "MaximumAuditEventCount"),
    member("MaximumAuditEventCount", Type::U32),
]);

/// LSAPR_POLICY_ACCOUNT_DOM_INFO.
const ACCOUNT_DOMAIN: Type = Type::Struct(&[member("DomainName", UNICODE_STRING), member("DomainSid", SID)]);

/// LSAPR_POLICY_DNS_DOMAIN_INFO.
const DNS_DOMAIN: Type = Type::Struct(&[
    member("Name", UNICODE_STRING),
    member("DnsDomainName", UNICODE_STRING),
    member("DnsForestName", UNICODE_STRING),
    member("DomainGuid", Type::Guid),
    member("Sid", SID),
]);

/// LSAPR_POLICY_DOMAIN_EFS_INFO.
const EFS: Type = Type::Struct(&[
    member("InfoLength", Type::U32),
    counted("EfsBlob", Type::Unique(&Type::Bytes(Meaning::Opaque)), "InfoLength"),
]);

/// POLICY_DOMAIN_KERBEROS_TICKET_INFO.
const KERBEROS: Type = Type::Struct(&[
    member("AuthenticationOptions", Type::U32),
    member("MaxServiceTicketAge", Type::I64),
    member("MaxTicketAge", Type::I64),
    member("MaxRenewAge", Type::I64),
    member("MaxClockSkew", Type::I64),
    member("Reserved", Type::I64),
]);
