use core::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;
use crate::error::{Layer, ParseError, Reason};

/// `FILESRV` with suffix 0x20, padded with spaces.
const CALLED: &[u8] = b"\
    \x20\
    EGEJEMEFFDFCFGCACACACACACACACACA\
    \x00";

/// `WS-21` with suffix 0x00, in the scope `NETBIOS.COM`.
const CALLING: &[u8] = b"\
    \x20\
    FHFDCNDCDBCACACACACACACACACACAAA\
    \x07NETBIOS\
    \x03COM\
    \x00";

fn session_request() -> Vec<u8> {
    let mut bytes = b"\x81\0\0".to_vec(); // TYPE, FLAGS, LENGTH
    bytes.push((CALLED.len() + CALLING.len()) as u8);
    bytes.extend(CALLED);
    bytes.extend(CALLING);
    bytes
}

#[test]
fn a_session_request_holds_both_names() {
    let bytes = session_request();
    let (payload, header) = Header::parse(&bytes).unwrap();
    assert_eq!(header, Header { kind: PacketType::SESSION_REQUEST, length: 80 });
    let request = SessionRequest::parse(payload).unwrap();
    assert_eq!(request.called.to_string(), "FILESRV<20>");
    assert_eq!(
        request.calling,
        Name { scope: "NETBIOS.COM".into(), ..Name::from_bytes(*b"WS-21          \0") }
    );
    assert_eq!((request.called.service(), request.called.bytes[15]), (Some("file server"), 0x20));
    assert_eq!(request.calling.to_string(), "WS-21<00>.NETBIOS.COM");
    for length in 0..payload.len() {
        let error = SessionRequest::parse(&payload[..length]).unwrap_err();
        assert!(matches!(error.reason, Reason::Truncated { .. }) && error.offset <= length, "{error}");
        assert!(!error.is_unnamed(), "{error}");
        let called = Name::parse(&payload[..length]).map(|(rest, name)| (rest.len(), name));
        assert_eq!(called.ok(), (length >= 34).then(|| (length - 34, request.called.clone())));
    }
}

#[test]
fn a_name_that_is_none_says_where() {
    let error = |bytes: &[u8]| ParseError::from(Name::parse(bytes).unwrap_err());
    let bad = |offset, field, value| ParseError {
        layer: Layer::NetBios,
        offset,
        reason: Reason::BadValue { field, value },
    };
    assert_eq!(error(b"\x10EG"), bad(0, "NAME length", 16));
    assert_eq!(error(b"\x20EGEJEMEFFDFCFGCACACACACACACACAZA\0"), bad(1, "NAME", 0x5a41));
    let mut pointer = CALLED[..33].to_vec();
    pointer.extend([0xc0, 0x0c]);
    assert_eq!(error(&pointer), bad(33, "SCOPE", 0xc0));
    let mut endless = CALLED[..33].to_vec();
    endless.extend(b"\x01x".repeat(500));
    assert_eq!(error(&endless).reason, Reason::TooDeep { field: "SCOPE" });
}

#[test]
fn responses_hold_a_reason_or_another_place() {
    assert_eq!(NegativeReason::parse(&[0x83]), Ok(NegativeReason::INSUFFICIENT_RESOURCES));
    assert_eq!(NegativeReason::parse(&[0x8f]).unwrap().to_string(), "unspecified error");
    assert!(NegativeReason::parse(&[]).is_err());
    let limits: Vec<u8> = (0..=0xff).filter(|code| NegativeReason(*code).is_limit()).collect();
    assert_eq!(limits, [0x83, 0x8f], "that a name is not present is no limit");
    let payload = [
        192, 0, 2, 9, // RETARGET_IP_ADDRESS
        0, 139, // PORT
    ];
    let retarget = Retarget { address: Ipv4Addr::new(192, 0, 2, 9), port: 139 };
    assert_eq!(Retarget::parse(&payload), Ok(retarget));
    for length in 0..payload.len() {
        assert!(!Retarget::parse(&payload[..length]).unwrap_err().is_unnamed());
    }
}

