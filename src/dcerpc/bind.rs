//! Binding: which interfaces a connection may call, and in which transfer syntax (C706 12.6.4.1 to 12.6.4.5).

use core::fmt;

use uuid::{Uuid, uuid};

use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, parse};
use crate::wire::{fields, take, u8, wire_enum, wire_list};

use super::order;

/// An interface or a transfer syntax with its version (`p_syntax_id_t`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SyntaxId {
    /// The UUID.
    pub uuid: Uuid,
    /// The major version.
    pub version: u16,
    /// The minor version.
    pub minor: u16,
}

impl SyntaxId {
    /// NDR 2.0, the transfer syntax of C706 14.
    pub const NDR: Self = Self { uuid: uuid!("8a885d04-1ceb-11c9-9fe8-08002b104860"), version: 2, minor: 0 };
    /// NDR64 1.0 (\[MS-RPCE\] 2.2.5).
    pub const NDR64: Self =
        Self { uuid: uuid!("71710533-beba-4937-8319-b5dbef9ccc36"), version: 1, minor: 0 };
    /// No syntax: what a rejected context has in its place.
    pub const NONE: Self = Self { uuid: Uuid::nil(), version: 0, minor: 0 };

    /// Length on the wire in bytes.
    pub const SIZE: usize = 20;

    /// The feature bits, if this is no transfer syntax but the client's offer to negotiate features at bind time
    /// (\[MS-RPCE\] 3.3.1.5.3): bit 0 security context multiplexing, bit 1 the connection is kept when a call is
    /// orphaned.
    #[must_use]
    pub const fn bind_time_features(&self) -> Option<u64> {
        match *self.uuid.as_bytes() {
            [0x6c, 0xb7, 0x1c, 0x2c, 0x98, 0x12, 0x45, 0x40, a, b, c, d, e, f, g, h] => {
                Some(u64::from_le_bytes([a, b, c, d, e, f, g, h]))
            }
            _ => None,
        }
    }
}

impl fmt::Display for SyntaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}.{}", self.uuid, self.version, self.minor)
    }
}

fn syntax_id(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, SyntaxId> {
    move |input| {
        fields!(snake input => rest; uuid: order::uuid(big_endian), if_version: order::u32(big_endian));
        let [a, b, c, d] = if_version.to_le_bytes();
        Ok((rest, SyntaxId { uuid, version: u16::from_le_bytes([a, b]), minor: u16::from_le_bytes([c, d]) }))
    }
}

/// A bind (C706 12.6.4.3) or an alter context (12.6.4.1), which have one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Bind<'a> {
    /// The longest PDU in bytes that the client sends.
    pub max_xmit_frag: u16,
    /// The longest PDU in bytes that the client takes.
    pub max_recv_frag: u16,
    /// The association group to join; 0 asks for a new one.
    pub assoc_group_id: u32,
    /// How many contexts the client says it proposes.
    pub context_count: u8,
    contexts: Contexts<'a>,
}

impl<'a> Bind<'a> {
    /// The proposed contexts, as many as can be read.
    pub fn contexts(&self) -> impl Iterator<Item = Context<'a>> + use<'a> {
        self.contexts.iter().filter_map(Result::ok)
    }
}

impl Examine for Bind<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        self.contexts.examine(anomalies);
    }
}

/// The list of proposed contexts (`p_cont_list_t`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Contexts<'a> {
    count: u8,
    list: &'a [u8],
    big_endian: bool,
}

impl<'a> Contexts<'a> {
    /// Where the list begins in a PDU.
    const OFFSET: usize = 28;

    fn iter(&self) -> impl Iterator<Item = Result<Context<'a>, ParseError>> + use<'a> {
        let (whole, big_endian, mut left) = (self.list, self.big_endian, self.count);
        let mut list = whole;
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let offset = Self::OFFSET.saturating_add(whole.len().saturating_sub(list.len()));
            match parse(Layer::DceRpc, list, context(big_endian, offset)) {
                Ok((rest, context)) => {
                    list = rest;
                    Some(Ok(context))
                }
                Err(error) => {
                    left = 0;
                    Some(Err(ParseError { offset: offset.saturating_add(error.offset), ..error }))
                }
            }
        })
    }
}

wire_list!(Contexts);

pub(super) fn bind(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, Bind<'_>> {
    move |input| {
        fields! {
            snake input => rest;
            max_xmit_frag: order::u16(big_endian),
            max_recv_frag: order::u16(big_endian),
            assoc_group_id: order::u32(big_endian),
            n_context_elem: u8,
        }
        let list = rest.get(3..).unwrap_or_default();
        let contexts = Contexts { count: n_context_elem, list, big_endian };
        Ok((
            &[],
            Bind { max_xmit_frag, max_recv_frag, assoc_group_id, context_count: n_context_elem, contexts },
        ))
    }
}

/// One proposed presentation context (`p_cont_elem_t`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Context<'a> {
    /// The number that requests name this context by.
    pub id: u16,
    /// The interface.
    pub abstract_syntax: SyntaxId,
    /// How many transfer syntaxes the client says it offers.
    pub transfer_syntax_count: u8,
    transfer_syntaxes: Syntaxes<'a>,
}

