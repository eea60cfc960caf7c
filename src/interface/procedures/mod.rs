//! The interfaces whose procedures are known: a file for each, and its line in [`ALL`].

pub(super) mod atsvc;
pub(super) mod browser;
pub(super) mod drsuapi;
pub(super) mod efsrpc;
pub(super) mod epmapper;
pub(super) mod ioxidresolver;
pub(super) mod iremotewinspool;
pub(super) mod iremunknown;
pub(super) mod iremunknown2;
pub(super) mod isystemactivator;
pub(super) mod itaskschedulerservice;
pub(super) mod lsarpc;
pub(super) mod mgmt;
pub(super) mod netdfs;
pub(super) mod netlogon;
pub(super) mod samr;
pub(super) mod spoolss;
pub(super) mod srvsvc;
pub(super) mod svcctl;
pub(super) mod winreg;
pub(super) mod wkssvc;

use super::definition::Interface;

/// All of them. A new one is added here, and nowhere else.
pub(super) static ALL: &[&Interface] = &[
    &atsvc::ATSVC,
    &browser::BROWSER,
    &drsuapi::DRSUAPI,
    &efsrpc::EFSRPC,
    &efsrpc::EFSRPC_ON_LSARPC,
    &epmapper::EPMAPPER,
    &ioxidresolver::IOXIDRESOLVER,
    &iremotewinspool::IREMOTEWINSPOOL,
    &iremunknown::IREMUNKNOWN,
    &iremunknown2::IREMUNKNOWN2,
    &isystemactivator::ISYSTEMACTIVATOR,
    &itaskschedulerservice::ITASKSCHEDULERSERVICE,
    &lsarpc::LSARPC,
    &mgmt::MGMT,
    &netdfs::NETDFS,
    &netlogon::NETLOGON,
    &samr::SAMR,
    &spoolss::SPOOLSS,
    &srvsvc::SRVSVC,
    &svcctl::SVCCTL,
    &winreg::WINREG,
    &wkssvc::WKSSVC,
];