#[test]
fn headers_have_17_and_24_bits_of_length() {
    assert_eq!(Header::parse(&[0, 1, 0, 2]).unwrap().1.length, 0x1_0002);
    assert_eq!(
        Header::parse(&[0, 0xff, 0xff, 0xff, 9]).unwrap(),
        (&[9][..], Header { kind: PacketType::SESSION_MESSAGE, length: 0x00ff_ffff })
    );
    for length in 0..4 {
        assert!(!ParseError::from(Header::parse(&[0; 4][..length]).unwrap_err()).is_unnamed());
    }
}

#[test]
fn smb_is_told_by_few_bytes() {
    let request = session_request();
    let smb2 = message(0xfe, 100, 0);
    let yes: [&[u8]; 7] = [
        &request,
        &smb2,
        b"\0\0\0\x23\xffSMB",
        b"\x82\0\0\0",
        b"\x83\0\0\x01",
        b"\x84\0\0\x06",
        b"\x85\0\0\0",
    ];
    for bytes in yes {
        assert_eq!(looks_like_smb(bytes), Some(true), "{bytes:?}");
        for length in 0..bytes.len() {
            assert_ne!(looks_like_smb(&bytes[..length]), Some(false), "{length} of {bytes:?}");
        }
        let enough = &bytes[..bytes.len().min(8)];
        assert_eq!(looks_like_smb(enough), Some(true));
    }
    let no: [&[u8]; 9] = [
        b"GET / HTTP/1.1",
        b"\x16\x03\x01",
        b"\x05\x00\x0b\x03",  // DCE/RPC over TCP
        b"\0\0\0\x20\xfeSMC", // another magic number
        b"\0\0\0\x20\x04",    // LDAP, TNS and others begin with their length too
        b"\0\0\0\0",          // an empty message
        b"\x81\0\0\x43\x20",  // too short for two names
        b"\x81\0\0\x48\x21",  // a name of 33 letters
        b"\x85\0\0\x01",      // a keep-alive has no payload
    ];
    for bytes in no {
        assert_eq!(looks_like_smb(bytes), Some(false), "{bytes:?}");
    }
    assert_eq!(looks_like_smb(b""), None);
}

/// A message of `length` bytes of payload that begins with a magic number; its other bytes are no zeros.
fn message(magic: u8, length: usize, tag: u8) -> Vec<u8> {
    let mut bytes = (length as u32).to_be_bytes().to_vec();
    bytes.extend([magic, b'S', b'M', b'B']);
    bytes.extend((8..length + 4).map(|place| (place as u8).wrapping_add(tag) | 1));
    if magic == 0xfe && length >= 6 {
        bytes[8..10].copy_from_slice(&[64, 0]); // StructureSize
    }
    bytes
}

fn packet(kind: PacketType, payload: &[u8]) -> Vec<u8> {
    let mut bytes = (payload.len() as u32).to_be_bytes().to_vec();
    bytes[0] = kind.0;
    bytes.extend(payload);
    bytes
}

/// What a framer told, owned.
#[derive(Debug, Clone, PartialEq)]
enum Told {
    Frame { kind: PacketType, length: usize, payload: Vec<u8>, damaged: bool },
    Gap { bytes: u64, inside: bool },
    Junk(u64),
}

impl Told {
    fn of(framed: Framed<'_>) -> Self {
        match framed {
            Framed::Frame(Frame { kind, length, payload, damaged }) => {
                Self::Frame { kind, length, payload: payload.to_vec(), damaged }
            }
            Framed::Gap { bytes, inside } => Self::Gap { bytes, inside },
            Framed::Junk { bytes } => Self::Junk(bytes),
        }
    }

    /// The frame that stands whole in `bytes`.
    fn whole(bytes: &[u8]) -> Self {
        let (payload, header) = Header::parse(bytes).unwrap();
        assert_eq!(payload.len(), header.length as usize);
        Self::Frame { kind: header.kind, length: payload.len(), payload: payload.to_vec(), damaged: false }
    }
}