impl<'a> Context<'a> {
    /// The transfer syntaxes the client offers for it.
    pub fn transfer_syntaxes(&self) -> impl Iterator<Item = SyntaxId> + use<'a> {
        self.transfer_syntaxes.iter().filter_map(Result::ok)
    }
}

impl Examine for Context<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        self.transfer_syntaxes.examine(anomalies);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Syntaxes<'a>(Elements<'a>);

impl<'a> Syntaxes<'a> {
    fn iter(&self) -> impl Iterator<Item = Result<SyntaxId, ParseError>> + use<'a> {
        self.0.iter("transfer_syntaxes", SyntaxId::SIZE, syntax_id(self.0.big_endian))
    }
}

wire_list!(Syntaxes);

impl Examine for SyntaxId {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

/// A list of elements of one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Elements<'a> {
    count: u8,
    list: &'a [u8],
    /// Where it begins in the PDU.
    offset: usize,
    big_endian: bool,
}

impl<'a> Elements<'a> {
    /// Those that are whole; an error at the end if that is not all of them.
    fn iter<T>(
        self,
        field: &'static str,
        size: usize,
        element: impl Fn(&'a [u8]) -> Read<'a, T>,
    ) -> impl Iterator<Item = Result<T, ParseError>> {
        let count = usize::from(self.count);
        let missing = (self.list.len() < count.saturating_mul(size)).then(|| ParseError {
            layer: Layer::DceRpc,
            offset: self.offset.saturating_add(self.list.len()),
            reason: Reason::Truncated { field },
        });
        let whole = self.list.chunks_exact(size).take(count);
        whole.filter_map(move |bytes| Some(Ok(element(bytes).ok()?.1))).chain(missing.map(Err))
    }
}

/// A context whose list of transfer syntaxes is cut gives those that are whole.
fn context(big_endian: bool, offset: usize) -> impl Fn(&[u8]) -> Read<'_, Context<'_>> {
    move |input| {
        fields! {
            snake input => rest;
            p_cont_id: order::u16(big_endian),
            n_transfer_syn: u8,
            _reserved: u8,
            abstract_syntax: syntax_id(big_endian),
        }
        let length = usize::from(n_transfer_syn).saturating_mul(SyntaxId::SIZE).min(rest.len());
        let (rest, list) = take("transfer_syntaxes", length)(rest)?;
        let transfer_syntaxes =
            Syntaxes(Elements { count: n_transfer_syn, list, offset: offset.saturating_add(24), big_endian });
        Ok((
            rest,
            Context {
                id: p_cont_id,
                abstract_syntax,
                transfer_syntax_count: n_transfer_syn,
                transfer_syntaxes,
            },
        ))
    }
}

wire_enum! {
    /// What the server made of one context (`p_cont_def_result_t`; 3 is from \[MS-RPCE\] 2.2.2.4).
    pub struct ResultCode(u16) {
        ACCEPTANCE = 0, "acceptance";
        USER_REJECTION = 1, "user_rejection";
        PROVIDER_REJECTION = 2, "provider_rejection";
        NEGOTIATE_ACK = 3, "negotiate_ack";
    }
}

wire_enum! {
    /// Why the server rejected a context (`p_provider_reason_t`).
    pub struct ProviderReason(u16) {
        REASON_NOT_SPECIFIED = 0, "reason_not_specified";
        ABSTRACT_SYNTAX_NOT_SUPPORTED = 1, "abstract_syntax_not_supported";
        PROPOSED_TRANSFER_SYNTAXES_NOT_SUPPORTED = 2, "proposed_transfer_syntaxes_not_supported";
        LOCAL_LIMIT_EXCEEDED = 3, "local_limit_exceeded";
    }
}

/// A bind ack (C706 12.6.4.4) or an alter context response (12.6.4.2), which have one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BindAck<'a> {
    /// The longest PDU in bytes that the server sends.
    pub max_xmit_frag: u16,
    /// The longest PDU in bytes that the server takes.
    pub max_recv_frag: u16,
    /// The association group this connection now belongs to. Context handles are valid all over their group.
    pub assoc_group_id: u32,
    /// The server's endpoint, `\PIPE\spoolss` say, with its NUL. Empty in alter context responses.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::ascii"))]
    pub secondary_address: &'a [u8],
    /// How many results the server says it gives.
    pub result_count: u8,
    results: Results<'a>,
}

impl<'a> BindAck<'a> {
    /// The results in the order of the contexts proposed, as many as can be read.
    pub fn results(&self) -> impl Iterator<Item = ContextResult> + use<'a> {
        self.results.iter().filter_map(Result::ok)
    }
}

impl Examine for BindAck<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        self.results.examine(anomalies);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Results<'a>(Elements<'a>);

impl<'a> Results<'a> {
    fn iter(&self) -> impl Iterator<Item = Result<ContextResult, ParseError>> + use<'a> {
        self.0.iter("p_result_list", ContextResult::SIZE, context_result(self.0.big_endian))
    }
}

