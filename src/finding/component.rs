//! Which component of the client made a session: what a network trace can say of it (KB 328459, More Information).

use crate::ledger::{Ledger, Session};
use crate::session::{OpenKind, ShareKind};

/// Which component opens a pipe. Names without regard to case.
const PIPES: &[(&str, &str)] = &[
    ("spoolss", "print spooler"),
    ("browser", "computer browser"),
    ("srvsvc", "share listing"),
    ("wkssvc", "workstation service"),
    ("lanman", "browsing"),
    ("lsarpc", "account lookup"),
    ("lsass", "account lookup"),
    ("samr", "account lookup"),
    ("netlogon", "domain logon"),
    ("winreg", "remote registry"),
    ("svcctl", "service control"),
    ("eventlog", "event viewer"),
    ("atsvc", "task scheduler"),
    ("netdfs", "distributed file system"),
    ("epmapper", "RPC endpoint mapper"),
    ("ntsvcs", "plug and play"),
    ("plugplay", "plug and play"),
    ("trkwks", "link tracking"),
    ("llsrpc", "license logging"),
    ("msgsvc", "messenger"),
    ("w32time", "time service"),
    ("efsrpc", "encrypted files"),
    ("tapsrv", "telephony"),
    ("router", "routing and remote access"),
    ("wins", "name service"),
    ("dnsserver", "DNS administration"),
    ("initshutdown", "remote shutdown"),
    ("sql\\query", "SQL client"),
];

/// The components that a session shows, each once: by the pipes it opened, by its calls of the remote administration
/// protocol, and by its shares.
#[must_use]
pub fn components(ledger: &Ledger, session: &Session) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut add = |component: &'static str| {
        if !found.contains(&component) {
            found.push(component);
        }
    };
    for open in ledger.opens_of(session).filter(|open| open.holds()) {
        // A pipe whose opening was not seen, or whose name cannot be read, goes by what is spoken on it.
        let Some(name) = open.readable_name().or(open.interface()) else { continue };
        let known = PIPES.iter().find(|(pipe, _)| name.eq_ignore_ascii_case(pipe));
        add(known.map_or("another program", |(_, component)| component));
    }
    if !session.rap_calls.is_empty() {
        add("browsing");
    }
    for tree in ledger.trees(session) {
        let files =
            tree.opens_ended > 0 || ledger.opens_in(session, tree).any(|open| open.what != OpenKind::Pipe);
        match tree.share {
            ShareKind::Print => add("printing"),
            ShareKind::Disk => add("files"),
            ShareKind::Unknown if files => add("files"),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::Made;
    use super::*;
    use crate::session::{EventKind, Notice, SessionId};

    #[test]
    fn a_pipe_whose_name_cannot_be_read_goes_by_its_interface() {
        let named = |name: &str| {
            let mut made = Made::new();
            made.null_session_alone(1);
            made.pipe_of(1, name);
            let ledger = made.ended_after(1.0);
            let (_, session) = ledger.sessions().next().unwrap();
            components(&ledger, session)
        };
        assert_eq!(named(r"\"), ["print spooler"]);
        assert_eq!(named("wkssvc"), ["workstation service"]);
        assert_eq!(named("mine"), ["another program"]);
    }

    #[test]
    fn pipes_calls_and_shares_name_the_component() {
        let mut made = Made::new();
        made.null_session(1);
        made.null_session_alone(2);
        made.tell(2, EventKind::Notice(Notice::Rap { session: SessionId::Uid(100), opcode: 104 }));
        made.null_session_alone(3);
        made.tree(3, r"\\PRNSRV\lp1", ShareKind::Print);
        made.null_session_alone(4);
        let ledger = made.ended_after(1.0);
        let found: Vec<_> = ledger.sessions().map(|(_, session)| components(&ledger, session)).collect();
        assert_eq!(found, [vec!["print spooler"], vec!["browsing"], vec!["printing"], vec![]]);
    }
}