/// A piece of a stream: data, or a gap.
enum Piece<'a> {
    Data(&'a [u8]),
    Gap(u64),
}

fn run<'a>(start_seen: bool, wanted: usize, pieces: impl IntoIterator<Item = Piece<'a>>) -> Vec<Told> {
    let mut told = Vec::new();
    let mut framer = Framer::new(start_seen);
    let mut out = |framed: Framed<'_>| told.push(Told::of(framed));
    for piece in pieces {
        match piece {
            Piece::Data(bytes) => framer.data(
                bytes,
                &mut |head| {
                    assert!(head.len() <= HEAD);
                    (begins_with_magic(head) == Some(true)).then_some(wanted)
                },
                &mut out,
            ),
            Piece::Gap(bytes) => framer.gap(bytes, &mut out),
        }
    }
    framer.flush(&mut out);
    told
}

fn singly(bytes: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    bytes.chunks(1).map(Piece::Data)
}

/// Six frames of one side, and what they are.
fn frames() -> Vec<Vec<u8>> {
    vec![
        session_request(),
        message(0xff, 35, 0),
        packet(PacketType::SESSION_KEEP_ALIVE, b""),
        message(0xfe, 180, 7),
        message(0xfd, 52, 3),
        message(0xfc, 4, 0),
    ]
}

#[test]
fn every_split_gives_the_same_frames() {
    let frames = frames();
    let stream = frames.concat();
    let truth: Vec<Told> = frames.iter().map(|frame| Told::whole(frame)).collect();
    assert_eq!(run(true, usize::MAX, [Piece::Data(&stream)]), truth);
    assert_eq!(run(true, usize::MAX, singly(&stream)), truth);
    for first in 0..=stream.len() {
        for second in (first..=stream.len()).step_by(3).chain([first, stream.len()]) {
            let (before, middle, after) = (&stream[..first], &stream[first..second], &stream[second..]);
            let told = run(true, usize::MAX, [before, middle, after].map(Piece::Data));
            assert_eq!(told, truth, "split at {first} and {second}");
        }
    }
}

#[test]
fn a_whole_frame_is_lent() {
    let stream = message(0xfe, 200, 0);
    let mut framer = Framer::new(true);
    let mut lent = false;
    framer.data(&stream, &mut |_| panic!("not asked"), &mut |framed| {
        lent = matches!(framed, Framed::Frame(frame) if frame.payload.as_ptr() == stream[4..].as_ptr());
    });
    assert!(lent && framer.held_bytes() == 0);
}

#[test]
fn other_packets_and_empty_messages_stand_between_messages() {
    let frames = [
        packet(PacketType::POSITIVE_SESSION_RESPONSE, b""),
        packet(PacketType::SESSION_MESSAGE, b""),
        message(0xff, 40, 0),
        packet(PacketType::SESSION_MESSAGE, b""),
        packet(PacketType::SESSION_KEEP_ALIVE, b""),
        packet(PacketType::NEGATIVE_SESSION_RESPONSE, &[0x8f]),
        packet(PacketType::RETARGET_SESSION_RESPONSE, &[192, 0, 2, 9, 0, 139]),
    ];
    let truth: Vec<Told> = [0, 2, 4, 5, 6].map(|index: usize| Told::whole(&frames[index])).to_vec();
    let stream = frames.concat();
    assert_eq!(run(true, usize::MAX, [Piece::Data(&stream)]), truth);
    assert_eq!(run(true, usize::MAX, singly(&stream)), truth);
    let mut framer = Framer::new(true);
    framer.data(&stream, &mut |_| None, &mut |_| {});
    assert_eq!(framer.counts(), FramerCounts { frames: 5, empty: 2, ..FramerCounts::default() });
}

