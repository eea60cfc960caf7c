use super::super::{Capture, NullSessions, Options};
use crate::finding::testing::Made;
use crate::ledger::Ledger;
use crate::wire::{NtStatus, Status};

fn capture(ledger: &Ledger) -> Capture {
    Capture {
        path: "office.pcap".into(),
        packets: 12_345,
        last: ledger.end(),
        first: ledger.end(),
        ..Capture::default()
    }
}

fn text(ledger: &Ledger, options: Options) -> String {
    let text = NullSessions::new(ledger, vec![capture(ledger)], 0, options).text(80).to_string();
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "too long: {line}");
        assert_eq!(line, line.trim_end());
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    text
}

/// One of each verdict.
fn office() -> Ledger {
    let mut made = Made::new();
    made.null_session(1);
    made.call(1, 69, "RpcOpenPrinterEx");
    made.wait(60.0);
    made.null_session(2);
    made.native(2, "Windows 2002 2600", "Windows 5.1");
    made.handle(2);
    made.null_session_alone(3);
    made.null_session(4);
    made.handle(4);
    made.close_all(4);
    made.null_session(5);
    made.handle(5);
    made.close_pipe(5);
    made.disconnect(5);
    made.session_from_the_middle(6);
    made.handle(6);
    made.user_session(7);
    made.refuse(8, Status::Nt(NtStatus::REQUEST_NOT_ACCEPTED));
    made.deny(9);
    made.wait(7_800.0);
    made.null_session(10);
    made.server_seen(1);
    made.ended_after(0.5)
}

#[test]
fn show() {
    println!("{}", text(&office(), Options::default()));
    println!("{}", text(&office(), Options { all: true, limit: Some(10), ..Options::default() }));
    println!("{}", text(&Made::new().ended_after(0.0), Options::default()));
}
