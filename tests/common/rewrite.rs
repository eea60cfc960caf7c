//! Captures rewritten as networks and capturing do it: split, doubled, swapped, thinned out.

use super::Owned;

/// A small deterministic generator (xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn chance(&mut self, share: f64) -> bool {
        (self.next() >> 11) as f64 / ((1_u64 << 53) as f64) < share
    }
}

/// Every TCP segment split into segments of at most `size` payload bytes. Packets that are not whole TCP over IPv4 or
/// IPv6 stay as they are.
pub fn split(packets: &[Owned], size: usize) -> Vec<Owned> {
    packets.iter().flat_map(|packet| pieces(packet, size).unwrap_or_else(|| vec![packet.clone()])).collect()
}

fn pieces(packet: &Owned, size: usize) -> Option<Vec<Owned>> {
    let (ip, tcp, payload) = offsets(packet)?;
    let bytes = packet.data[payload.clone()].to_vec();
    if bytes.len() <= size {
        return None;
    }
    let seq = u32::from_be_bytes(packet.data[tcp + 4..tcp + 8].try_into().unwrap());
    let flags = packet.data[tcp + 13];
    let count = bytes.len().div_ceil(size);
    let made = bytes.chunks(size).enumerate().map(|(index, chunk)| {
        let mut data = packet.data[..payload.start].to_vec();
        data.extend_from_slice(chunk);
        let seq = seq.wrapping_add((index * size) as u32);
        data[tcp + 4..tcp + 8].copy_from_slice(&seq.to_be_bytes());
        if index + 1 < count {
            data[tcp + 13] = flags & !0x05; // FIN and RST belong to the last piece
        }
        if data[ip] >> 4 == 4 {
            let total = (data.len() - ip) as u16;
            data[ip + 2..ip + 4].copy_from_slice(&total.to_be_bytes());
        } else {
            let length = (data.len() - ip - 40) as u16;
            data[ip + 4..ip + 6].copy_from_slice(&length.to_be_bytes());
        }
        let length = data.len() as u32;
        Owned { data, length, ..packet.clone() }
    });
    Some(made.collect())
}

/// Where the IP header, the TCP header and the payload are, in a packet with nothing cut off.
fn offsets(packet: &Owned) -> Option<(usize, usize, core::ops::Range<usize>)> {
    let data = &packet.data;
    let ip = match packet.link.0 {
        0 | 108 => 4,
        1 => match u16::from_be_bytes([*data.get(12)?, *data.get(13)?]) {
            0x0800 | 0x86dd => 14,
            0x8100 | 0x88a8 => 18,
            _ => return None,
        },
        12 | 14 | 101 | 228 | 229 => 0,
        113 => 16,
        276 => 20,
        _ => return None,
    };
    let (tcp, end) = match data.get(ip)? >> 4 {
        4 if *data.get(ip + 9)? == 6 => {
            let total = usize::from(u16::from_be_bytes([data[ip + 2], data[ip + 3]]));
            (ip + usize::from(data[ip] & 0x0f) * 4, ip + total)
        }
        6 if *data.get(ip + 6)? == 6 => {
            let length = usize::from(u16::from_be_bytes([data[ip + 4], data[ip + 5]]));
            (ip + 40, ip + 40 + length)
        }
        _ => return None,
    };
    let payload = tcp + usize::from(data.get(tcp + 12)? >> 4) * 4;
    (payload <= end && end <= data.len()).then_some((ip, tcp, payload..end))
}

/// The services moved to ports of which nobody knows what they carry.
pub fn move_ports(packets: &[Owned]) -> Vec<Owned> {
    let moved = |packet: &Owned| {
        let mut packet = packet.clone();
        if let Some((_, tcp, _)) = offsets(&packet) {
            for port in [tcp, tcp + 2] {
                let moved = match u16::from_be_bytes([packet.data[port], packet.data[port + 1]]) {
                    known @ (139 | 445) => known + 20_000,
                    other => other,
                };
                packet.data[port..port + 2].copy_from_slice(&moved.to_be_bytes());
            }
        }
        packet
    };
    packets.iter().map(moved).collect()
}

/// Every packet twice.
pub fn double(packets: &[Owned]) -> Vec<Owned> {
    packets.iter().flat_map(|packet| [packet.clone(), packet.clone()]).collect()
}

/// Packets shuffled so that none comes further than `window` places from where it was.
pub fn shuffle(packets: &[Owned], window: usize, random: &mut Random) -> Vec<Owned> {
    let mut keyed: Vec<(usize, usize)> =
        (0..packets.len()).map(|place| (place + random.below(window + 1), place)).collect();
    keyed.sort();
    keyed.iter().map(|(_, place)| packets[*place].clone()).collect()
}

/// Every two neighbours swapped.
pub fn swap(packets: &[Owned]) -> Vec<Owned> {
    packets.chunks(2).flat_map(|pair| pair.iter().rev().cloned()).collect()
}

/// Packets left out at random, `burst` at a time.
pub fn lose(packets: &[Owned], share: f64, burst: usize, random: &mut Random) -> Vec<Owned> {
    let mut lost = 0;
    let mut lose = || {
        if lost == 0 && random.chance(share / burst as f64) {
            lost = burst;
        }
        let loses = lost > 0;
        lost -= usize::from(loses);
        loses
    };
    packets.iter().filter(|_| !lose()).cloned().collect()
}