#[test]
fn raw_data_are_a_frame_where_they_are_due() {
    let raw: Vec<Vec<u8>> = [&b""[..], b"r", b"raw", b"\x05\0\x02\x03raw", &[7; 300]]
        .map(|payload| packet(PacketType::SESSION_MESSAGE, payload))
        .to_vec();
    for raw in raw {
        let frames =
            [message(0xff, 40, 0), raw.clone(), message(0xff, 40, 1), raw.clone(), message(0xff, 40, 2)];
        let stream = frames.concat();
        // The first is due and the second is not.
        for sizes in 1..60 {
            let (mut told, due) = (Vec::new(), core::cell::Cell::new(true));
            let mut framer = Framer::new(true);
            for piece in stream.chunks(sizes) {
                let mut wanted = |head: &[u8]| match begins_with_magic(head) {
                    Some(true) => Some(usize::MAX),
                    _ => due.get().then_some(usize::MAX),
                };
                framer.data(piece, &mut wanted, &mut |framed| {
                    if matches!(framed, Framed::Frame(frame) if begins_with_magic(frame.payload) != Some(true)) {
                        due.set(false);
                    }
                    told.push(Told::of(framed));
                });
            }
            let mut truth: Vec<Told> = [0, 1, 2, 4].map(|place: usize| Told::whole(&frames[place])).to_vec();
            if raw.len() > Header::SIZE {
                truth.insert(3, Told::Junk(raw.len() as u64));
            }
            assert_eq!(told, truth, "{raw:?} in pieces of {sizes}");
        }
    }
}

#[test]
fn what_is_not_wanted_is_not_collected() {
    let stream = message(0xff, 60_000, 0);
    for wanted in [0, 1, 63, HEAD - 1, HEAD, HEAD + 1, 5000, 60_000, usize::MAX] {
        let mut framer = Framer::new(true);
        let mut told = Vec::new();
        let mut asked = 0;
        for chunk in stream.chunks(1460) {
            framer.data(
                chunk,
                &mut |head| {
                    assert_eq!(head, &stream[4..4 + HEAD]);
                    asked += 1;
                    Some(wanted)
                },
                &mut |framed| told.push(Told::of(framed)),
            );
            assert!(framer.held_bytes() <= 2 * wanted.clamp(HEAD, 60_000));
        }
        assert_eq!(asked, 1);
        let payload = stream[4..4 + wanted.min(60_000)].to_vec();
        let kind = PacketType::SESSION_MESSAGE;
        assert_eq!(told, [Told::Frame { kind, length: 60_000, payload, damaged: false }]);
        assert!(framer.held_bytes() <= 1024, "an idle connection holds little");
    }
}

#[test]
fn more_than_the_cap_is_damage() {
    let stream = message(0xfe, MAX_COLLECTED + 10, 0);
    for (wanted, damaged) in [(usize::MAX, true), (MAX_COLLECTED + 1, true), (MAX_COLLECTED, false)] {
        let told = run(true, wanted, stream.chunks(1 << 16).map(Piece::Data));
        let payload = stream[4..4 + MAX_COLLECTED].to_vec();
        let kind = PacketType::SESSION_MESSAGE;
        assert!(told == [Told::Frame { kind, length: MAX_COLLECTED + 10, payload, damaged }]);
    }
}

