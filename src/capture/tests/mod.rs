//! Tests over captures built in memory.

mod build;

use std::io::{self, Cursor, Read};

use proptest::prelude::*;

use super::*;
use crate::wire::Timestamp;
use build::{To, block, enhanced, interface, obsolete, option, pcap, record, section, simple, statistics};

/// A packet that outlives its capture.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owned {
    origin: Origin,
    link: LinkType,
    data: Vec<u8>,
    length: u32,
}

/// All packets of a capture, and what is known of it at the end.
fn read(bytes: &[u8]) -> Result<(Vec<Owned>, Info), CaptureError> {
    let mut capture = Capture::from_reader(Cursor::new(bytes.to_vec()), "test")?;
    let mut packets = Vec::new();
    while let Some(packet) = capture.next()? {
        let Packet { origin, link, data, length } = packet;
        packets.push(Owned { origin, link, data: data.to_vec(), length });
    }
    assert!(capture.next()?.is_none(), "the end stays the end");
    Ok((packets, capture.info().clone()))
}

fn at(nanos: i64) -> Timestamp {
    Timestamp::from_nanos(nanos)
}

fn owned(frame: u64, nanos: i64, link: LinkType, data: &[u8], length: u32) -> Owned {
    Owned { origin: Origin { time: at(nanos), capture: 0, frame }, link, data: data.to_vec(), length }
}

/// Two packets, the second cut by the snapshot length.
fn small_pcap(to: To) -> Vec<u8> {
    [pcap(to, 0xa1b2_c3d4, 65_535, 1), record(to, 10, 1, b"first", 5), record(to, 11, 999_999, b"second", 60)]
        .concat()
}

/// All kinds of blocks, in two sections of different byte order.
fn small_pcapng() -> Vec<u8> {
    let (first, second) = (To::Little, To::Big);
    let resolution = [option(second, 9, &[0x80 | 20]), option(second, 14, &second.i64(100))].concat();
    [
        section(first),
        interface(first, 1, 0, &[]),
        interface(first, 113, 4, &option(first, 9, &[9])),
        enhanced(first, 0, 7_000_000, b"micros", 6),
        enhanced(first, 1, 8_000_000_001, b"nano", 80),
        simple(first, b"simple", 6),
        block(first, 0xbad, b"a custom block"),
        obsolete(first, 1, 9_000_000_000, b"obsolete"),
        statistics(first, 1, 12_000_000_000),
        section(second),
        interface(second, 101, 4, &resolution),
        enhanced(second, 0, (3 << 20) + (1 << 19), b"binary", 6),
        simple(second, b"snap", 90),
        statistics(second, 0, 4 << 20),
    ]
    .concat()
}

#[test]
fn reads_pcap_of_both_orders() {
    for to in [To::Little, To::Big] {
        let (packets, info) = read(&small_pcap(to)).unwrap();
        let first = owned(1, 10_000_001_000, LinkType::ETHERNET, b"first", 5);
        let second = owned(2, 11_999_999_000, LinkType::ETHERNET, b"second", 60);
        assert_eq!(packets, [first, second], "{to:?}");
        assert_eq!((info.packets, info.warnings.as_slice()), (2, &[][..]));
        assert_eq!(
            (info.first, info.last, info.end),
            (Some(at(10_000_001_000)), Some(at(11_999_999_000)), None)
        );
        assert_eq!(info.bytes_read, small_pcap(to).len() as u64);
    }
}

#[test]
fn reads_pcap_with_nanoseconds_a_frame_check_sequence_and_the_modified_header() {
    for to in [To::Little, To::Big] {
        let file = [pcap(to, 0xa1b2_3c4d, 0, 0x1400_0071), record(to, 1, 2, b"x", 1)].concat();
        assert_eq!(read(&file).unwrap().0, [owned(1, 1_000_000_002, LinkType::LINUX_SLL, b"x", 1)]);
    }
    let to = To::Little;
    let mut modified = record(to, 1, 2, b"xyz", 3);
    modified.splice(16..16, [0xee; 8]);
    let file = [pcap(to, 0xa1b2_cd34, 0, 1), modified].concat();
    assert_eq!(read(&file).unwrap().0, [owned(1, 1_000_002_000, LinkType::ETHERNET, b"xyz", 3)]);
}

