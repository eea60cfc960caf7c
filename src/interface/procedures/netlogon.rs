//! The procedures of `netlogon` (\[MS-NRPC\] 3.5.4).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 1.0.
pub(super) static NETLOGON: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("12345678-1234-abcd-ef00-01234567cffb"), (1, 0), "domain logon")
};

static PROCEDURES: [Procedure; 49] = [
    named(0, "NetrLogonUasLogon"),
    named(1, "NetrLogonUasLogoff"),
    named(2, "NetrLogonSamLogon"),
    named(3, "NetrLogonSamLogoff"),
    named(4, "NetrServerReqChallenge"),
    named(5, "NetrServerAuthenticate"),
    named(6, "NetrServerPasswordSet"),
    named(7, "NetrDatabaseDeltas"),
    named(8, "NetrDatabaseSync"),
    named(9, "NetrAccountDeltas"),
    named(10, "NetrAccountSync"),
    named(11, "NetrGetDCName"),
    named(12, "NetrLogonControl"),
    named(13, "NetrGetAnyDCName"),
    named(14, "NetrLogonControl2"),
    named(15, "NetrServerAuthenticate2"),
    named(16, "NetrDatabaseSync2"),
    named(17, "NetrDatabaseRedo"),
    named(18, "NetrLogonControl2Ex"),
    named(19, "NetrEnumerateTrustedDomains"),
    named(20, "DsrGetDcName"),
    named(21, "NetrLogonGetCapabilities"),
    named(22, "NetrLogonSetServiceBits"),
    named(23, "NetrLogonGetTrustRid"),
    named(24, "NetrLogonComputeServerDigest"),
    named(25, "NetrLogonComputeClientDigest"),
    named(26, "NetrServerAuthenticate3"),
    named(27, "DsrGetDcNameEx"),
    named(28, "DsrGetSiteName"),
    named(29, "NetrLogonGetDomainInfo"),
    named(30, "NetrServerPasswordSet2"),
    named(31, "NetrServerPasswordGet"),
    named(32, "NetrLogonSendToSam"),
    named(33, "DsrAddressToSiteNamesW"),
    named(34, "DsrGetDcNameEx2"),
    named(35, "NetrLogonGetTimeServiceParentDomain"),
    named(36, "NetrEnumerateTrustedDomainsEx"),
    named(37, "DsrAddressToSiteNamesExW"),
    named(38, "DsrGetDcSiteCoverageW"),
    named(39, "NetrLogonSamLogonEx"),
    named(40, "DsrEnumerateDomainTrusts"),
    named(41, "DsrDeregisterDnsHostRecords"),
    named(42, "NetrServerTrustPasswordsGet"),
    named(43, "DsrGetForestTrustInformation"),
    named(44, "NetrGetForestTrustInformation"),
    named(45, "NetrLogonSamLogonWithFlags"),
    named(46, "NetrServerGetTrustInfo"),
    named(48, "DsrUpdateReadOnlyServerDnsRecords"),
    named(59, "NetrServerAuthenticateKerberos"),
];
