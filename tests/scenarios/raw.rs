//! Raw reads and writes of SMB1: their data are messages without a header.

use crate::rpc::{NDR, handle};
use crate::smb1::*;
use crate::wire::Carrier as _;
use crate::wire::End::{Client, Server};
use crate::wire::{Tcp, Wire};

const HELD: &str = r"
    null 41: leaked
      tree IPC$
        pipe spoolss
          handle 1 \\SRV\lp1";

/// A null session with a bound pipe, on a connection of either kind of port.
fn hold_pipe(tcp: Tcp<'_>) -> Smb1<Tcp<'_>> {
    let smb = Smb1::on(tcp);
    smb.hold_pipe();
    smb
}

fn open_printer() -> Vec<u8> {
    NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\SRV\lp1"))
}

fn granted() -> Vec<u8> {
    NDR.response(2, 0, &NDR.handle_and(handle(1), 0))
}

/// The client goes on, and stays.
fn go_on(wire: &Wire, smb: &Smb1<Tcp<'_>>) {
    smb.echo();
    wire.wait(100.0);
    smb.tcp.ack(Server);
}

#[test]
fn what_a_raw_read_gives_is_the_pipes() {
    let wire = Wire::new();
    let smb = hold_pipe(wire.connect_by(21, 1050, 10, 139));
    smb.write(7, 0, &open_printer());
    smb.ask(&[read_raw(7)]);
    smb.tcp.message(Server, &granted());
    go_on(&wire, &smb);
    wire.tells(HELD);
}

#[test]
fn a_raw_read_that_fails_gives_nothing_and_the_next_one_does() {
    let wire = Wire::new();
    let smb = hold_pipe(wire.connect(21, 10));
    smb.write(7, 0, &open_printer());
    smb.ask(&[read_raw(7)]);
    smb.tcp.message(Server, b"");
    let answer = granted();
    let asked = smb.ask_read(7);
    smb.read(asked, BUFFER_OVERFLOW, &answer[..20]);
    smb.ask(&[read_raw(7)]);
    smb.tcp.message(Server, &answer[20..]);
    go_on(&wire, &smb);
    wire.tells(HELD);
}

#[test]
fn a_raw_write_goes_to_the_pipe_with_and_without_its_first_bytes() {
    for first in [0, 5, 30] {
        for interim_seen in [true, false] {
            let wire = Wire::new();
            let smb = hold_pipe(wire.connect(21, 10));
            let request = open_printer();
            let asked = smb.ask(&[write_raw(7, request.len(), &request[..first])]);
            let interim = || smb.answer(asked, OK, &[write_raw_answer(WRITE_RAW)]);
            if interim_seen {
                interim()
            } else {
                wire.unseen(interim)
            };
            smb.tcp.message(Client, &request[first..]);
            smb.answer(Asked { command: WRITE_COMPLETE, ..asked }, OK, &[write_raw_answer(WRITE_COMPLETE)]);
            let asked = smb.ask_read(7);
            smb.read(asked, OK, &granted());
            go_on(&wire, &smb);
            if interim_seen {
                wire.tells(HELD);
            } else {
                // An answer is missing, which could have ended nothing that is held.
                assert!(wire.story().contains(r"handle 1 \\SRV\lp1"), "{}", wire.story());
            }
        }
    }
}

#[test]
fn a_raw_write_that_the_server_refuses_has_no_data_and_its_call_is_none() {
    let wire = Wire::new();
    let smb = hold_pipe(wire.connect(21, 10));
    let request = open_printer();
    let asked = smb.ask(&[write_raw(7, request.len() + 1, &request)]);
    smb.fail(Asked { command: WRITE_COMPLETE, ..asked }, PIPE_DISCONNECTED);
    smb.close(7);
    smb.log_off();
    smb.tcp.end();
    wire.tells(
        "null 41 (own_close): closed
          tree IPC$ (connection_end)
            pipe spoolss (own_close)",
    );
}

#[test]
fn a_raw_read_of_a_file_is_passed_over() {
    let wire = Wire::new();
    let smb = Smb1::on(wire.connect(21, 10));
    smb.hold_printer();
    let asked = smb.ask_tree(r"\\SRV\data", "A:");
    smb.tree_connected(asked, 2, "A:");
    let asked = smb.ask_create("file.bin");
    smb.answer(asked, OK, &[create_answer(9, 0)]);
    for length in [1, 3, 4, 20_000] {
        smb.ask(&[read_raw(9)]);
        smb.tcp.message(Server, &vec![b'f'; length]);
    }
    smb.ask(&[read_raw(9)]);
    smb.tcp.miss(4 + 500, 4000);
    smb.tcp.message(Server, &[b'f'; 20_000]);
    go_on(&wire, &smb);
    assert_eq!(wire.verdicts(), ["leaked"], "a hole in the data of a file hides nothing");
}

#[test]
fn what_begins_as_nothing_does_is_no_message_where_no_raw_data_are_due() {
    let wire = Wire::new();
    let smb = hold_pipe(wire.connect(21, 10));
    smb.write(7, 0, &open_printer());
    smb.ask(&[read_raw(7)]);
    // The server answers with a header, and what comes then is due no more.
    smb.echo();
    smb.tcp.message(Server, &granted());
    go_on(&wire, &smb);
    assert!(!wire.story().contains("handle 1"), "{}", wire.story());
}
