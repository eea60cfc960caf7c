//! Captures built in memory.

/// The byte order to write in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum To {
    Little,
    Big,
}

impl To {
    pub(super) fn u16(self, value: u16) -> [u8; 2] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    pub(super) fn u32(self, value: u32) -> [u8; 4] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    pub(super) fn i64(self, value: i64) -> [u8; 8] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }
}

/// The file header of a pcap.
pub(super) fn pcap(to: To, magic: u32, snaplen: u32, network: u32) -> Vec<u8> {
    [
        to.u32(magic).as_slice(), // magic number
        &to.u16(2),               // version major
        &to.u16(4),               // version minor
        &to.u32(0),               // time zone
        &to.u32(0),               // accuracy
        &to.u32(snaplen),         // snapshot length
        &to.u32(network),         // link type
    ]
    .concat()
}

/// A record of a pcap.
pub(super) fn record(to: To, seconds: u32, fraction: u32, data: &[u8], length: u32) -> Vec<u8> {
    [
        to.u32(seconds).as_slice(), // time: seconds
        &to.u32(fraction),          // time: microseconds or nanoseconds
        &to.u32(data.len() as u32), // captured length
        &to.u32(length),            // length
        data,
    ]
    .concat()
}

/// A block of a pcapng.
pub(super) fn block(to: To, kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
    let size = to.u32((12 + body.len() + padding.len()) as u32);
    [&to.u32(kind), &size, body, &padding, &size].concat()
}

/// A Section Header Block.
pub(super) fn section(to: To) -> Vec<u8> {
    let body = [
        to.u32(0x1a2b_3c4d).as_slice(), // byte-order magic
        &to.u16(1),                     // version major
        &to.u16(0),                     // version minor
        &to.i64(-1),                    // section length: unknown
    ]
    .concat();
    block(to, 0x0a0d_0d0a, &body)
}

/// An option.
pub(super) fn option(to: To, code: u16, value: &[u8]) -> Vec<u8> {
    let padding = vec![0; value.len().next_multiple_of(4) - value.len()];
    [&to.u16(code), &to.u16(value.len() as u16), value, &padding].concat()
}

/// An Interface Description Block.
pub(super) fn interface(to: To, link: u16, snaplen: u32, options: &[u8]) -> Vec<u8> {
    let body = [
        to.u16(link).as_slice(), // link type
        &to.u16(0),              // reserved
        &to.u32(snaplen),        // snapshot length
        options,
    ]
    .concat();
    block(to, 1, &body)
}

/// The fixed part of an Enhanced Packet Block, and its data.
fn packet_body(to: To, interface: [u8; 4], ticks: u64, data: &[u8], length: u32) -> Vec<u8> {
    [
        interface.as_slice(),
        &to.u32((ticks >> 32) as u32), // timestamp, upper half
        &to.u32(ticks as u32),         // timestamp, lower half
        &to.u32(data.len() as u32),    // captured length
        &to.u32(length),               // original length
        data,
        &vec![0; data.len().next_multiple_of(4) - data.len()], // padding
    ]
    .concat()
}

/// An Enhanced Packet Block, with a comment as its option.
pub(super) fn enhanced(to: To, interface: u32, ticks: u64, data: &[u8], length: u32) -> Vec<u8> {
    let mut body = packet_body(to, to.u32(interface), ticks, data, length);
    body.extend(option(to, 1, b"comment"));
    body.extend(option(to, 0, b""));
    block(to, 6, &body)
}

/// An obsolete Packet Block.
pub(super) fn obsolete(to: To, interface: u16, ticks: u64, data: &[u8]) -> Vec<u8> {
    let interface = [to.u16(interface), to.u16(9)].concat().try_into().unwrap(); // interface, drops count
    block(to, 2, &packet_body(to, interface, ticks, data, data.len() as u32))
}

/// A Simple Packet Block.
pub(super) fn simple(to: To, data: &[u8], length: u32) -> Vec<u8> {
    block(to, 3, &[&to.u32(length), data].concat())
}

/// An Interface Statistics Block with its `isb_endtime`.
pub(super) fn statistics(to: To, interface: u32, end: u64) -> Vec<u8> {
    let end = [to.u32((end >> 32) as u32), to.u32(end as u32)].concat();
    let body = [
        to.u32(interface).as_slice(), // interface
        &[0; 8],                      // timestamp
        &option(to, 3, &end),         // isb_endtime
        &option(to, 0, b""),          // end of options
    ]
    .concat();
    block(to, 5, &body)
}
