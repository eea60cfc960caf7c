//! Tests over the sample packets of RFC 9001 and RFC 9369, up to the end of their ClientHello: as if the capture cut them.

use proptest::prelude::*;

use super::frames::crypto;
use super::packet::{Version, packets, variable};
use super::*;

/// The client's Initial packet of RFC 9001 A.2: its header and the first 256 of its 1182 bytes behind that.
pub(super) const V1: &str = "c000000001088394c8f03e5157080000449e\
    7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c0bab7df5976d27cd449f63300099f399\
    1c260ec4c60d17b31f8429157bb35a1282a643a8d2262cad67500cadb8e7378c8eb7539ec4d4905fed1bee1fc8aa\
    fba17c750e2c7ace01e6005f80fcb7df621230c83711b39343fa028cea7f7fb5ff89eac2308249a02252155e2347\
    b63d58c5457afd84d05dfffdb20392844ae812154682e9cf012f9021a6f0be17ddd0c2084dce25ff9b06cde535d0\
    f920a2db1bf362c23e596d11a4f5a6cf3948838a3aec4e15daf8500a6ef69ec4e3feb6b1d98e610ac8b7ec3faf6a\
    d760b7bad1db4ba3485e8a94dc250ae3fdb41ed15fb6a8e5eba0fc3dd60b";

/// The same of version 2, RFC 9369 A.2.
const V2: &str = "d76b3343cf088394c8f03e5157080000449e\
    a0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162e75d6c96058bdbfb127cdfcbf903388e99ad04\
    9f9a3dd4425ae4d0992cfff18ecf0fdb5a842d09747052f17ac2053d21f57c5d250f2c4f0e0202b70785b7946e99\
    2e58a59ac52dea6774d4f03b55545243cf1a12834e3f249a78d395e0d18f4d766004f1a2674802a747eaa901c3f1\
    0cda5500cb9122faa9f1df66c392079a1b40f0de1c6054196a11cbea40afb6ef5253cd6818f6625efce3b6def6ba\
    7e4b37a40f7732e093daa7d52190935b8da58976ff3312ae50b187c1433c0f028edcc4c2838b6a9bfc226ca4b453\
    0e7a4ccee1bfa2a3d396ae5a3fb512384b2fdd851f784a65e03f2c4fbe11";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

#[test]
fn a_header_says_version_and_connection_ids() {
    let packet = bytes(V1);
    let (rest, header) = LongHeader::parse(&packet).unwrap();
    assert_eq!((header.version, header.version.is_known()), (Version::V1, true));
    assert_eq!(header.destination, [0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08]);
    assert_eq!((header.source.len(), rest.len()), (0, packet.len() - 15));
    for length in 0..15 {
        let error = crate::ParseError::from(LongHeader::parse(&packet[..length]).unwrap_err());
        assert!(!error.is_unnamed() && error.offset <= length, "{error} at {length}");
    }
    let long_id = [0xc0, 0, 0, 0, 1, 21];
    assert!(LongHeader::parse(&[&long_id[..], &[0; 40]].concat()).is_err());
    assert!(LongHeader::parse(&[&[0x40][..], &packet[1..]].concat()).is_err());
    assert_eq!(LongHeader::version(&packet[..5]), Some(Version::V1));
    assert_eq!((LongHeader::version(&packet[..4]), LongHeader::version(&[0x80; 5])), (None, None));
    assert!(Version(u32::from_be_bytes(*b"Q046")).is_google() && !Version::V1.is_google());
}

