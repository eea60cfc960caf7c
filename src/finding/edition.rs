//! Which servers take any number of sessions.

use crate::auth::ntlm;
use crate::ledger::{Computer, Ledger, Server};
use crate::rap::ServerType;

/// The number of users of a server that takes any number (\[MS-SRVS\] 2.2.4.42).
pub(crate) const UNLIMITED: u32 = u32::MAX;

/// What server editions of Windows call themselves.
const SERVERS: &[&str] = &["Windows 5.2", "Windows 2003", "Windows Server"];

/// True if a server says that it counts its sessions against no limit: Samba, and the server editions of Windows, which
/// take as many as there are licences.
pub(crate) fn has_no_limit(ledger: &Ledger, server: &Server) -> bool {
    let computer = ledger.computer_of(server);
    let os = server.os.as_deref().unwrap_or_default();
    let announced = |it: &Computer| it.users == Some(UNLIMITED) || is_server_edition(it.server_type);
    ledger.is_samba(server)
        || computer.is_some_and(announced)
        || SERVERS.iter().any(|name| os.starts_with(name))
        || challenged(ledger, server)
}

/// True if the version in a server's NTLM challenge is that of server editions alone.
fn challenged(ledger: &Ledger, server: &Server) -> bool {
    ledger.windows_of(server).is_some_and(|told| told.windows.editions == ntlm::Editions::Server)
}

/// True for server editions, and for what is not Windows, none of which has a limit.
pub(crate) fn is_server_edition(of: ServerType) -> bool {
    let servers = ServerType::SERVER_NT
        | ServerType::DOMAIN_CTRL
        | ServerType::DOMAIN_BAKCTRL
        | ServerType::XENIX_SERVER
        | ServerType::CLUSTER_NT;
    of.intersects(servers)
}
