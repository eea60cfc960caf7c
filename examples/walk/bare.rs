//! The walk itself, which the benchmark `whole_path` goes too.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use etherparse::{LaxSlicedPacket, TransportSlice};
use pcap_parser::{Block, PcapBlockOwned, PcapError, create_reader};

const BUFFER: usize = 1 << 20;

/// The packets of a capture and the bytes of TCP payload in them.
pub(crate) fn walk(path: &Path) -> Result<(u64, u64), Box<dyn Error>> {
    // The parser's errors borrow its buffer, so they leave it as text.
    let mut reader = create_reader(BUFFER, File::open(path)?).map_err(|error| error.to_string())?;
    let (mut packets, mut payload) = (0_u64, 0_u64);
    loop {
        match reader.next() {
            Ok((size, block)) => {
                let data = match &block {
                    PcapBlockOwned::Legacy(record) => Some(record.data),
                    PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => Some(packet.data),
                    PcapBlockOwned::NG(Block::SimplePacket(packet)) => Some(packet.data),
                    PcapBlockOwned::NG(_) | PcapBlockOwned::LegacyHeader(_) => None,
                };
                if let Some(data) = data {
                    packets += 1;
                    payload += tcp_payload(data);
                }
                reader.consume(size);
            }
            Err(PcapError::Eof) => break,
            Err(PcapError::Incomplete(_)) => reader.refill().map_err(|error| error.to_string())?,
            Err(error) => return Err(error.to_string().into()),
        }
    }
    Ok((packets, payload))
}

/// The bytes of TCP payload in an Ethernet frame.
fn tcp_payload(frame: &[u8]) -> u64 {
    match LaxSlicedPacket::from_ethernet(frame).ok().and_then(|packet| packet.transport) {
        Some(TransportSlice::Tcp(tcp)) => tcp.payload().len() as u64,
        _ => 0,
    }
}
