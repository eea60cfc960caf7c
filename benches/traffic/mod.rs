//! Traffic of many clients, made byte by byte: SMB2 and SMB1 on files, and RPC over pipes, in small frames with pure
//! acknowledgments among them. Nothing in it is random from run to run.

mod client;
mod rpc;
mod smb1;
mod smb2;
mod wire;

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use client::{Client, Kind};
use wire::Wire;

/// Clients that are connected at a time.
const CLIENTS: usize = 400;

/// What was made.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// SMB sessions.
    pub(crate) sessions: u64,
    /// Printer handles that nobody closed.
    pub(crate) open_handles: u64,
}

/// Writes a pcap of at least `size` bytes.
pub(crate) fn write(path: &Path, size: u64) -> io::Result<Made> {
    let mut wire = Wire::new(BufWriter::with_capacity(1 << 20, File::create(path)?))?;
    let mut made = Made::default();
    let mut next = 0;
    let mut connect = |made: &mut Made| {
        next += 1;
        made.sessions += 1;
        // Of ten clients seven speak SMB2, one SMB1, and two print by RPC.
        let kind = match next % 10 {
            0..7 => Kind::Smb2,
            7 => Kind::Smb1,
            _ => Kind::Rpc,
        };
        Client::new(kind, next)
    };
    let mut clients: Vec<Client> = (0..CLIENTS).map(|_| connect(&mut made)).collect();
    let mut dice = 1_u64;
    while wire.written() < size {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let client = &mut clients[(dice >> 33) as usize % CLIENTS];
        if client.go_on(&mut wire)? {
            *client = connect(&mut made);
        }
    }
    for mut client in clients {
        // Who has not come as far as its session gets there; the others stay as they are.
        while !client.is_set_up() {
            client.go_on(&mut wire)?;
        }
        made.open_handles += client.open_handles();
    }
    wire.flush()?;
    Ok(made)
}
