//! The procedures of `samr` (\[MS-SAMR\] 3.1.5), which look up and manage the accounts of a server. A handle of the
//! server leads to those of its domains, and these to users, groups and aliases.

mod domain;
mod user;
mod validation;

use uuid::uuid;

use crate::dcerpc::ndr::{Arm, Parameter, Type, Union, counted, input, member, output, switched};
use crate::interface::definition::Interface;
use crate::interface::object::ObjectKind;
use crate::interface::parameters::{
    ENUM, NARROW_STRING, SECURITY_DESCRIPTOR, UNICODE_STRING, entries, exchanged, given, handle, number,
    number_out, optional_text, result, server_character, taken, unicode, value,
};
use crate::interface::procedure::{Procedure, ntstatus};
use domain::{ALIAS_INFO, DISPLAY_INFO, DOMAIN_INFO, GROUP_INFO};
use user::{ENCRYPTED_HASH, ENCRYPTED_PASSWORD, ENCRYPTED_PASSWORD_AES, USER_INFO};
use validation::{VALIDATE_IN, VALIDATE_OUT};

/// The interface, version 1.0.
pub static SAMR: Interface = Interface {
    procedures: &PROCEDURES,
    handles: &HANDLES,
    ..Interface::new(uuid!("12345778-1234-abcd-ef00-0123456789ac"), (1, 0), "account lookup")
};

static HANDLES: [(&str, ObjectKind); 5] = [
    ("ServerHandle", ObjectKind::SamServer),
    ("DomainHandle", ObjectKind::SamDomain),
    ("GroupHandle", ObjectKind::Group),
    ("AliasHandle", ObjectKind::Alias),
    ("UserHandle", ObjectKind::User),
];

const SERVER: Parameter = handle("ServerHandle");
const DOMAIN: Parameter = handle("DomainHandle");
const GROUP: Parameter = handle("GroupHandle");
const ALIAS: Parameter = handle("AliasHandle");
const USER: Parameter = handle("UserHandle");
const OBJECT: Parameter = handle("ObjectHandle");
const SERVER_NAME: Parameter = optional_text("ServerName");
const ACCESS: Parameter = number("DesiredAccess");
const NAME: Parameter = unicode("Name");
const RELATIVE_ID: Parameter = number_out("RelativeId");
const CONTEXT: Parameter = exchanged("EnumerationContext", Type::U32);
const LENGTH: Parameter = number("PreferedMaximumLength");
const RETURNED: Parameter = number_out("CountReturned");
const MEMBER_ID: Parameter = number("MemberId");
const MEMBER_SID: Parameter = value("MemberId", Type::Sid);
const SECURITY: Parameter = number("SecurityInformation");
const HASH: Type = Type::Unique(&ENCRYPTED_HASH);
const PASSWORD: Type = Type::Unique(&ENCRYPTED_PASSWORD);
/// The names of objects.
const FOUND: Parameter = result("Buffer", Type::Unique(&entries!("EntriesRead", "Buffer", RID_ENUMERATION)));
const RID_ENUMERATION: Type =
    Type::Struct(&[member("RelativeId", Type::U32), member("Name", UNICODE_STRING)]);
const NUMBERS: Type = entries!("Count", "Element", Type::U32);
const SIDS: Type = entries!("Count", "Sids", Type::Struct(&[member("SidPointer", Type::Unique(&Type::Sid))]));
const MEMBERSHIP: Type = Type::Struct(&[member("RelativeId", Type::U32), member("Attributes", Type::U32)]);
/// SAMPR_GET_MEMBERS_BUFFER (\[MS-SAMR\] 2.2.7).
const MEMBERS: Type = Type::Struct(&[
    member("MemberCount", Type::U32),
    counted("Members", Type::Unique(&Type::Array(&Type::U32)), "MemberCount"),
    counted("Attributes", Type::Unique(&Type::Array(&Type::U32)), "MemberCount"),
]);
/// USER_DOMAIN_PASSWORD_INFORMATION (\[MS-SAMR\] 2.2.3).
const PASSWORD_INFORMATION: Parameter = result(
    "PasswordInformation",
    Type::Struct(&[member("MinPasswordLength", Type::U16), member("PasswordProperties", Type::U32)]),
);
/// SAMPR_REVISION_INFO (\[MS-SAMR\] 2.2.7).
const REVISION: &Union = &Union {
    is_enum: false,
    arms: &[Arm {
        tag: 1,
        name: "V1",
        of: Type::Struct(&[member("Revision", Type::U32), member("SupportedFeatures", Type::U32)]),
    }],
};

