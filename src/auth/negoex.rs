//! NegoEx messages: \[MS-NEGOEX\] 2.2.6.

use uuid::Uuid;

use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, Unread, parse};
use crate::wire::{array, fields, guid, le_u32, widen, wire_enum, wire_list};

wire_enum! {
    /// MessageType (\[MS-NEGOEX\] 2.2.6.1).
    pub struct NegoexType(u32) {
        INITIATOR_NEGO = 0, "INITIATOR_NEGO";
        ACCEPTOR_NEGO = 1, "ACCEPTOR_NEGO";
        INITIATOR_META_DATA = 2, "INITIATOR_META_DATA";
        ACCEPTOR_META_DATA = 3, "ACCEPTOR_META_DATA";
        CHALLENGE = 4, "CHALLENGE";
        AP_REQUEST = 5, "AP_REQUEST";
        VERIFY = 6, "VERIFY";
        ALERT = 7, "ALERT";
    }
}

/// Messages of NegoEx, one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Negoex<'a>(&'a [u8]);

impl<'a> Negoex<'a> {
    /// What the first message begins with.
    pub const SIGNATURE: [u8; 8] = *b"NEGOEXTS";

    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The messages, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<NegoexMessage<'a>, ParseError>> + use<'a> {
        let (mut rest, total) = (self.0, self.0.len());
        core::iter::from_fn(move || {
            (!rest.is_empty()).then(|| {
                let before = total.saturating_sub(rest.len());
                let message = parse(Layer::Auth, rest, message);
                rest = message.as_ref().map_or(&[], |(rest, _)| *rest);
                let place = |error: ParseError| error.behind(before);
                message.map(|(_, message)| message).map_err(place)
            })
        })
    }
}

wire_list!(Negoex);

/// One message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct NegoexMessage<'a> {
    /// MessageType.
    pub message_type: NegoexType,
    /// SequenceNum.
    pub sequence_num: u32,
    /// ConversationId.
    pub conversation_id: Uuid,
    /// AuthScheme, of a message that has one.
    pub auth_scheme: Option<Uuid>,
    /// Everything behind the header: keys, random numbers, certificates and tokens of the scheme.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub body: &'a [u8],
}

impl Examine for NegoexMessage<'_> {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

fn message(input: &[u8]) -> Read<'_, NegoexMessage<'_>> {
    fields!(input => rest; signature: array::<8>);
    if signature != Negoex::SIGNATURE {
        let value = u64::from_be_bytes(signature);
        return Err(Unread::error(input, Reason::BadValue { field: "Signature", value }));
    }
    fields! {
        rest => rest;
        message_type: le_u32,
        sequence_num: le_u32,
        _header_length: le_u32,
        message_length: le_u32,
    }
    fields!(rest => body; conversation_id: guid);
    // The length counts from the signature.
    let head = input.len().saturating_sub(body.len());
    let own = widen(message_length).saturating_sub(head);
    let Some((body, rest)) = body.split_at_checked(own) else {
        return Err(Unread::error(&[], Reason::Truncated { field: "cbMessageLength" }));
    };
    let message_type = NegoexType(message_type);
    // Negotiations name their schemes in a list, the others one behind the header.
    let auth_scheme = (2..=7).contains(&message_type.0).then(|| guid(body).ok().map(|(_, scheme)| scheme));
    let auth_scheme = auth_scheme.flatten();
    Ok((rest, NegoexMessage { message_type, sequence_num, conversation_id, auth_scheme, body }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_messages() {
        let message = |kind: u8, number: u8, body: &[u8]| {
            [
                &b"NEGOEXTS"[..],                  // Signature
                &[kind, 0, 0, 0],                  // MessageType
                &[number, 0, 0, 0],                // SequenceNum
                &[40, 0, 0, 0],                    // cbHeaderLength
                &[40 + body.len() as u8, 0, 0, 0], // cbMessageLength
                &[9; 16],                          // ConversationId
                body,
            ]
            .concat()
        };
        let bytes = [message(0, 0, b"random"), message(2, 1, &[7; 20])].concat();
        let messages: Vec<_> = Negoex::new(&bytes).iter().map(Result::unwrap).collect();
        assert_eq!((messages[0].message_type, messages[0].auth_scheme), (NegoexType::INITIATOR_NEGO, None));
        assert_eq!((messages[1].sequence_num, messages[1].auth_scheme), (1, Some(Uuid::from_bytes([7; 16]))));
        for length in (1..bytes.len()).filter(|length| *length != 46) {
            assert_eq!(Negoex::new(&bytes[..length]).iter().filter(Result::is_err).count(), 1, "at {length}");
        }
    }
}
