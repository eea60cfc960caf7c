//! The file: Ethernet, IPv4 and TCP with timestamps, one record a packet.

use std::fs::File;
use std::io::{self, BufWriter, Write};

/// Microseconds from one packet to the next.
const PACE: u64 = 100;

/// A pcap that is being written.
pub(crate) struct Wire {
    file: BufWriter<File>,
    written: u64,
    clock: u64,
    packet: Vec<u8>,
}

/// The sequence numbers and addresses of one connection.
pub(crate) struct Tcp {
    client: u32,
    port: u16,
    server_port: u16,
    /// The next sequence number of client and server.
    next: [u32; 2],
}

/// Who sends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Client = 0,
    Server = 1,
}

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const PSH: u8 = 0x08;
const ACK: u8 = 0x10;

impl Wire {
    pub(crate) fn new(mut file: BufWriter<File>) -> io::Result<Self> {
        file.write_all(&0xa1b2_c3d4_u32.to_le_bytes())?;
        file.write_all(&[2, 0, 4, 0])?; // version
        file.write_all(&[0; 8])?; // time zone, accuracy
        file.write_all(&262_144_u32.to_le_bytes())?; // snapshot length
        file.write_all(&1_u32.to_le_bytes())?; // Ethernet
        Ok(Self { file, written: 24, clock: 1_036_504_985_000_000, packet: Vec::new() })
    }

    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    fn record(&mut self) -> io::Result<()> {
        self.clock += PACE;
        let length = (self.packet.len() as u32).to_le_bytes();
        self.file.write_all(&((self.clock / 1_000_000) as u32).to_le_bytes())?;
        self.file.write_all(&((self.clock % 1_000_000) as u32).to_le_bytes())?;
        self.file.write_all(&length)?;
        self.file.write_all(&length)?;
        self.file.write_all(&self.packet)?;
        self.written += 16 + self.packet.len() as u64;
        Ok(())
    }
}

impl Tcp {
    pub(crate) fn new(number: u32, server_port: u16) -> Self {
        let port = 1024 + (number % 60_000) as u16;
        Self { client: number, port, server_port, next: [number << 8, !number << 8] }
    }

    pub(crate) fn connect(&mut self, wire: &mut Wire) -> io::Result<()> {
        self.send(wire, From::Client, SYN, &[])?;
        self.send(wire, From::Server, SYN | ACK, &[])?;
        self.acknowledge(wire, From::Client)
    }

    pub(crate) fn disconnect(&mut self, wire: &mut Wire) -> io::Result<()> {
        self.send(wire, From::Client, FIN | ACK, &[])?;
        self.send(wire, From::Server, FIN | ACK, &[])?;
        self.acknowledge(wire, From::Client)
    }

    pub(crate) fn acknowledge(&mut self, wire: &mut Wire, from: From) -> io::Result<()> {
        self.send(wire, from, ACK, &[])
    }

    /// Sends an SMB message, framed.
    pub(crate) fn message(&mut self, wire: &mut Wire, from: From, message: &[u8]) -> io::Result<()> {
        let mut framed = (message.len() as u32).to_be_bytes().to_vec();
        framed.extend(message);
        self.send(wire, from, PSH | ACK, &framed)
    }

    fn send(&mut self, wire: &mut Wire, from: From, flags: u8, payload: &[u8]) -> io::Result<()> {
        let [_, a, b, c] = self.client.to_be_bytes();
        let (client, server) = ([10, a, b, c], [192, 168, 1, 10]);
        let (mine, theirs) = (self.next[from as usize], self.next[1 - from as usize]);
        let (source, destination, ports) = match from {
            From::Client => (client, server, [self.port, self.server_port]),
            From::Server => (server, client, [self.server_port, self.port]),
        };
        let clock = ((wire.clock / 1000) as u32).to_be_bytes();
        let packet = &mut wire.packet;
        packet.clear();
        packet.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00]); // Ethernet
        packet.extend([0x45, 0]);
        packet.extend((52 + payload.len() as u16).to_be_bytes());
        packet.extend([0, 0, 0x40, 0, 64, 6, 0, 0]); // do not fragment, TCP
        packet.extend(source);
        packet.extend(destination);
        packet.extend(ports.map(u16::to_be_bytes).as_flattened());
        packet.extend(mine.to_be_bytes());
        packet.extend(if flags & ACK == 0 { [0; 4] } else { theirs.to_be_bytes() });
        packet.extend([0x80, flags, 0xff, 0xff, 0, 0, 0, 0]);
        packet.extend([1, 1, 8, 10]); // timestamps
        packet.extend(clock);
        packet.extend(clock);
        packet.extend(payload);
        let phantom = u32::from(flags & (SYN | FIN) != 0);
        self.next[from as usize] = mine.wrapping_add(payload.len() as u32 + phantom);
        wire.record()
    }
}