/// Information of a domain, a group, an alias or a user, of the class that the request names.
const DOMAIN_TOLD: Parameter = result("Buffer", Type::Unique(&Type::Union(DOMAIN_INFO)));
const GROUP_TOLD: Parameter = result("Buffer", Type::Unique(&Type::Union(GROUP_INFO)));
const ALIAS_TOLD: Parameter = result("Buffer", Type::Unique(&Type::Union(ALIAS_INFO)));
const USER_TOLD: Parameter = result("Buffer", Type::Unique(&Type::Union(USER_INFO)));
const DOMAIN_CLASS: Parameter = value("DomainInformationClass", ENUM);
const GROUP_CLASS: Parameter = value("GroupInformationClass", ENUM);
const ALIAS_CLASS: Parameter = value("AliasInformationClass", ENUM);
const USER_CLASS: Parameter = value("UserInformationClass", ENUM);
const DISPLAY_CLASS: Parameter = value("DisplayInformationClass", ENUM);

const QUERY_DISPLAY: &[Parameter] = &[
    DOMAIN,
    DISPLAY_CLASS,
    number("Index"),
    number("EntryCount"),
    number("PreferredMaximumLength"),
    number_out("TotalAvailable"),
    number_out("TotalReturned"),
    result("Buffer", Type::Union(DISPLAY_INFO)),
];
const DISPLAY_INDEX: &[Parameter] = &[DOMAIN, DISPLAY_CLASS, unicode("Prefix"), number_out("Index")];
const SET_USER: &[Parameter] =
    &[USER, USER_CLASS, input(switched("Buffer", USER_INFO, "UserInformationClass"))];
const ENUMERATE: &[Parameter] = &[DOMAIN, CONTEXT, FOUND, LENGTH, RETURNED];
const MEMBERS_SIDS: &[Parameter] = &[ALIAS, value("MembersBuffer", SIDS)];