wire_list!(Results);

impl Examine for ContextResult {
    fn examine(&self, _anomalies: &mut Anomalies) {}
}

pub(super) fn bind_ack(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, BindAck<'_>> {
    move |input| {
        fields! {
            snake input => rest;
            max_xmit_frag: order::u16(big_endian),
            max_recv_frag: order::u16(big_endian),
            assoc_group_id: order::u32(big_endian),
        }
        let (secondary_address, result_count, list) = results(rest, big_endian);
        // The fixed part before the address ends at byte 24 of the PDU.
        let offset = rest.len().saturating_sub(list.len()).saturating_add(24);
        let results = Results(Elements { count: result_count, list, offset, big_endian });
        let ack = BindAck {
            max_xmit_frag,
            max_recv_frag,
            assoc_group_id,
            secondary_address,
            result_count,
            results,
        };
        Ok((&[], ack))
    }
}

/// The variable part of a bind ack: the secondary address, the number of results and their list. What is cut is
/// empty.
fn results(input: &[u8], big_endian: bool) -> (&[u8], u8, &[u8]) {
    let Ok((rest, length)) = order::u16(big_endian)(input) else { return Default::default() };
    let length = usize::from(length);
    let Some((address, rest)) = rest.split_at_checked(length) else { return (rest, 0, &[]) };
    // The address begins at byte 26 of the PDU, and the results at the next multiple of 4.
    let padding = length.wrapping_add(2).wrapping_neg() & 3;
    let rest = rest.get(padding..).unwrap_or_default();
    let Some((count, rest)) = rest.split_first() else { return (address, 0, &[]) };
    (address, *count, rest.get(3..).unwrap_or_default())
}

/// The server's answer to one context (`p_result_t`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContextResult {
    /// Accepted or not.
    pub result: ResultCode,
    /// Why not. For [`ResultCode::NEGOTIATE_ACK`], the feature bits the server takes.
    pub reason: ProviderReason,
    /// The transfer syntax chosen, [`SyntaxId::NONE`] if none was.
    pub transfer_syntax: SyntaxId,
}

/// A map of result, reason, or the features of a negotiation, and transfer syntax.
#[cfg(feature = "serde")]
impl serde::Serialize for ContextResult {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("result", &self.result)?;
        match self.features() {
            Some(features) => map.serialize_entry("features", &features)?,
            None => map.serialize_entry("reason", &self.reason)?,
        }
        map.serialize_entry("transfer_syntax", &self.transfer_syntax)?;
        map.end()
    }
}

impl ContextResult {
    /// The bits of a bind-time feature negotiation that the server takes (\[MS-RPCE\] 2.2.2.14): 1 security contexts on
    /// several connections, 2 connections kept when a call is orphaned.
    #[must_use]
    pub fn features(&self) -> Option<u16> {
        (self.result == ResultCode::NEGOTIATE_ACK).then_some(self.reason.0)
    }

    /// Length on the wire in bytes.
    pub const SIZE: usize = 24;
}

fn context_result(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, ContextResult> {
    move |input| {
        fields! {
            snake input => rest;
            result: order::u16(big_endian),
            reason: order::u16(big_endian),
            transfer_syntax: syntax_id(big_endian),
        }
        let (result, reason) = (ResultCode(result), ProviderReason(reason));
        Ok((rest, ContextResult { result, reason, transfer_syntax }))
    }
}

wire_enum! {
    /// Why the server refused a whole bind (`p_reject_reason_t`; 8 and 9 are from \[MS-RPCE\] 2.2.2.5).
    pub struct RejectReason(u16) {
        REASON_NOT_SPECIFIED = 0, "reason_not_specified";
        TEMPORARY_CONGESTION = 1, "temporary_congestion";
        LOCAL_LIMIT_EXCEEDED = 2, "local_limit_exceeded";
        CALLED_PADDR_UNKNOWN = 3, "called_paddr_unknown";
        PROTOCOL_VERSION_NOT_SUPPORTED = 4, "protocol_version_not_supported";
        DEFAULT_CONTEXT_NOT_SUPPORTED = 5, "default_context_not_supported";
        USER_DATA_NOT_READABLE = 6, "user_data_not_readable";
        NO_PSAP_AVAILABLE = 7, "no_psap_available";
        AUTHENTICATION_TYPE_NOT_RECOGNIZED = 8, "authentication_type_not_recognized";
        INVALID_CHECKSUM = 9, "invalid_checksum";
    }
}

/// A refused bind (C706 12.6.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BindNak {
    /// Why.
    pub reason: RejectReason,
    /// The first version of the protocol that the server supports (major, minor), if it says so.
    pub supported_version: Option<(u8, u8)>,
}

pub(super) fn bind_nak(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, BindNak> {
    move |input| {
        fields!(snake input => rest; provider_reject_reason: order::u16(big_endian));
        let supported_version = match rest {
            [count, major, minor, ..] if *count > 0 => Some((*major, *minor)),
            _ => None,
        };
        Ok((rest, BindNak { reason: RejectReason(provider_reject_reason), supported_version }))
    }
}