/// What must be told of `frames` if the bytes from `from` to `to` of their stream are missing.
fn truth_of_gap(frames: &[Vec<u8>], from: usize, to: usize, wanted: usize) -> Vec<Told> {
    let gap = |inside| Told::Gap { bytes: (to - from) as u64, inside };
    let mut told = Vec::new();
    let mut junk = None;
    let mut start = 0;
    for frame in frames {
        let end = start + frame.len();
        let payload = &frame[4..];
        let length = payload.len();
        let asked = |present: usize| present >= length.min(HEAD);
        if junk.is_none() && end <= from || junk.is_none() && start >= to {
            told.push(Told::whole(frame));
        } else if junk.is_none() && from >= start + 4 {
            // The gap begins inside this frame.
            let present = from - start - 4;
            let damaged = !asked(present) || present < wanted.min(length);
            let payload = if damaged { &payload[..present] } else { &payload[..wanted.min(length)] };
            let kind = PacketType(frame[0]);
            let cut = Told::Frame { kind, length, payload: payload.to_vec(), damaged };
            if to <= end {
                told.extend([gap(true), cut]);
            } else {
                told.extend([cut, gap(false)]);
                junk = Some(0);
            }
        } else if junk.is_none() {
            told.push(gap(false));
            junk = Some(from - start + end.saturating_sub(to));
        } else if let Some(skipped) = junk {
            if start >= to && frame[0] == 0 {
                if skipped > 0 {
                    told.push(Told::Junk(skipped as u64));
                }
                told.push(Told::whole(frame));
                junk = None;
            } else {
                junk = Some(skipped + end.saturating_sub(to.max(start)));
            }
        }
        start = end;
    }
    told.extend(junk.filter(|junk| *junk > 0).map(|junk| Told::Junk(junk as u64)));
    told
}

#[test]
fn after_every_gap_the_frames_are_right() {
    let frames = frames();
    let stream = frames.concat();
    for from in 0..stream.len() {
        for length in [1, 2, 3, 4, 5, 8, 30, 52, 90, 200, 1000] {
            let to = (from + length).min(stream.len());
            let truth = truth_of_gap(&frames, from, to, usize::MAX);
            let (before, after) = (&stream[..from], &stream[to..]);
            let gap = || Piece::Gap((to - from) as u64);
            let told = run(true, usize::MAX, [Piece::Data(before), gap(), Piece::Data(after)]);
            assert_eq!(told, truth, "gap from {from} to {to}");
            let told = run(true, usize::MAX, singly(before).chain([gap()]).chain(singly(after)));
            assert_eq!(told, truth, "gap from {from} to {to}, in single bytes");
        }
    }
}

#[test]
fn a_gap_in_what_is_not_wanted_does_no_damage() {
    let frames = [message(0xff, 40, 0), message(0xfe, 300, 1), message(0xfe, 80, 2)];
    let stream = frames.concat();
    for from in 48..48 + 300 {
        for length in [1, 20, 100, 299] {
            let to = (from + length).min(stream.len());
            // Two pieces: were it one, the frames in it would be lent whole.
            let told = run(
                true,
                150,
                [Piece::Data(&stream[..from]), Piece::Gap((to - from) as u64), Piece::Data(&stream[to..])],
            );
            assert_eq!(told, truth_of_gap(&frames, from, to, 150), "gap from {from} to {to}");
        }
    }
}

#[test]
fn two_gaps_in_one_frame_are_one_damage() {
    let stream = [message(0xff, 100, 0), message(0xff, 40, 1)].concat();
    let told = run(
        true,
        usize::MAX,
        [
            Piece::Data(&stream[..20]),
            Piece::Gap(10),
            Piece::Data(&stream[30..50]),
            Piece::Gap(54),
            Piece::Data(&stream[104..]),
        ],
    );
    let kind = PacketType::SESSION_MESSAGE;
    assert_eq!(
        told,
        [
            Told::Gap { bytes: 10, inside: true },
            Told::Gap { bytes: 54, inside: true },
            Told::Frame { kind, length: 100, payload: stream[4..20].to_vec(), damaged: true },
            Told::whole(&stream[104..]),
        ]
    );
}

#[test]
fn without_the_start_a_session_request_is_found() {
    for cut in 0..session_request().len() {
        let mut stream = b"\x81\0\0\x81rest of something\0\0".to_vec();
        let junk = stream.len();
        stream.extend(session_request());
        let (before, after) = stream.split_at(junk + cut);
        let told = run(false, usize::MAX, [before, after].map(Piece::Data));
        assert_eq!(told.first(), Some(&Told::Junk(junk as u64)), "cut at {cut}");
        assert!(matches!(told[1], Told::Frame { kind: PacketType::SESSION_REQUEST, damaged: false, .. }));
    }
}