#[rustfmt::skip]
static PROCEDURES: [Procedure; 64] = [
    ntstatus(0, "SamrConnect", &[server_character("ServerName"), given("ServerHandle"), ACCESS]),
    ntstatus(1, "SamrCloseHandle", &[taken("SamHandle")]),
    ntstatus(2, "SamrSetSecurityObject", &[OBJECT, SECURITY, value("SecurityDescriptor", SECURITY_DESCRIPTOR)]),
    ntstatus(3, "SamrQuerySecurityObject", &[OBJECT, SECURITY, result("SecurityDescriptor", Type::Unique(&SECURITY_DESCRIPTOR))]),
    ntstatus(5, "SamrLookupDomainInSamServer", &[SERVER, NAME, result("DomainId", Type::Unique(&Type::Sid))]),
    ntstatus(6, "SamrEnumerateDomainsInSamServer", &[SERVER, CONTEXT, FOUND, LENGTH, RETURNED]),
    ntstatus(7, "SamrOpenDomain", &[SERVER, ACCESS, value("DomainId", Type::Sid), given("DomainHandle")]).named_by(&["DomainId"]),
    ntstatus(8, "SamrQueryInformationDomain", &[DOMAIN, DOMAIN_CLASS, DOMAIN_TOLD]),
    ntstatus(9, "SamrSetInformationDomain", &[DOMAIN, DOMAIN_CLASS, input(switched("DomainInformation", DOMAIN_INFO, "DomainInformationClass"))]),
    ntstatus(10, "SamrCreateGroupInDomain", &[DOMAIN, NAME, ACCESS, given("GroupHandle"), RELATIVE_ID]).named_by(&["Name.Buffer"]),
    ntstatus(11, "SamrEnumerateGroupsInDomain", ENUMERATE),
    ntstatus(12, "SamrCreateUserInDomain", &[DOMAIN, NAME, ACCESS, given("UserHandle"), RELATIVE_ID]).named_by(&["Name.Buffer"]),
    ntstatus(13, "SamrEnumerateUsersInDomain", &[DOMAIN, CONTEXT, number("UserAccountControl"), FOUND, LENGTH, RETURNED]),
    ntstatus(14, "SamrCreateAliasInDomain", &[DOMAIN, unicode("AccountName"), ACCESS, given("AliasHandle"), RELATIVE_ID]).named_by(&["AccountName.Buffer"]),
    ntstatus(15, "SamrEnumerateAliasesInDomain", ENUMERATE),
    ntstatus(16, "SamrGetAliasMembership", &[DOMAIN, value("SidArray", SIDS), result("Membership", NUMBERS)]),
    ntstatus(17, "SamrLookupNamesInDomain", &[DOMAIN, number("Count"), input(counted("Names", Type::Varying(&UNICODE_STRING), "Count")), result("RelativeIds", NUMBERS), result("Use", NUMBERS)]),
    ntstatus(18, "SamrLookupIdsInDomain", &[DOMAIN, number("Count"), input(counted("RelativeIds", Type::Varying(&Type::U32), "Count")), result("Names", entries!("Count", "Element", UNICODE_STRING)), result("Use", NUMBERS)]),
    ntstatus(19, "SamrOpenGroup", &[DOMAIN, ACCESS, number("GroupId"), given("GroupHandle")]).named_by(&["GroupId"]),
    ntstatus(20, "SamrQueryInformationGroup", &[GROUP, GROUP_CLASS, GROUP_TOLD]),
    ntstatus(21, "SamrSetInformationGroup", &[GROUP, GROUP_CLASS, input(switched("Buffer", GROUP_INFO, "GroupInformationClass"))]),
    ntstatus(22, "SamrAddMemberToGroup", &[GROUP, MEMBER_ID, number("Attributes")]),
    ntstatus(23, "SamrDeleteGroup", &[taken("GroupHandle")]),
    ntstatus(24, "SamrRemoveMemberFromGroup", &[GROUP, MEMBER_ID]),
    ntstatus(25, "SamrGetMembersInGroup", &[GROUP, result("Members", Type::Unique(&MEMBERS))]),
    ntstatus(26, "SamrSetMemberAttributesOfGroup", &[GROUP, MEMBER_ID, number("Attributes")]),
    ntstatus(27, "SamrOpenAlias", &[DOMAIN, ACCESS, number("AliasId"), given("AliasHandle")]).named_by(&["AliasId"]),
    ntstatus(28, "SamrQueryInformationAlias", &[ALIAS, ALIAS_CLASS, ALIAS_TOLD]),
    ntstatus(29, "SamrSetInformationAlias", &[ALIAS, ALIAS_CLASS, input(switched("Buffer", ALIAS_INFO, "AliasInformationClass"))]),
    ntstatus(30, "SamrDeleteAlias", &[taken("AliasHandle")]),
    ntstatus(31, "SamrAddMemberToAlias", &[ALIAS, MEMBER_SID]),
    ntstatus(32, "SamrRemoveMemberFromAlias", &[ALIAS, MEMBER_SID]),
    ntstatus(33, "SamrGetMembersInAlias", &[ALIAS, result("Members", SIDS)]),
    ntstatus(34, "SamrOpenUser", &[DOMAIN, ACCESS, number("UserId"), given("UserHandle")]).named_by(&["UserId"]),
    ntstatus(35, "SamrDeleteUser", &[taken("UserHandle")]),
    ntstatus(36, "SamrQueryInformationUser", &[USER, USER_CLASS, USER_TOLD]),
    ntstatus(37, "SamrSetInformationUser", SET_USER),
    ntstatus(38, "SamrChangePasswordUser", &[
        USER,
        value("LmPresent", Type::U8), value("OldLmEncryptedWithNewLm", HASH), value("NewLmEncryptedWithOldLm", HASH),
        value("NtPresent", Type::U8), value("OldNtEncryptedWithNewNt", HASH), value("NewNtEncryptedWithOldNt", HASH),
        value("NtCrossEncryptionPresent", Type::U8), value("NewNtEncryptedWithNewLm", HASH),
        value("LmCrossEncryptionPresent", Type::U8), value("NewLmEncryptedWithNewNt", HASH),
    ]),
    ntstatus(39, "SamrGetGroupsForUser", &[USER, result("Groups", Type::Unique(&entries!("MembershipCount", "Groups", MEMBERSHIP)))]),
    ntstatus(40, "SamrQueryDisplayInformation", QUERY_DISPLAY),
    ntstatus(41, "SamrGetDisplayEnumerationIndex", DISPLAY_INDEX),
    ntstatus(44, "SamrGetUserDomainPasswordInformation", &[USER, PASSWORD_INFORMATION]),
    ntstatus(45, "SamrRemoveMemberFromForeignDomain", &[DOMAIN, value("MemberSid", Type::Sid)]),
    ntstatus(46, "SamrQueryInformationDomain2", &[DOMAIN, DOMAIN_CLASS, DOMAIN_TOLD]),
    ntstatus(47, "SamrQueryInformationUser2", &[USER, USER_CLASS, USER_TOLD]),
    ntstatus(48, "SamrQueryDisplayInformation2", QUERY_DISPLAY),
    ntstatus(49, "SamrGetDisplayEnumerationIndex2", DISPLAY_INDEX),
    ntstatus(50, "SamrCreateUser2InDomain", &[DOMAIN, NAME, number("AccountType"), ACCESS, given("UserHandle"), number_out("GrantedAccess"), RELATIVE_ID]).named_by(&["Name.Buffer"]),
    ntstatus(51, "SamrQueryDisplayInformation3", QUERY_DISPLAY),
    ntstatus(52, "SamrAddMultipleMembersToAlias", MEMBERS_SIDS),
    ntstatus(53, "SamrRemoveMultipleMembersFromAlias", MEMBERS_SIDS),
    ntstatus(54, "SamrOemChangePasswordUser2", &[
        value("ServerName", Type::Unique(&NARROW_STRING)), value("UserName", NARROW_STRING),
        value("NewPasswordEncryptedWithOldLm", PASSWORD), value("OldLmOwfPasswordEncryptedWithNewLm", HASH),
    ]),
    ntstatus(55, "SamrUnicodeChangePasswordUser2", &[
        value("ServerName", Type::Unique(&UNICODE_STRING)), unicode("UserName"),
        value("NewPasswordEncryptedWithOldNt", PASSWORD), value("OldNtOwfPasswordEncryptedWithNewNt", HASH),
        value("LmPresent", Type::U8),
        value("NewPasswordEncryptedWithOldLm", PASSWORD), value("OldLmOwfPasswordEncryptedWithNewNt", HASH),
    ]),
    ntstatus(56, "SamrGetDomainPasswordInformation", &[value("Unused", Type::Unique(&UNICODE_STRING)), PASSWORD_INFORMATION]),
    ntstatus(57, "SamrConnect2", &[SERVER_NAME, given("ServerHandle"), ACCESS]).named_by(&["ServerName"]),
    ntstatus(58, "SamrSetInformationUser2", SET_USER),
    ntstatus(62, "SamrConnect4", &[SERVER_NAME, given("ServerHandle"), number("ClientRevision"), ACCESS]).named_by(&["ServerName"]),
    ntstatus(64, "SamrConnect5", &[
        SERVER_NAME, ACCESS, number("InVersion"), input(switched("InRevisionInfo", REVISION, "InVersion")),
        number_out("OutVersion"), output(switched("OutRevisionInfo", REVISION, "OutVersion")), given("ServerHandle"),
    ]).named_by(&["ServerName"]),
    ntstatus(65, "SamrRidToSid", &[OBJECT, number("Rid"), result("Sid", Type::Unique(&Type::Sid))]),
    ntstatus(66, "SamrSetDSRMPassword", &[value("Unused", Type::Unique(&UNICODE_STRING)), number("UserId"), value("EncryptedNtOwfPassword", HASH)]),
    ntstatus(67, "SamrValidatePassword", &[
        value("ValidationType", ENUM), input(switched("InputArg", VALIDATE_IN, "ValidationType")),
        result("OutputArg", Type::Unique(&Type::Union(VALIDATE_OUT))),
    ]),
    ntstatus(73, "SamrUnicodeChangePasswordUser4", &[value("ServerName", Type::Unique(&UNICODE_STRING)), unicode("UserName"), value("EncryptedPassword", ENCRYPTED_PASSWORD_AES)]),
    ntstatus(74, "SamrValidateComputerAccountReuseAttempt", &[SERVER, value("ComputerSid", Type::Sid), number_out("Result")]),
    ntstatus(77, "SamrAccountIsDelegatedManagedServiceAccount", &[SERVER, value("AccountSid", Type::Sid), number_out("Result")]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::{Asked, Encoding};

    /// What SamrConnect5 returns: the handle stands last.
    #[rustfmt::skip]
    const CONNECTED: [u8; 40] = [
        1, 0, 0, 0, // OutVersion
        1, 0, 0, 0, // OutRevisionInfo: the tag
        3, 0, 0, 0, // Revision
        0, 0, 0, 0, // SupportedFeatures
        0, 0, 0, 0, // ServerHandle: attributes
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, // UUID
        0, 0, 0, 0, // return value
    ];

    #[test]
    fn the_handle_of_a_server_is_found_behind_what_stands_in_front_of_it() {
        let procedure = SAMR.procedure(64).unwrap();
        let facts = procedure.response_facts(&CONNECTED, Encoding::default()).unwrap();
        let [Some(granted), None] = facts.granted else { panic!("{facts:?}") };
        assert_eq!((granted.parameter, granted.handle.0[4]), ("ServerHandle", 1));
        assert_eq!(SAMR.object(procedure, granted.parameter), Some(ObjectKind::SamServer));
        for end in 0..CONNECTED.len() {
            let cut = procedure.response(&CONNECTED[..end], Encoding::default(), &Asked::default()).unwrap();
            assert!(!cut.arguments.anomalies.is_empty(), "at {end}");
        }
        let mut denied = CONNECTED;
        denied[36..].copy_from_slice(&0xc000_0022_u32.to_le_bytes());
        let facts = procedure.response_facts(&denied, Encoding::default()).unwrap();
        assert_eq!((facts.granted, facts.succeeded), ([None; 2], false));
    }
}
