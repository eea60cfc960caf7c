//! The procedures of `lsarpc` (\[MS-LSAD\] 3.1.4, \[MS-LSAT\] 3.1.4), which manage the local security authority of a
//! computer and translate names and SIDs. A handle of the policy leads to those of accounts, secrets and trusted domains.

mod names;
mod policy;
mod trust;

use uuid::uuid;

use crate::dcerpc::ndr::{Arm, Meaning, Parameter, Type, Union, counted, input, member, output, switched};
use crate::interface::definition::Interface;
use crate::interface::object::ObjectKind;
use crate::interface::parameters::{
    ENUM, NARROW_STRING, SECURITY_DESCRIPTOR, UNICODE_STRING, entries, exchanged, given, handle, number,
    number_out, optional_text, result, server_character, taken, unicode, value,
};
use crate::interface::procedure::{Procedure, ntstatus};
use names::{
    LOOKUP_NAMES, LOOKUP_NAMES_2, LOOKUP_NAMES_3, LOOKUP_NAMES_4, LOOKUP_SIDS, LOOKUP_SIDS_2, LOOKUP_SIDS_3,
};
use policy::{DOMAIN_POLICY, POLICY_INFORMATION};
use trust::{
    AUTH_INFORMATION, AUTH_INFORMATION_AES, AUTH_INFORMATION_INTERNAL, CIPHER, COLLISIONS, FOREST_TRUST,
    INFORMATION_EX, TRUST_INFORMATION, TRUSTED_DOMAIN_INFO,
};

/// The interface, version 0.0.
pub static LSARPC: Interface = Interface {
    procedures: &PROCEDURES,
    handles: &HANDLES,
    ..Interface::new(uuid!("12345778-1234-abcd-ef00-0123456789ab"), (0, 0), "account lookup")
};

static HANDLES: [(&str, ObjectKind); 4] = [
    ("PolicyHandle", ObjectKind::Policy),
    ("AccountHandle", ObjectKind::Account),
    ("TrustedDomainHandle", ObjectKind::TrustedDomain),
    ("SecretHandle", ObjectKind::Secret),
];

const POLICY: Parameter = handle("PolicyHandle");
const ACCOUNT: Parameter = handle("AccountHandle");
const TRUSTED_DOMAIN: Parameter = handle("TrustedDomainHandle");
const SECRET: Parameter = handle("SecretHandle");
const OBJECT: Parameter = handle("ObjectHandle");
const SYSTEM_NAME: Parameter = optional_text("SystemName");
const ATTRIBUTES: Parameter = value("ObjectAttributes", OBJECT_ATTRIBUTES);
const ACCESS: Parameter = number("DesiredAccess");
const SECURITY: Parameter = number("SecurityInformation");
const CONTEXT: Parameter = exchanged("EnumerationContext", Type::U32);
const LENGTH: Parameter = number("PreferedMaximumLength");
const ACCOUNT_SID: Parameter = value("AccountSid", Type::Sid);
const TRUSTED_SID: Parameter = value("TrustedDomainSid", Type::Sid);
const TRUSTED_NAME: Parameter = unicode("TrustedDomainName");
const SECRET_NAME: Parameter = unicode("SecretName");
const CLASS: Parameter = value("InformationClass", ENUM);

/// LSAPR_OBJECT_ATTRIBUTES (\[MS-LSAD\] 2.2.2.4): nothing in it has a meaning for the server but the root directory,
/// which is null.
const OBJECT_ATTRIBUTES: Type = Type::Struct(&[
    member("Length", Type::U32),
    member("RootDirectory", Type::Unique(&Type::U8)),
    member("ObjectName", Type::Unique(&NARROW_STRING)),
    member("Attributes", Type::U32),
    member("SecurityDescriptor", Type::Unique(&ABSOLUTE_SECURITY_DESCRIPTOR)),
    member("SecurityQualityOfService", Type::Unique(&QUALITY_OF_SERVICE)),
]);