#[test]
fn reads_pcapng_with_sections_interfaces_and_clocks_of_their_own() {
    let (packets, info) = read(&small_pcapng()).unwrap();
    let expected = [
        owned(1, 7_000_000_000, LinkType::ETHERNET, b"micros", 6),
        owned(2, 8_000_000_001, LinkType::LINUX_SLL, b"nano", 80),
        owned(3, 8_000_000_001, LinkType::ETHERNET, b"simple", 6),
        owned(4, 9_000_000_000, LinkType::LINUX_SLL, b"obsolete", 8),
        owned(5, 103_500_000_000, LinkType::RAW, b"binary", 6),
        owned(6, 103_500_000_000, LinkType::RAW, b"snap", 90),
    ];
    assert_eq!(packets, expected);
    assert_eq!((info.untimed, info.time_went_back, info.warnings.len()), (2, 0, 0));
    assert_eq!((info.last, info.end), (Some(at(103_500_000_000)), Some(at(104_000_000_000))));
}

/// What a cut leaves is a beginning of what there was: never a panic, never another packet, and never silence.
fn every_cut_gives_a_beginning(file: &[u8], borders: &[usize]) {
    let (whole, _) = read(file).unwrap();
    let mut before = 0;
    for end in 0..file.len() {
        let Ok((packets, info)) = read(&file[..end]) else {
            assert_eq!(before, 0, "a header that is read once is read always");
            continue;
        };
        assert!(packets.len() >= before, "cut at {end}");
        before = packets.len();
        for (packet, full) in packets.iter().zip(&whole) {
            assert!(full.data.starts_with(&packet.data), "cut at {end}");
            assert_eq!((packet.origin, packet.length), (full.origin, full.length));
        }
        assert_eq!(info.warnings.is_empty(), borders.contains(&end), "cut at {end}: {:?}", info.warnings);
    }
    assert_eq!(before, whole.len(), "the last packet is given as far as it is there");
}

#[test]
fn a_pcap_cut_at_any_byte_gives_what_is_there_and_says_so() {
    for to in [To::Little, To::Big] {
        every_cut_gives_a_beginning(&small_pcap(to), &[24, 45]);
    }
    let (packets, info) = read(&small_pcap(To::Little)[..63]).unwrap();
    assert_eq!(packets[1], owned(2, 11_999_999_000, LinkType::ETHERNET, b"se", 60));
    assert_eq!(info.warnings[0].to_string(), "cut short after packet 1, at byte 45");
    assert!(!info.has_unread_packets(), "nothing is behind the cut");
}

#[test]
fn a_pcapng_cut_at_any_byte_gives_what_is_there_and_says_so() {
    let file = small_pcapng();
    let mut borders = Vec::new();
    let mut at = 0;
    let mut big = false;
    while at < file.len() {
        big = if file[at..].starts_with(b"\n\r\r\n") { file[at + 8] == 0x1a } else { big };
        let size: [u8; 4] = file[at + 4..at + 8].try_into().unwrap();
        at += (if big { u32::from_be_bytes(size) } else { u32::from_le_bytes(size) }) as usize;
        borders.push(at);
    }
    every_cut_gives_a_beginning(&file, &borders);
}

/// The only warning of a capture.
fn warning(file: &[u8]) -> (usize, String) {
    let (packets, info) = read(file).unwrap();
    assert_eq!(info.warnings.len(), 1);
    assert!(info.has_unread_packets());
    (packets.len(), info.warnings[0].to_string())
}

#[test]
fn a_corrupt_middle_ends_the_capture_with_a_warning() {
    let to = To::Little;
    let mut file = small_pcap(to);
    file.extend(record(to, 12, 0, b"", 70));
    let size = file.len();
    file[size - 8..size - 4].copy_from_slice(&to.u32(0x7fff_ffff));
    file.extend([0; 100]);
    let expected = "corrupt, impossible captured length 0x7fffffff after packet 2, at byte 67";
    assert_eq!(warning(&file), (2, expected.to_owned()));

    let head = [section(to), interface(to, 1, 0, &[]), enhanced(to, 0, 1, b"x", 1)].concat();
    let mut unequal = enhanced(to, 0, 1, b"x", 1);
    *unequal.last_mut().unwrap() = 1;
    let mut long = enhanced(to, 0, 1, b"x", 1);
    long[20] = 200;
    let mut short = block(to, 99, b"");
    short[4] = 8;
    let mut order = section(to);
    order[8] = 0;
    for (tail, text) in [
        (unequal, "second block length"),
        (long, "captured length 0xc8"),
        (short, "block length 0x8"),
        (order, "byte-order magic 0x1a2b3c00"),
        (enhanced(to, 7, 1, b"x", 1), "interface 0x7"),
        (block(to, 6, b"four"), "block length"),
    ] {
        let (packets, found) = warning(&[head.clone(), tail, enhanced(to, 0, 1, b"y", 1)].concat());
        assert_eq!(packets, 1);
        assert!(found.contains(text) && found.contains("after packet 1"), "{found}");
    }
}