#[test]
fn without_the_start_the_first_message_is_found() {
    let frames = [message(0xfe, 80, 0), packet(PacketType::SESSION_KEEP_ALIVE, b""), message(0xff, 40, 0)];
    let decoys: [&[u8]; 6] = [
        b"",
        b"\0\0\0\0\0\0\0\0\0\0\0",
        b"\0\0\0\x50\xfeSM",
        b"\0\0\0\x50\xfeSMB\x40\x01", // not the size of an SMB2 header
        b"\0\0\0\x10\xfeSMB\x40\0",   // too short for one
        b"\0\0\0\x03\xffSMB\xffSMB",
    ];
    for decoy in decoys {
        let stream = [decoy, &frames.concat()].concat();
        let mut truth: Vec<Told> = frames.iter().map(|frame| Told::whole(frame)).collect();
        if !decoy.is_empty() {
            truth.insert(0, Told::Junk(decoy.len() as u64));
        }
        assert_eq!(run(false, usize::MAX, [Piece::Data(&stream)]), truth, "{decoy:?}");
        assert_eq!(run(false, usize::MAX, singly(&stream)), truth, "{decoy:?} in single bytes");
        for split in 0..=stream.len() {
            let (before, after) = stream.split_at(split);
            let told = run(false, usize::MAX, [before, after].map(Piece::Data));
            assert_eq!(told, truth, "{decoy:?} split at {split}");
        }
    }
}

#[test]
fn another_protocol_is_junk_until_smb_begins() {
    let stream = [b"\0\0\0\x20LDAP?".to_vec(), message(0xff, 40, 0), b"HTTP".to_vec()].concat();
    for told in [run(true, usize::MAX, [Piece::Data(&stream)]), run(true, usize::MAX, singly(&stream))] {
        assert_eq!(told, [Told::Junk(9), Told::whole(&stream[9..53]), Told::Junk(4)]);
    }
    let mut framer = Framer::new(true);
    framer.data(&stream, &mut |_| None, &mut |_| {});
    assert_eq!((framer.counts().implausible, framer.is_in_sync()), (2, false));
}

#[test]
fn the_end_of_the_stream_inside_a_frame_is_damage() {
    let stream = message(0xff, 40, 0);
    for length in 0..stream.len() {
        let told = run(true, usize::MAX, [Piece::Data(&stream[..length])]);
        match stream[..length].get(4..) {
            None => assert_eq!(
                told,
                (length > 0).then_some(Told::Junk(length as u64)).into_iter().collect::<Vec<_>>()
            ),
            Some(payload) => {
                let (kind, payload) = (PacketType::SESSION_MESSAGE, payload.to_vec());
                assert_eq!(told, [Told::Frame { kind, length: 40, payload, damaged: true }]);
            }
        }
    }
}

/// Pieces of streams: whole frames, broken ones, noise, gaps.
fn any_piece() -> impl Strategy<Value = Result<Vec<u8>, u64>> {
    prop_oneof![
        (0xfb_u8..=0xff, 4_usize..400, any::<u8>())
            .prop_map(|(magic, length, tag)| Ok(message(magic, length, tag))),
        (0xfc_u8..=0xff, 4_usize..400, 0_usize..20)
            .prop_map(|(magic, length, kept)| { Ok(message(magic, length, 0)[..kept.min(length)].to_vec()) }),
        (0x7f_u8..=0x86, prop::collection::vec(any::<u8>(), 0..8))
            .prop_map(|(kind, payload)| Ok(packet(PacketType(kind), &payload))),
        prop::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..40).prop_map(Ok),
        Just(Ok(vec![0, 0xff, 0xff, 0xff, 0xff, b'S', b'M', b'B'])),
        (0_u64..300).prop_map(Err),
        any::<u64>().prop_map(Err),
    ]
}