#[test]
fn packets_of_one_datagram_are_told_apart() {
    // A Handshake packet of 3 bytes, then an Initial one of 4 with a token of 2, then one of 0-RTT that is cut.
    let handshake = [0xe0, 0, 0, 0, 1, 0, 0, 3, 7, 7, 7];
    let initial = [0xc0, 0, 0, 0, 1, 1, 9, 0, 2, 5, 5, 4, 8, 8, 8, 8];
    let cut = [0xd0, 0, 0, 0, 1, 0, 0, 30, 6];
    let datagram = [&handshake[..], &initial, &cut].concat();
    let found: Vec<Initial<'_>> = packets(&datagram).collect();
    let [only] = found[..] else { panic!("{found:?}") };
    assert_eq!((only.bytes, only.packet_number, only.missing), (&initial[..], 12, 0));
    assert_eq!(packets(&initial[..14]).next().unwrap().missing, 2);
    // A Retry has no length, and what follows one is not known.
    assert_eq!(packets(&[&[0xf0, 0, 0, 0, 1, 0, 0][..], &initial].concat()).count(), 0);
    // In version 2 the types are others: what was a Retry is an Initial, one further.
    let second = [0xd0, 0x6b, 0x33, 0x43, 0xcf, 0, 0, 0, 1, 8];
    assert_eq!(packets(&second).count(), 1);
}

#[test]
fn integers_have_four_lengths() {
    for (bytes, value) in [
        (&[0x25][..], 37),
        (&[0x40, 0x25], 37),
        (&[0x7b, 0xbd], 15293),
        (&[0x9d, 0x7f, 0x3e, 0x7d], 494_878_333),
        (&[0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c], 151_288_809_941_952_652),
    ] {
        assert_eq!(variable(bytes).unwrap(), (&[][..], value));
        assert!(variable(&bytes[..bytes.len() - 1]).is_err());
    }
}

#[test]
fn frames_of_an_initial_packet() {
    let acks = [2, 9, 0, 1, 2, 3, 4, 3, 9, 0, 0, 2, 1, 1, 1];
    let close = [0x1c, 1, 6, 2, b'n', b'o'];
    let data = [6, 5, 3, 7, 8, 9];
    let all = [&[0, 0, 1][..], &acks, &close, &data, &[0, 0]].concat();
    let found = crypto(&all, false).unwrap();
    let [only] = found[..] else { panic!("{found:?}") };
    assert_eq!((only.offset, only.data), (5, &[7, 8, 9][..]));
    // A STREAM frame is none of an Initial packet.
    assert!(crypto(&[&all[..], &[8, 0]].concat(), false).is_none());
    // What is cut gives what is there of it, if it is the capture that cut.
    assert!(crypto(&data[..5], false).is_none());
    assert_eq!(crypto(&data[..5], true).unwrap()[0].data, [7, 8]);
}

#[cfg(feature = "quic")]
mod opened {
    use super::*;

    #[test]
    fn what_a_client_offers_is_read_in_both_versions() {
        for sample in [V1, V2] {
            let packet = bytes(sample);
            let mut hello = Hello::default();
            assert!(hello.take(&packet));
            assert_eq!(hello.alpn().unwrap(), [b"alpn".to_vec()]);
        }
    }

    #[test]
    fn it_is_known_as_soon_as_the_offer_is_there() {
        let packet = bytes(V1);
        let known: Vec<bool> =
            (0..packet.len()).map(|length| Hello::default().take(&packet[..length])).collect();
        // 18 bytes of header, 4 of packet number, 4 of frame; the offer ends 97 bytes on.
        let first = known.iter().position(|known| *known).unwrap();
        assert_eq!(first, 18 + 4 + 4 + 97);
        assert!(known[first..].iter().all(|known| *known));
    }

    #[test]
    fn another_key_opens_nothing() {
        let mut packet = bytes(V1);
        packet[6] ^= 1;
        assert!(!Hello::default().take(&packet));
        let mut draft = bytes(V1);
        draft[1..5].copy_from_slice(&Version::DRAFT_29.0.to_be_bytes());
        assert!(!Hello::default().take(&draft));
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes: Vec<u8>, cut: bool) {
        let _ = crypto(&bytes, cut);
        let _ = LongHeader::parse(&bytes);
        Hello::default().take(&[&[0xc0, 0, 0, 0, 1, 8][..], &bytes].concat());
    }

    #[test]
    fn any_datagram(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = packets(&bytes).count();
    }
}
