//! The procedures of `samr` (\[MS-SAMR\] 3.1.5).

use uuid::uuid;

use crate::dcerpc::ndr::{Parameter, Type, in_out, input, member, output};
use crate::interface::definition::Interface;
use crate::interface::object::ObjectKind;
use crate::interface::procedure::{Procedure, named, ntstatus};

/// The interface, version 1.0.
pub static SAMR: Interface = Interface {
    procedures: &PROCEDURES,
    handles: &HANDLES,
    ..Interface::new(uuid!("12345778-1234-abcd-ef00-0123456789ac"), (1, 0), "account lookup")
};

/// What handles stand for.
static HANDLES: [(&str, ObjectKind); 5] = [
    ("ServerHandle", ObjectKind::SamServer),
    ("DomainHandle", ObjectKind::SamDomain),
    ("GroupHandle", ObjectKind::Group),
    ("AliasHandle", ObjectKind::Alias),
    ("UserHandle", ObjectKind::User),
];

static PROCEDURES: [Procedure; 64] = [
    named(0, "SamrConnect"),
    ntstatus(1, "SamrCloseHandle", CLOSE_HANDLE),
    named(2, "SamrSetSecurityObject"),
    named(3, "SamrQuerySecurityObject"),
    named(5, "SamrLookupDomainInSamServer"),
    ntstatus(6, "SamrEnumerateDomainsInSamServer", SERVER).and_more(),
    named(7, "SamrOpenDomain"),
    named(8, "SamrQueryInformationDomain"),
    named(9, "SamrSetInformationDomain"),
    named(10, "SamrCreateGroupInDomain"),
    named(11, "SamrEnumerateGroupsInDomain"),
    named(12, "SamrCreateUserInDomain"),
    named(13, "SamrEnumerateUsersInDomain"),
    named(14, "SamrCreateAliasInDomain"),
    named(15, "SamrEnumerateAliasesInDomain"),
    named(16, "SamrGetAliasMembership"),
    named(17, "SamrLookupNamesInDomain"),
    named(18, "SamrLookupIdsInDomain"),
    named(19, "SamrOpenGroup"),
    named(20, "SamrQueryInformationGroup"),
    named(21, "SamrSetInformationGroup"),
    named(22, "SamrAddMemberToGroup"),
    named(23, "SamrDeleteGroup"),
    named(24, "SamrRemoveMemberFromGroup"),
    named(25, "SamrGetMembersInGroup"),
    named(26, "SamrSetMemberAttributesOfGroup"),
    named(27, "SamrOpenAlias"),
    named(28, "SamrQueryInformationAlias"),
    named(29, "SamrSetInformationAlias"),
    named(30, "SamrDeleteAlias"),
    named(31, "SamrAddMemberToAlias"),
    named(32, "SamrRemoveMemberFromAlias"),
    named(33, "SamrGetMembersInAlias"),
    named(34, "SamrOpenUser"),
    named(35, "SamrDeleteUser"),
    named(36, "SamrQueryInformationUser"),
    named(37, "SamrSetInformationUser"),
    named(38, "SamrChangePasswordUser"),
    named(39, "SamrGetGroupsForUser"),
    named(40, "SamrQueryDisplayInformation"),
    named(41, "SamrGetDisplayEnumerationIndex"),
    named(44, "SamrGetUserDomainPasswordInformation"),
    named(45, "SamrRemoveMemberFromForeignDomain"),
    named(46, "SamrQueryInformationDomain2"),
    named(47, "SamrQueryInformationUser2"),
    named(48, "SamrQueryDisplayInformation2"),
    named(49, "SamrGetDisplayEnumerationIndex2"),
    named(50, "SamrCreateUser2InDomain"),
    named(51, "SamrQueryDisplayInformation3"),
    named(52, "SamrAddMultipleMembersToAlias"),
    named(53, "SamrRemoveMultipleMembersFromAlias"),
    named(54, "SamrOemChangePasswordUser2"),
    named(55, "SamrUnicodeChangePasswordUser2"),
    named(56, "SamrGetDomainPasswordInformation"),
    ntstatus(57, "SamrConnect2", CONNECT_2),
    named(58, "SamrSetInformationUser2"),
    named(62, "SamrConnect4"),
    named(64, "SamrConnect5"),
    named(65, "SamrRidToSid"),
    named(66, "SamrSetDSRMPassword"),
    named(67, "SamrValidatePassword"),
    named(73, "SamrUnicodeChangePasswordUser4"),
    named(74, "SamrValidateComputerAccountReuseAttempt"),
    named(77, "SamrAccountIsDelegatedManagedServiceAccount"),
];

const CLOSE_HANDLE: &[Parameter] = &[in_out(member("SamHandle", Type::Handle))];

const SERVER: &[Parameter] = &[input(member("ServerHandle", Type::Handle))];

const CONNECT_2: &[Parameter] = &[
    input(member("ServerName", Type::Unique(&Type::Text))),
    output(member("ServerHandle", Type::Handle)),
    input(member("DesiredAccess", Type::U32)),
];