proptest! {
    /// Any stream: the same whatever the splits, no panic, little held, every byte accounted for.
    #[test]
    fn any_stream_is_accounted_for(
        start_seen: bool,
        pieces in prop::collection::vec(any_piece(), 0..12),
        sizes in prop::collection::vec(1_usize..60, 1..8),
        wanted in prop_oneof![Just(usize::MAX), 128_usize..500],
    ) {
        let mut told = Vec::new();
        let mut framer = Framer::new(start_seen);
        let mut sizes = sizes.iter().cycle();
        let (mut total, mut gaps) = (0_u64, false);
        let mut out = |framed: Framed<'_>| told.push(Told::of(framed));
        for piece in &pieces {
            match piece {
                Ok(bytes) => {
                    total = total.saturating_add(bytes.len() as u64);
                    let mut rest = &bytes[..];
                    while !rest.is_empty() {
                        let (first, after) = rest.split_at(rest.len().min(*sizes.next().unwrap()));
                        framer.data(first, &mut |head| (begins_with_magic(head) == Some(true)).then_some(wanted), &mut out);
                        rest = after;
                        prop_assert!(framer.held_bytes() <= 1 << 14);
                    }
                }
                Err(gap) => {
                    (total, gaps) = (total.saturating_add(*gap), gaps || *gap > 0);
                    framer.gap(*gap, &mut out);
                }
            }
        }
        let before = framer.counts().frames;
        framer.flush(&mut out);
        let counts = framer.counts();
        let cut = counts.frames > before;
        let mut accounted = counts.empty * 4;
        for told in &told {
            accounted = accounted.saturating_add(match told {
                Told::Frame { length, .. } => 4 + *length as u64,
                Told::Gap { bytes, inside: false } => *bytes,
                Told::Gap { inside: true, .. } => 0,
                Told::Junk(bytes) => *bytes,
            });
        }
        prop_assert!(accounted >= total);
        prop_assert!(accounted == total || cut || gaps);
        prop_assert_eq!(told.iter().filter(|told| matches!(told, Told::Frame { .. })).count() as u64, counts.frames);

        // In single bytes, everything is collected; in whole pieces, frames are lent and nobody is asked.
        let single = run(start_seen, usize::MAX, pieces.iter().flat_map(|piece| match piece {
            Ok(bytes) => singly(bytes).collect::<Vec<_>>(),
            Err(gap) => vec![Piece::Gap(*gap)],
        }));
        let whole = run(start_seen, usize::MAX, pieces.iter().map(|piece| match piece {
            Ok(bytes) => Piece::Data(bytes),
            Err(gap) => Piece::Gap(*gap),
        }));
        prop_assert_eq!(&single, &whole);
        if wanted == usize::MAX {
            prop_assert_eq!(&told, &whole);
        }
    }
}

#[test]
fn the_parsers_compose_with_combinators_of_nom() {
    use nom::Parser as _;
    use nom::bytes::complete::{tag, take};
    use nom::combinator::{map_res, verify};
    use nom::error::context;

    let header = Header::parse;
    let mut framed = (tag("<"), context("header", header), take(2_usize), tag(">"));
    let (rest, (_, header, payload, _)) = framed.parse(b"<\0\0\0\x02ab>c").unwrap();
    assert_eq!((rest, header.length, payload), (&b"c"[..], 2, &b"ab"[..]));
    let mut stops = |input| ParseError::from(framed.parse(input).unwrap_err()).to_string();
    assert_eq!(stops(b"<\0\0\0"), "NetBIOS: cut short in LENGTH at byte 1");
    assert_eq!(stops(b"<\0\0\0\x02a"), "parser: cut short at byte 0");
    assert_eq!(stops(b">"), "parser: not accepted by Tag at byte 0");
    let mut number = map_res(Header::parse, |header| u8::try_from(header.length));
    let error = ParseError::from(number.parse(&[0, 1, 0, 0]).unwrap_err());
    assert_eq!(error.to_string(), "parser: not accepted by Map on Result at byte 0");
    let mut empty = verify(Header::parse, |header| header.length == 0);
    assert!(empty.parse(&[0; 4]).is_ok() && empty.parse(&[0, 0, 0, 1]).is_err());
}
