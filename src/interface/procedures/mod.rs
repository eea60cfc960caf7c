//! The names of procedures: one file an interface, an array by opnum.

mod atsvc;
mod browser;
mod drsuapi;
mod efsrpc;
mod epmapper;
mod ioxidresolver;
mod iremunknown2;
mod isystemactivator;
mod itaskschedulerservice;
mod lsarpc;
mod mgmt;
mod netdfs;
mod netlogon;
mod samr;
mod srvsvc;
mod svcctl;
mod winreg;
mod wkssvc;

/// The specification's name of a procedure of an interface, which [`super::name`] names.
///
/// `None` for an interface without a table, an opnum beyond its table, or one that is not used on the wire. `spoolss` has
/// its own table, with what its procedures do.
#[must_use]
pub fn procedure(interface: &str, opnum: u16) -> Option<&'static str> {
    let procedures: &[&str] = match interface {
        "atsvc" => &atsvc::PROCEDURES,
        "browser" => &browser::PROCEDURES,
        "drsuapi" => &drsuapi::PROCEDURES,
        "efsrpc" => &efsrpc::PROCEDURES,
        "epmapper" => &epmapper::PROCEDURES,
        "ioxidresolver" => &ioxidresolver::PROCEDURES,
        "iremunknown" | "iremunknown2" => &iremunknown2::PROCEDURES,
        "isystemactivator" => &isystemactivator::PROCEDURES,
        "itaskschedulerservice" => &itaskschedulerservice::PROCEDURES,
        "lsarpc" => &lsarpc::PROCEDURES,
        "mgmt" => &mgmt::PROCEDURES,
        "netdfs" => &netdfs::PROCEDURES,
        "netlogon" => &netlogon::PROCEDURES,
        "samr" => &samr::PROCEDURES,
        "srvsvc" => &srvsvc::PROCEDURES,
        "svcctl" => &svcctl::PROCEDURES,
        "winreg" => &winreg::PROCEDURES,
        "wkssvc" => &wkssvc::PROCEDURES,
        _ => return None,
    };
    procedures.get(usize::from(opnum)).copied().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::procedure;

    #[test]
    fn procedures_stand_at_their_opnums() {
        for (interface, opnum, name) in [
            ("srvsvc", 15, "NetrShareEnum"),
            ("srvsvc", 21, "NetrServerGetInfo"),
            ("srvsvc", 36, "NetrShareEnumSticky"),
            ("wkssvc", 30, "NetrEnumerateComputerNames"),
            ("winreg", 15, "BaseRegOpenKey"),
            ("winreg", 35, "BaseRegDeleteKeyEx"),
            ("lsarpc", 44, "LsarOpenPolicy2"),
            ("lsarpc", 68, "LsarLookupNames3"),
            ("lsarpc", 77, "LsarLookupNames4"),
            ("samr", 50, "SamrCreateUser2InDomain"),
            ("samr", 64, "SamrConnect5"),
            ("netlogon", 26, "NetrServerAuthenticate3"),
            ("netlogon", 39, "NetrLogonSamLogonEx"),
            ("svcctl", 15, "ROpenSCManagerW"),
            ("svcctl", 47, "RNotifyServiceStatusChange"),
            ("svcctl", 60, "RCreateWowService"),
            ("epmapper", 3, "ept_map"),
            ("drsuapi", 12, "IDL_DRSCrackNames"),
            ("netdfs", 21, "NetrDfsEnumEx"),
            ("isystemactivator", 4, "RemoteCreateInstance"),
        ] {
            assert_eq!(procedure(interface, opnum), Some(name));
        }
    }

    #[test]
    fn what_is_not_used_or_not_known_has_no_name() {
        assert_eq!(procedure("srvsvc", 0), None);
        assert_eq!(procedure("srvsvc", 58), None);
        assert_eq!(procedure("nothing", 0), None);
    }
}