/// LSAPR_SECURITY_DESCRIPTOR and LSAPR_ACL (\[MS-LSAD\] 2.2.3).
const ABSOLUTE_SECURITY_DESCRIPTOR: Type = Type::Struct(&[
    member("Revision", Type::U8),
    member("Sbz1", Type::U8),
    member("Control", Type::U16),
    member("Owner", Type::Unique(&Type::Sid)),
    member("Group", Type::Unique(&Type::Sid)),
    member("Sacl", Type::Unique(&ACL)),
    member("Dacl", Type::Unique(&ACL)),
]);
const ACL: Type = Type::Struct(&[
    member("AclRevision", Type::U8),
    member("Sbz1", Type::U8),
    member("AclSize", Type::U16),
    member("Dummy1", Type::Bytes(Meaning::Opaque)),
]);

/// SECURITY_QUALITY_OF_SERVICE (\[MS-LSAD\] 2.2.3).
const QUALITY_OF_SERVICE: Type = Type::Struct(&[
    member("Length", Type::U32),
    member("ImpersonationLevel", ENUM),
    member("ContextTrackingMode", Type::U8),
    member("EffectiveOnly", Type::U8),
]);

/// A LUID (\[MS-DTYP\] 2.3.7).
const LUID: Type = Type::Struct(&[member("LowPart", Type::U32), member("HighPart", Type::I32)]);

/// LSAPR_PRIVILEGE_SET (\[MS-LSAD\] 2.2.5).
const PRIVILEGE_SET: Type = Type::Struct(&[
    member("PrivilegeCount", Type::U32),
    member("Control", Type::U32),
    counted(
        "Privilege",
        Type::Array(&Type::Struct(&[member("Luid", LUID), member("Attributes", Type::U32)])),
        "PrivilegeCount",
    ),
]);

/// `[in, out, unique] LSAPR_CR_CIPHER_VALUE**` and `[in, out, unique] LARGE_INTEGER*`.
const OPTIONAL_CIPHER: Type = Type::Unique(&CIPHER);
const OPTIONAL_TIME: Type = Type::Unique(&Type::I64);

const ACCOUNTS: Type =
    entries!("EntriesRead", "Information", Type::Struct(&[member("Sid", Type::Unique(&Type::Sid))]));
const RIGHTS: Type = entries!("Entries", "UserRights", UNICODE_STRING);
const PRIVILEGES: Type = entries!(
    "Entries",
    "Privileges",
    Type::Struct(&[member("Name", UNICODE_STRING), member("LocalValue", LUID)])
);

/// LSAPR_REVISION_INFO (\[MS-LSAD\] 2.2.2).
const REVISION: &Union = &Union {
    is_enum: false,
    arms: &[Arm {
        tag: 1,
        name: "V1",
        of: Type::Struct(&[member("Revision", Type::U32), member("SupportedFeatures", Type::U32)]),
    }],
};

const QUERY_POLICY: &[Parameter] =
    &[POLICY, CLASS, result("PolicyInformation", Type::Unique(&Type::Union(POLICY_INFORMATION)))];
const SET_POLICY: &[Parameter] =
    &[POLICY, CLASS, input(switched("PolicyInformation", POLICY_INFORMATION, "InformationClass"))];
const TRUST_TOLD: Parameter =
    result("TrustedDomainInformation", Type::Unique(&Type::Union(TRUSTED_DOMAIN_INFO)));
const TRUST_SET: Parameter =
    input(switched("TrustedDomainInformation", TRUSTED_DOMAIN_INFO, "InformationClass"));
const NEW_TRUST: Parameter = value("TrustedDomainInformation", INFORMATION_EX);
const NEW_TRUST_NAME: &[&str] = &["TrustedDomainInformation.Buffer"];

