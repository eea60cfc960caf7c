//! The three PDUs of a call: request, response and fault (C706 12.6.4.7 to 12.6.4.10).

use uuid::Uuid;

use crate::error::Read;
use crate::wire::{fields, u8, wire_enum};

use super::order;

wire_enum! {
    /// Why a call failed before its procedure could answer (C706 appendix E; the small values are Win32 errors,
    /// \[MS-ERREF\] 2.2).
    pub struct FaultStatus(u32) {
        ACCESS_DENIED = 0x0000_0005, "rpc_s_access_denied";
        SERVER_UNAVAILABLE = 0x0000_06ba, "rpc_s_server_unavailable";
        SERVER_TOO_BUSY_WIN32 = 0x0000_06bb, "rpc_s_server_too_busy";
        CALL_FAILED = 0x0000_06be, "rpc_s_call_failed";
        PROTOCOL_ERROR_WIN32 = 0x0000_06c0, "rpc_s_protocol_error";
        CANT_PERFORM = 0x0000_06d8, "rpc_fault_cant_perform";
        BAD_STUB_DATA = 0x0000_06f7, "rpc_x_bad_stub_data";
        SEC_PKG_ERROR = 0x0000_0721, "rpc_s_sec_pkg_error";
        INT_DIV_BY_ZERO = 0x1c00_0001, "nca_s_fault_int_div_by_zero";
        ADDR_ERROR = 0x1c00_0002, "nca_s_fault_addr_error";
        FP_DIV_ZERO = 0x1c00_0003, "nca_s_fault_fp_div_zero";
        FP_UNDERFLOW = 0x1c00_0004, "nca_s_fault_fp_underflow";
        FP_OVERFLOW = 0x1c00_0005, "nca_s_fault_fp_overflow";
        INVALID_TAG = 0x1c00_0006, "nca_s_fault_invalid_tag";
        INVALID_BOUND = 0x1c00_0007, "nca_s_fault_invalid_bound";
        RPC_VERSION_MISMATCH = 0x1c00_0008, "nca_s_rpc_version_mismatch";
        UNSPEC_REJECT = 0x1c00_0009, "nca_s_unspec_reject";
        BAD_ACTID = 0x1c00_000a, "nca_s_bad_actid";
        WHO_ARE_YOU_FAILED = 0x1c00_000b, "nca_s_who_are_you_failed";
        MANAGER_NOT_ENTERED = 0x1c00_000c, "nca_s_manager_not_entered";
        CANCEL = 0x1c00_000d, "nca_s_fault_cancel";
        ILL_INST = 0x1c00_000e, "nca_s_fault_ill_inst";
        FP_ERROR = 0x1c00_000f, "nca_s_fault_fp_error";
        INT_OVERFLOW = 0x1c00_0010, "nca_s_fault_int_overflow";
        UNSPEC = 0x1c00_0012, "nca_s_fault_unspec";
        REMOTE_COMM_FAILURE = 0x1c00_0013, "nca_s_fault_remote_comm_failure";
        PIPE_EMPTY = 0x1c00_0014, "nca_s_fault_pipe_empty";
        PIPE_CLOSED = 0x1c00_0015, "nca_s_fault_pipe_closed";
        PIPE_ORDER = 0x1c00_0016, "nca_s_fault_pipe_order";
        PIPE_DISCIPLINE = 0x1c00_0017, "nca_s_fault_pipe_discipline";
        PIPE_COMM_ERROR = 0x1c00_0018, "nca_s_fault_pipe_comm_error";
        PIPE_MEMORY = 0x1c00_0019, "nca_s_fault_pipe_memory";
        CONTEXT_MISMATCH = 0x1c00_001a, "nca_s_fault_context_mismatch";
        REMOTE_NO_MEMORY = 0x1c00_001b, "nca_s_fault_remote_no_memory";
        INVALID_PRES_CONTEXT_ID = 0x1c00_001c, "nca_s_invalid_pres_context_id";
        UNSUPPORTED_AUTHN_LEVEL = 0x1c00_001d, "nca_s_unsupported_authn_level";
        INVALID_CHECKSUM = 0x1c00_001f, "nca_s_invalid_checksum";
        INVALID_CRC = 0x1c00_0020, "nca_s_invalid_crc";
        USER_DEFINED = 0x1c00_0021, "nca_s_fault_user_defined";
        TX_OPEN_FAILED = 0x1c00_0022, "nca_s_fault_tx_open_failed";
        CODESET_CONV_ERROR = 0x1c00_0023, "nca_s_fault_codeset_conv_error";
        OBJECT_NOT_FOUND = 0x1c00_0024, "nca_s_fault_object_not_found";
        NO_CLIENT_STUB = 0x1c00_0025, "nca_s_fault_no_client_stub";
        COMM_FAILURE = 0x1c01_0001, "nca_s_comm_failure";
        OP_RNG_ERROR = 0x1c01_0002, "nca_s_op_rng_error";
        UNK_IF = 0x1c01_0003, "nca_s_unk_if";
        WRONG_BOOT_TIME = 0x1c01_0006, "nca_s_wrong_boot_time";
        YOU_CRASHED = 0x1c01_0009, "nca_s_you_crashed";
        PROTO_ERROR = 0x1c01_000b, "nca_s_proto_error";
        OUT_ARGS_TOO_BIG = 0x1c01_0013, "nca_s_out_args_too_big";
        SERVER_TOO_BUSY = 0x1c01_0014, "nca_s_server_too_busy";
        UNSUPPORTED_TYPE = 0x1c01_0017, "nca_s_unsupported_type";
    }
}

