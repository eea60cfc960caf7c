//! The authentication trailer at the end of a PDU (\[MS-RPCE\] 2.2.2.11, `sec_trailer`).

use crate::error::Read;
use crate::wire::{fields, u8, wire_enum};

use super::order;

wire_enum! {
    /// The security provider (\[MS-RPCE\] 2.2.1.1.7).
    pub struct AuthType(u8) {
        NONE = 0x00, "RPC_C_AUTHN_NONE";
        GSS_NEGOTIATE = 0x09, "RPC_C_AUTHN_GSS_NEGOTIATE";
        WINNT = 0x0a, "RPC_C_AUTHN_WINNT";
        GSS_SCHANNEL = 0x0e, "RPC_C_AUTHN_GSS_SCHANNEL";
        GSS_KERBEROS = 0x10, "RPC_C_AUTHN_GSS_KERBEROS";
        NETLOGON = 0x44, "RPC_C_AUTHN_NETLOGON";
        DEFAULT = 0xff, "RPC_C_AUTHN_DEFAULT";
    }
}

wire_enum! {
    /// What the provider protects (\[MS-RPCE\] 2.2.1.1.8).
    pub struct AuthLevel(u8) {
        DEFAULT = 0, "RPC_C_AUTHN_LEVEL_DEFAULT";
        NONE = 1, "RPC_C_AUTHN_LEVEL_NONE";
        CONNECT = 2, "RPC_C_AUTHN_LEVEL_CONNECT";
        CALL = 3, "RPC_C_AUTHN_LEVEL_CALL";
        PKT = 4, "RPC_C_AUTHN_LEVEL_PKT";
        PKT_INTEGRITY = 5, "RPC_C_AUTHN_LEVEL_PKT_INTEGRITY";
        PKT_PRIVACY = 6, "RPC_C_AUTHN_LEVEL_PKT_PRIVACY";
    }
}

/// The trailer of a PDU whose `auth_length` is not 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AuthTrailer<'a> {
    /// `auth_type`.
    pub kind: AuthType,
    /// `auth_level`. At [`AuthLevel::PKT_PRIVACY`] the stub is encrypted.
    pub level: AuthLevel,
    /// Bytes of padding between the stub and this trailer; they are no part of the stub.
    pub pad_length: u8,
    /// `auth_context_id`.
    pub context_id: u32,
    /// The token or signature; shorter than `auth_length` if the input was cut.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub value: &'a [u8],
}

pub(super) fn trailer(big_endian: bool) -> impl Fn(&[u8]) -> Read<'_, AuthTrailer<'_>> {
    move |input| {
        fields!(snake input => rest; auth_type: u8, auth_level: u8, auth_pad_length: u8, _auth_reserved: u8);
        fields!(snake rest => value; auth_context_id: order::u32(big_endian));
        let trailer = AuthTrailer {
            kind: AuthType(auth_type),
            level: AuthLevel(auth_level),
            pad_length: auth_pad_length,
            context_id: auth_context_id,
            value,
        };
        Ok((&[], trailer))
    }
}