#[test]
fn a_packet_larger_than_the_buffer_is_read_and_one_larger_than_the_limit_is_passed_over() {
    let to = To::Little;
    let jumbo = vec![0x5a; 3 << 20];
    let file =
        [small_pcap(to), record(to, 12, 0, &jumbo, jumbo.len() as u32), record(to, 13, 0, b"z", 1)].concat();
    let (packets, info) = read(&file).unwrap();
    assert_eq!((packets.len(), packets[2].data == jumbo, info.warnings.len()), (4, true, 0));

    let giant = vec![0x5a; MAX_RECORD];
    let file = [
        section(to),
        interface(to, 1, 0, &[]),
        enhanced(to, 0, 1, &giant, giant.len() as u32),
        block(to, 0xbad, &giant),
        enhanced(to, 0, 2, b"z", 1),
    ]
    .concat();
    let (packets, info) = read(&file).unwrap();
    assert_eq!(packets, [owned(2, 2_000, LinkType::ETHERNET, b"z", 1)]);
    assert_eq!((info.packets, info.too_large), (2, 1));
    assert!(info.has_unread_packets());
    assert_eq!(
        info.warnings[0].to_string(),
        "packet of 67108912 bytes passed over before the first packet, at byte 48"
    );
}

#[test]
fn a_clock_that_goes_back_is_counted_and_the_order_kept() {
    let to = To::Little;
    let times = [10, 12, 11, 11, 13];
    let records: Vec<u8> = times.iter().flat_map(|time| record(to, *time, 0, b"x", 1)).collect();
    let (packets, info) = read(&[pcap(to, 0xa1b2_c3d4, 0, 1), records].concat()).unwrap();
    assert!(
        packets
            .iter()
            .map(|packet| packet.origin.time)
            .eq(times.map(|time| at(i64::from(time) * 1_000_000_000)))
    );
    assert_eq!(
        (info.time_went_back, info.first, info.last),
        (1, Some(packets[0].origin.time), Some(packets[4].origin.time))
    );
}

#[test]
fn what_is_no_capture_is_refused_in_one_line() {
    for (bytes, text) in [
        (&b""[..], "test: empty, not a capture"),
        (b"PK\x03\x04....", "test: neither pcap nor pcapng, it begins with 504b0304 (a ZIP archive)"),
        (b"no", "test: neither pcap nor pcapng, it begins with 6e6f"),
        (b"\xd4\xc3\xb2\xa1\x02\x00", "test: cut short inside the file header, after 6 bytes"),
        (b"\n\r\r\n\x1c\0\0\0xxxx", "test: neither pcap nor pcapng, it begins with 0a0d0d0a"),
    ] {
        assert_eq!(read(bytes).unwrap_err().to_string(), text);
    }
    let missing = Capture::open("/no/such/file.pcap").err().unwrap();
    assert_eq!(missing.to_string(), "/no/such/file.pcap: no such file");
    let directory = Capture::open(std::env::temp_dir()).err().unwrap();
    assert!(matches!(directory, CaptureError::Directory { .. }), "{directory}");
}

/// Gives its bytes one by one, interrupted now and then, and fails at the end.
struct Trickle(Cursor<Vec<u8>>, bool);

impl Read for Trickle {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        match self.0.read(&mut space[..1])? {
            0 => Err(io::Error::other("the disk is gone")),
            read => Ok(read),
        }
    }
}

#[test]
fn a_slow_reader_is_read_and_its_failure_is_told_once() {
    let trickle = Trickle(Cursor::new(small_pcap(To::Little)), false);
    let mut capture = Capture::from_reader(trickle, "-").unwrap();
    assert_eq!(capture.next().unwrap().unwrap().data, b"first");
    assert_eq!(capture.next().unwrap().unwrap().data, b"second");
    let error = capture.next().unwrap_err();
    assert_eq!(error.to_string(), "-: the disk is gone");
    assert!(std::error::Error::source(&error).is_some());
    assert!(capture.next().unwrap().is_none());
}