/// A request, or one fragment of it (C706 12.6.4.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Request<'a> {
    /// The sender's idea of how many stub bytes this and the fragments after it have; 0 if it has none.
    pub alloc_hint: u32,
    /// `p_cont_id`: which of the bound presentation contexts is called.
    pub context_id: u16,
    /// The number of the procedure.
    pub opnum: u16,
    /// The object, if [`super::PfcFlags::OBJECT_UUID`] is set.
    pub object: Option<Uuid>,
    /// The arguments; a prefix of them if the input was cut. Encrypted at [`super::AuthLevel::PKT_PRIVACY`].
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub stub: &'a [u8],
}

/// A response, or one fragment of it (C706 12.6.4.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Response<'a> {
    /// The sender's idea of how many stub bytes this and the fragments after it have; 0 if it has none.
    pub alloc_hint: u32,
    /// `p_cont_id`, as in the request.
    pub context_id: u16,
    /// Cancels the server received for this call.
    pub cancel_count: u8,
    /// The results; a prefix of them if the input was cut. Encrypted at [`super::AuthLevel::PKT_PRIVACY`].
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub stub: &'a [u8],
}

/// A fault (C706 12.6.4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Fault<'a> {
    /// As in [`Response`].
    pub alloc_hint: u32,
    /// `p_cont_id`, as in the request.
    pub context_id: u16,
    /// Cancels the server received for this call.
    pub cancel_count: u8,
    /// Why.
    pub status: FaultStatus,
    /// Extended error information, if there is any (\[MS-EERR\]).
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub stub: &'a [u8],
}

/// `has_object`: the PDU has the flag that says an object UUID stands before the stub.
pub(super) fn request(big_endian: bool, has_object: bool) -> impl Fn(&[u8]) -> Read<'_, Request<'_>> {
    move |input| {
        fields! {
            snake input => rest;
            alloc_hint: order::u32(big_endian),
            p_cont_id: order::u16(big_endian),
            opnum: order::u16(big_endian),
        }
        let (stub, object) = if has_object {
            fields!(snake rest => rest; object: order::uuid(big_endian));
            (rest, Some(object))
        } else {
            (rest, None)
        };
        Ok((&[], Request { alloc_hint, context_id: p_cont_id, opnum, object, stub }))
    }
}

pub(super) fn response(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, Response<'_>> {
    move |input| {
        let (stub, (alloc_hint, context_id, cancel_count)) = answer(big_endian)(input)?;
        Ok((&[], Response { alloc_hint, context_id, cancel_count, stub }))
    }
}

pub(super) fn fault(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, Fault<'_>> {
    move |input| {
        let (rest, (alloc_hint, context_id, cancel_count)) = answer(big_endian)(input)?;
        fields!(snake rest => rest; status: order::u32(big_endian));
        let status = FaultStatus(status);
        let stub = rest.get(4..).unwrap_or_default();
        Ok((&[], Fault { alloc_hint, context_id, cancel_count, status, stub }))
    }
}

/// What responses and faults begin with.
fn answer(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, (u32, u16, u8)> {
    move |input| {
        fields! {
            snake input => rest;
            alloc_hint: order::u32(big_endian),
            p_cont_id: order::u16(big_endian),
            cancel_count: u8,
            _reserved: u8,
        }
        Ok((rest, (alloc_hint, p_cont_id, cancel_count)))
    }
}
