//! Who shares printers: the computers whose shares Method 2 of KB 328459 removes.

use std::collections::BTreeSet;

use super::Moment;
use crate::finding::{How, Printing};
use crate::ledger::Ledger;
use crate::net::Host;

/// A computer that shares printers.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PrinterShare<'a> {
    /// Its address, if that was seen.
    pub address: Option<Host>,
    /// Its name, if it told one.
    pub name: Option<&'a str>,
    /// The printer shares that were seen, by name.
    pub printers: Vec<&'a str>,
    /// What shows it: `announcement`, `server_enum`, `srvsvc`, `rap`, `tree_connect`, or of a computer that uses a
    /// printer of another one too, `open_printer`, `add_printer`, `back_channel`.
    pub seen_by: BTreeSet<&'static str>,
    /// The first sign of it.
    pub first_seen: Moment,
    /// The first sign of each kind, in the order of [`How`].
    #[cfg_attr(feature = "serde", serde(skip))]
    signs: Vec<(How, Moment)>,
    /// The null sessions that it has open as a client: it is these that go away with the share.
    pub null_sessions: usize,
}

impl PrinterShare<'_> {
    /// What shows it, in words: `a printer of it was opened, frame 21`. `frame` names a frame.
    pub fn shown_by(&self, frame: impl Fn(Moment) -> String) -> String {
        let told = self.signs.iter().map(|(how, at)| {
            let what = match how {
                How::OpenPrinter => "a printer of it was opened",
                How::AddPrinter => "a printer was added to it",
                How::TreeConnect => "its share of a printer was connected",
                How::Srvsvc | How::Rap => "a printer is in its list of shares",
                How::Announcement => "it announces that it shares printers",
                How::ServerEnum => "a list of computers says that it shares printers",
                How::BackChannel => "it opened a notification channel to a print client",
            };
            format!("{what}, {}", frame(*at))
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

/// The computers that share printers, those with null sessions of their own first.
pub(super) fn of(ledger: &Ledger) -> Vec<PrinterShare<'_>> {
    let printing = Printing::of(ledger);
    let shares = printing.sharers().filter_map(|sharer| {
        Some(PrinterShare {
            address: sharer.address,
            name: sharer.name,
            printers: sharer.printers().collect(),
            seen_by: sharer.seen_by().map(How::as_str).collect(),
            first_seen: sharer.first_seen()?.into(),
            signs: sharer.signs().map(|(how, at)| (how, at.into())).collect(),
            null_sessions: sharer.null_sessions,
        })
    });
    let mut shares: Vec<PrinterShare<'_>> = shares.collect();
    shares.sort_by_key(|share| {
        (core::cmp::Reverse(share.null_sessions), share.address.is_none(), share.address, share.name)
    });
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::testing::Made;
    use crate::rap::ServerType;
    use crate::session::{EventKind, Notice, ShareKind, Told};

    fn announced(made: &mut Made, name: &str, address: Option<&str>, shares_printers: bool) {
        let (name, address) = (name.to_owned(), address.map(|ip| ip.parse().unwrap()));
        let by = if address.is_some() { "announcement" } else { "server_enum" };
        let server_type = if shares_printers { ServerType::PRINTQ_SERVER } else { ServerType::WORKSTATION };
        let (version, users, comment) = ((5, 1), None, None);
        let told = Told { name, address, server_type, version, users, comment, by };
        made.tell(900, EventKind::Notice(Notice::Computer(told)));
    }

    #[test]
    fn announcements_listings_and_tree_connects_tell_who_shares_printers() {
        let mut made = Made::new();
        made.null_session(1);
        made.tree(1, r"\\PRNSRV\lp1", ShareKind::Print);
        announced(&mut made, "WS-21", Some("192.168.1.21"), true);
        announced(&mut made, "WS-30", Some("192.168.1.30"), false);
        announced(&mut made, "WS-40", None, true);
        let ledger = made.ended_after(1.0);
        let shares = of(&ledger);
        let told: Vec<_> = shares
            .iter()
            .map(|share| (share.name.unwrap(), share.printers.clone(), share.null_sessions))
            .collect();
        assert_eq!(told, [("WS-21", vec![], 1), ("PRNSRV", vec!["lp1"], 0), ("WS-40", vec![], 0)]);
        assert_eq!(shares[1].seen_by, BTreeSet::from(["tree_connect"]));
    }

    /// WS-21 has a null session with a printer of PRNSRV, and PRNSRV opens a printer of WS-21, or of another.
    fn shared_by(address: &str) -> Vec<(Option<String>, Vec<String>, usize)> {
        let mut made = Made::new();
        made.null_session(1);
        made.handle(1);
        made.server = crate::net::Endpoint::new(address.parse().unwrap(), 139);
        made.client_ip = "192.168.1.10".parse().unwrap();
        (made.machine, made.printer) = (r"\\PRNSRV".to_owned(), "laser".to_owned());
        made.user_session(2);
        made.handle(2);
        let ledger = made.ended_after(1.0);
        let shares = of(&ledger);
        let told = shares.iter().map(|share| {
            let printers = share.printers.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(share.seen_by, BTreeSet::from(["open_printer"]));
            (share.name.map(str::to_owned), printers, share.null_sessions)
        });
        told.collect()
    }

    #[test]
    fn a_client_with_null_sessions_whose_printers_others_open_is_listed_and_a_print_server_is_not() {
        let ws_21 = (Some("WS-21".to_owned()), vec!["laser".to_owned()], 1);
        assert_eq!(shared_by("192.168.1.21"), [ws_21]);
        assert_eq!(shared_by("192.168.1.30"), []);
    }

    #[test]
    fn what_shows_a_share_is_told_in_words_with_its_frame() {
        let at = Moment { time: crate::wire::Timestamp::default(), capture: 0, frame: 46 };
        let share = PrinterShare {
            address: None,
            name: None,
            printers: Vec::new(),
            seen_by: BTreeSet::new(),
            first_seen: at,
            signs: vec![(How::OpenPrinter, at), (How::BackChannel, at)],
            null_sessions: 0,
        };
        let said = "a printer of it was opened, frame 46; it opened a notification channel to a print client, frame 46";
        assert_eq!(share.shown_by(|at| format!("frame {}", at.frame)), said);
    }
}