#[rustfmt::skip]
static PROCEDURES: [Procedure; 60] = [
    ntstatus(0, "LsarClose", &[taken("ObjectHandle")]),
    ntstatus(2, "LsarEnumeratePrivileges", &[POLICY, CONTEXT, result("EnumerationBuffer", PRIVILEGES), LENGTH]),
    ntstatus(3, "LsarQuerySecurityObject", &[OBJECT, SECURITY, result("SecurityDescriptor", Type::Unique(&SECURITY_DESCRIPTOR))]),
    ntstatus(4, "LsarSetSecurityObject", &[OBJECT, SECURITY, value("SecurityDescriptor", SECURITY_DESCRIPTOR)]),
    ntstatus(6, "LsarOpenPolicy", &[server_character("SystemName"), ATTRIBUTES, ACCESS, given("PolicyHandle")]),
    ntstatus(7, "LsarQueryInformationPolicy", QUERY_POLICY),
    ntstatus(8, "LsarSetInformationPolicy", SET_POLICY),
    ntstatus(10, "LsarCreateAccount", &[POLICY, ACCOUNT_SID, ACCESS, given("AccountHandle")]).named_by(&["AccountSid"]),
    ntstatus(11, "LsarEnumerateAccounts", &[POLICY, CONTEXT, result("EnumerationBuffer", ACCOUNTS), LENGTH]),
    ntstatus(12, "LsarCreateTrustedDomain", &[POLICY, value("TrustedDomainInformation", TRUST_INFORMATION), ACCESS, given("TrustedDomainHandle")]).named_by(NEW_TRUST_NAME),
    ntstatus(13, "LsarEnumerateTrustedDomains", &[POLICY, CONTEXT, result("EnumerationBuffer", entries!("EntriesRead", "Information", TRUST_INFORMATION)), LENGTH]),
    ntstatus(14, "LsarLookupNames", LOOKUP_NAMES),
    ntstatus(15, "LsarLookupSids", LOOKUP_SIDS),
    ntstatus(16, "LsarCreateSecret", &[POLICY, SECRET_NAME, ACCESS, given("SecretHandle")]).named_by(&["SecretName.Buffer"]),
    ntstatus(17, "LsarOpenAccount", &[POLICY, ACCOUNT_SID, ACCESS, given("AccountHandle")]).named_by(&["AccountSid"]),
    ntstatus(18, "LsarEnumeratePrivilegesAccount", &[ACCOUNT, result("Privileges", Type::Unique(&PRIVILEGE_SET))]),
    ntstatus(19, "LsarAddPrivilegesToAccount", &[ACCOUNT, value("Privileges", PRIVILEGE_SET)]),
    ntstatus(20, "LsarRemovePrivilegesFromAccount", &[ACCOUNT, value("AllPrivileges", Type::U8), value("Privileges", Type::Unique(&PRIVILEGE_SET))]),
    ntstatus(23, "LsarGetSystemAccessAccount", &[ACCOUNT, number_out("SystemAccess")]),
    ntstatus(24, "LsarSetSystemAccessAccount", &[ACCOUNT, number("SystemAccess")]),
    ntstatus(25, "LsarOpenTrustedDomain", &[POLICY, TRUSTED_SID, ACCESS, given("TrustedDomainHandle")]).named_by(&["TrustedDomainSid"]),
    ntstatus(26, "LsarQueryInfoTrustedDomain", &[TRUSTED_DOMAIN, CLASS, TRUST_TOLD]),
    ntstatus(27, "LsarSetInformationTrustedDomain", &[TRUSTED_DOMAIN, CLASS, TRUST_SET]),
    ntstatus(28, "LsarOpenSecret", &[POLICY, SECRET_NAME, ACCESS, given("SecretHandle")]).named_by(&["SecretName.Buffer"]),
    ntstatus(29, "LsarSetSecret", &[SECRET, value("EncryptedCurrentValue", CIPHER), value("EncryptedOldValue", CIPHER)]),
    ntstatus(30, "LsarQuerySecret", &[
        SECRET, exchanged("EncryptedCurrentValue", OPTIONAL_CIPHER), exchanged("CurrentValueSetTime", OPTIONAL_TIME),
        exchanged("EncryptedOldValue", OPTIONAL_CIPHER), exchanged("OldValueSetTime", OPTIONAL_TIME),
    ]),
    ntstatus(31, "LsarLookupPrivilegeValue", &[POLICY, unicode("Name"), result("Value", LUID)]),
    ntstatus(32, "LsarLookupPrivilegeName", &[POLICY, value("Value", LUID), result("Name", Type::Unique(&UNICODE_STRING))]),
    ntstatus(33, "LsarLookupPrivilegeDisplayName", &[
        POLICY, unicode("Name"), value("ClientLanguage", Type::I16), value("ClientSystemDefaultLanguage", Type::I16),
        result("DisplayName", Type::Unique(&UNICODE_STRING)), result("LanguageReturned", Type::U16),
    ]),
    ntstatus(34, "LsarDeleteObject", &[taken("ObjectHandle")]),
    ntstatus(35, "LsarEnumerateAccountsWithUserRight", &[POLICY, value("UserRight", Type::Unique(&UNICODE_STRING)), result("EnumerationBuffer", ACCOUNTS)]),
    ntstatus(36, "LsarEnumerateAccountRights", &[POLICY, ACCOUNT_SID, result("UserRights", RIGHTS)]),
    ntstatus(37, "LsarAddAccountRights", &[POLICY, ACCOUNT_SID, value("UserRights", RIGHTS)]),
    ntstatus(38, "LsarRemoveAccountRights", &[POLICY, ACCOUNT_SID, value("AllRights", Type::U8), value("UserRights", RIGHTS)]),
    ntstatus(39, "LsarQueryTrustedDomainInfo", &[POLICY, TRUSTED_SID, CLASS, TRUST_TOLD]),
    ntstatus(40, "LsarSetTrustedDomainInfo", &[POLICY, TRUSTED_SID, CLASS, TRUST_SET]),
    ntstatus(41, "LsarDeleteTrustedDomain", &[POLICY, TRUSTED_SID]),
    ntstatus(42, "LsarStorePrivateData", &[POLICY, unicode("KeyName"), value("EncryptedData", CIPHER)]),
    ntstatus(43, "LsarRetrievePrivateData", &[POLICY, unicode("KeyName"), exchanged("EncryptedData", CIPHER)]),
    ntstatus(44, "LsarOpenPolicy2", &[SYSTEM_NAME, ATTRIBUTES, ACCESS, given("PolicyHandle")]).named_by(&["SystemName"]),
    ntstatus(45, "LsarGetUserName", &[SYSTEM_NAME, exchanged("UserName", Type::Unique(&UNICODE_STRING)), exchanged("DomainName", Type::Unique(&Type::Unique(&UNICODE_STRING)))]),
    ntstatus(46, "LsarQueryInformationPolicy2", QUERY_POLICY),
    ntstatus(47, "LsarSetInformationPolicy2", SET_POLICY),
    ntstatus(48, "LsarQueryTrustedDomainInfoByName", &[POLICY, TRUSTED_NAME, CLASS, TRUST_TOLD]),
    ntstatus(49, "LsarSetTrustedDomainInfoByName", &[POLICY, TRUSTED_NAME, CLASS, TRUST_SET]),
    ntstatus(50, "LsarEnumerateTrustedDomainsEx", &[POLICY, CONTEXT, result("EnumerationBuffer", entries!("EntriesRead", "EnumerationBuffer", INFORMATION_EX)), LENGTH]),
    ntstatus(51, "LsarCreateTrustedDomainEx", &[POLICY, NEW_TRUST, value("AuthenticationInformation", AUTH_INFORMATION), ACCESS, given("TrustedDomainHandle")]).named_by(NEW_TRUST_NAME),
    ntstatus(53, "LsarQueryDomainInformationPolicy", &[POLICY, CLASS, result("PolicyDomainInformation", Type::Unique(&Type::Union(DOMAIN_POLICY)))]),
    ntstatus(54, "LsarSetDomainInformationPolicy", &[POLICY, CLASS, value("PolicyDomainInformation", Type::Unique(&Type::Union(DOMAIN_POLICY)))]),
    ntstatus(55, "LsarOpenTrustedDomainByName", &[POLICY, TRUSTED_NAME, ACCESS, given("TrustedDomainHandle")]).named_by(&["TrustedDomainName.Buffer"]),
    ntstatus(57, "LsarLookupSids2", LOOKUP_SIDS_2),
    ntstatus(58, "LsarLookupNames2", LOOKUP_NAMES_2),
    ntstatus(59, "LsarCreateTrustedDomainEx2", &[POLICY, NEW_TRUST, value("AuthenticationInformation", AUTH_INFORMATION_INTERNAL), ACCESS, given("TrustedDomainHandle")]).named_by(NEW_TRUST_NAME),
    ntstatus(68, "LsarLookupNames3", LOOKUP_NAMES_3),
    ntstatus(73, "LsarQueryForestTrustInformation", &[POLICY, TRUSTED_NAME, value("HighestRecordType", ENUM), result("ForestTrustInfo", Type::Unique(&FOREST_TRUST))]),
    ntstatus(74, "LsarSetForestTrustInformation", &[
        POLICY, TRUSTED_NAME, value("HighestRecordType", ENUM), value("ForestTrustInfo", FOREST_TRUST), value("CheckOnly", Type::U8),
        result("CollisionInfo", Type::Unique(&COLLISIONS)),
    ]),
    ntstatus(76, "LsarLookupSids3", LOOKUP_SIDS_3),
    ntstatus(77, "LsarLookupNames4", LOOKUP_NAMES_4),
    ntstatus(129, "LsarCreateTrustedDomainEx3", &[POLICY, NEW_TRUST, value("AuthenticationInformation", AUTH_INFORMATION_AES), ACCESS, given("TrustedDomainHandle")]).named_by(NEW_TRUST_NAME),
    ntstatus(130, "LsarOpenPolicy3", &[
        SYSTEM_NAME, ATTRIBUTES, ACCESS, number("InVersion"), input(switched("InRevisionInfo", REVISION, "InVersion")),
        number_out("OutVersion"), output(switched("OutRevisionInfo", REVISION, "OutVersion")), given("PolicyHandle"),
    ]).named_by(&["SystemName"]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::Encoding;

    /// LsarOpenPolicy2 of `\\S`.
    #[rustfmt::skip]
    const OPEN_POLICY_2: [u8; 64] = [
        0, 0, 2, 0, // SystemName
        4, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, // maximum count, offset, actual count
        b'\\', 0, b'\\', 0, b'S', 0, 0, 0,
        24, 0, 0, 0, // ObjectAttributes: Length
        0, 0, 0, 0, // RootDirectory
        0, 0, 0, 0, // ObjectName
        0, 0, 0, 0, // Attributes
        0, 0, 0, 0, // SecurityDescriptor
        4, 0, 2, 0, // SecurityQualityOfService
        12, 0, 0, 0, // Length
        2, 0, // ImpersonationLevel
        1, // ContextTrackingMode
        0, // EffectiveOnly
        0, 0, 0, 2, // DesiredAccess
        0, 0, 0, 0, // no parameter
    ];

    #[test]
    fn a_policy_is_opened_and_every_cut_is_noticed() {
        let procedure = LSARPC.procedure(44).unwrap();
        let stub = &OPEN_POLICY_2[..60];
        let call = procedure.request(stub, Encoding::default()).unwrap();
        assert!(call.arguments.anomalies.is_empty() && call.arguments.unread == 0, "{:?}", call.arguments);
        assert_eq!(call.object().as_deref(), Some(r"\\S"));
        assert_eq!(call.arguments.fields.number("DesiredAccess"), Some(0x0200_0000));
        for end in 0..stub.len() {
            let cut = procedure.request(&stub[..end], Encoding::default()).unwrap();
            assert!(!cut.arguments.anomalies.is_empty(), "at {end}");
        }
        let longer = procedure.request(&OPEN_POLICY_2, Encoding::default()).unwrap();
        assert_eq!(longer.arguments.unread, 4);
    }
}
