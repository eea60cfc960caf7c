//! The procedures of `lsarpc` (\[MS-LSAD\] 3.1.4, \[MS-LSAT\] 3.1.4).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 0.0.
pub static LSARPC: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("12345778-1234-abcd-ef00-0123456789ab"), (0, 0), "account lookup")
};

static PROCEDURES: [Procedure; 59] = [
    named(0, "LsarClose"),
    named(1, "LsarDelete"),
    named(2, "LsarEnumeratePrivileges"),
    named(3, "LsarQuerySecurityObject"),
    named(4, "LsarSetSecurityObject"),
    named(6, "LsarOpenPolicy"),
    named(7, "LsarQueryInformationPolicy"),
    named(8, "LsarSetInformationPolicy"),
    named(10, "LsarCreateAccount"),
    named(11, "LsarEnumerateAccounts"),
    named(12, "LsarCreateTrustedDomain"),
    named(13, "LsarEnumerateTrustedDomains"),
    named(14, "LsarLookupNames"),
    named(15, "LsarLookupSids"),
    named(16, "LsarCreateSecret"),
    named(17, "LsarOpenAccount"),
    named(18, "LsarEnumeratePrivilegesAccount"),
    named(19, "LsarAddPrivilegesToAccount"),
    named(20, "LsarRemovePrivilegesFromAccount"),
    named(23, "LsarGetSystemAccessAccount"),
    named(24, "LsarSetSystemAccessAccount"),
    named(25, "LsarOpenTrustedDomain"),
    named(26, "LsarQueryInfoTrustedDomain"),
    named(27, "LsarSetInformationTrustedDomain"),
    named(28, "LsarOpenSecret"),
    named(29, "LsarSetSecret"),
    named(30, "LsarQuerySecret"),
    named(31, "LsarLookupPrivilegeValue"),
    named(32, "LsarLookupPrivilegeName"),
    named(33, "LsarLookupPrivilegeDisplayName"),
    named(34, "LsarDeleteObject"),
    named(35, "LsarEnumerateAccountsWithUserRight"),
    named(36, "LsarEnumerateAccountRights"),
    named(37, "LsarAddAccountRights"),
    named(38, "LsarRemoveAccountRights"),
    named(39, "LsarQueryTrustedDomainInfo"),
    named(40, "LsarSetTrustedDomainInfo"),
    named(41, "LsarDeleteTrustedDomain"),
    named(42, "LsarStorePrivateData"),
    named(43, "LsarRetrievePrivateData"),
    named(44, "LsarOpenPolicy2"),
    named(45, "LsarGetUserName"),
    named(46, "LsarQueryInformationPolicy2"),
    named(47, "LsarSetInformationPolicy2"),
    named(48, "LsarQueryTrustedDomainInfoByName"),
    named(49, "LsarSetTrustedDomainInfoByName"),
    named(50, "LsarEnumerateTrustedDomainsEx"),
    named(51, "LsarCreateTrustedDomainEx"),
    named(53, "LsarQueryDomainInformationPolicy"),
    named(54, "LsarSetDomainInformationPolicy"),
    named(55, "LsarOpenTrustedDomainByName"),
    named(57, "LsarLookupSids2"),
    named(58, "LsarLookupNames2"),
    named(59, "LsarCreateTrustedDomainEx2"),
    named(68, "LsarLookupNames3"),
    named(73, "LsarQueryForestTrustInformation"),
    named(74, "LsarSetForestTrustInformation"),
    named(76, "LsarLookupSids3"),
    named(77, "LsarLookupNames4"),
];