#[cfg(feature = "gzip")]
mod gzip {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn compress(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn is_read_by_content_of_any_number_of_members() {
        let file = small_pcapng();
        let (head, tail) = file.split_at(100);
        let compressed = [compress(head), compress(tail)].concat();
        let (packets, info) = read(&compressed).unwrap();
        assert_eq!(packets, read(&file).unwrap().0);
        assert_eq!((info.warnings.len(), info.bytes_read), (0, compressed.len() as u64));
    }

    #[test]
    fn cut_at_any_byte_or_followed_by_other_bytes_gives_what_is_there() {
        let compressed = compress(&small_pcap(To::Big));
        let mut before = 0;
        for end in 1..compressed.len() {
            let Ok((packets, info)) = read(&compressed[..end]) else { continue };
            assert!(packets.len() >= before && info.warnings.len() == 1, "cut at {end}");
            assert!(matches!(info.warnings[0].trouble, Trouble::Compression(_)));
            before = packets.len();
        }
        assert_eq!(before, 2);
        let (packets, info) = read(&[compressed, b"and more".to_vec()].concat()).unwrap();
        assert_eq!((packets.len(), info.warnings.len()), (2, 1));
        assert_eq!(read(&compress(b"")).unwrap_err().to_string(), "test: empty, not a capture");
    }
}

#[test]
fn a_timeline_merges_by_time_then_place_and_keeps_the_order_of_each_file() {
    let to = To::Little;
    let capture = |times: &[u32]| {
        let records: Vec<u8> =
            times.iter().flat_map(|time| record(to, *time, 0, &[*time as u8], 1)).collect();
        let file = [pcap(to, 0xa1b2_c3d4, 0, 1), records].concat();
        Capture::from_reader(Cursor::new(file), "test").unwrap()
    };
    let order = |captures: Vec<Capture>| {
        let mut timeline = Timeline::new(captures);
        let mut order = Vec::new();
        while let Some(packet) = timeline.next().unwrap() {
            assert_eq!(packet.origin.time, at(i64::from(packet.data[0]) * 1_000_000_000));
            order.push((packet.origin.capture, packet.origin.frame));
        }
        assert!(timeline.next().unwrap().is_none());
        assert_eq!(timeline.captures().map(|info| info.packets).sum::<u64>(), order.len() as u64);
        order
    };
    let merged = order(vec![capture(&[5, 7, 9]), capture(&[]), capture(&[5, 6, 2, 9]), capture(&[9])]);
    let expected = [(0, 1), (2, 1), (2, 2), (2, 3), (0, 2), (0, 3), (2, 4), (3, 1)];
    assert_eq!(merged, expected);
    assert_eq!(order(vec![capture(&[5, 4])]), [(0, 1), (0, 2)]);
    assert_eq!(order(vec![]), []);
}

#[test]
fn a_timeline_goes_on_after_a_failure_of_one_capture() {
    fn is_send(_: &impl Send) {}
    let broken = Capture::from_reader(Trickle(Cursor::new(small_pcap(To::Big)), false), "broken").unwrap();
    let sound = Capture::from_reader(Cursor::new(small_pcap(To::Little)), "sound").unwrap();
    let mut timeline = Timeline::new(vec![broken, sound]);
    is_send(&timeline);
    let mut seen = Vec::new();
    loop {
        match timeline.next() {
            Ok(Some(packet)) => seen.push((packet.origin.capture, packet.origin.frame)),
            Ok(None) => break,
            Err(error) => seen.push((u32::try_from(error.to_string().len()).unwrap(), 0)),
        }
    }
    let failure = "broken: the disk is gone".len() as u32;
    assert_eq!(seen, [(0, 1), (1, 1), (0, 2), (failure, 0), (1, 2)]);
}

proptest! {
    #[test]
    fn any_bytes_behind_a_header_are_read_or_refused_without_a_panic(
        tail in proptest::collection::vec(any::<u8>(), 0..200),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let to = To::Little;
        for head in [pcap(to, 0xa1b2_c3d4, 0, 1), small_pcap(To::Big), small_pcapng()] {
            let _ = read(&[head.as_slice(), &tail].concat());
            let mut flipped = head;
            for (index, value) in &flips {
                let place = index.index(flipped.len());
                flipped[place] = *value;
            }
            let _ = read(&flipped);
        }
    }
}
