//! `AAPL`: what Apple's clients and servers tell each other. No specification of Microsoft's has it.

use super::ResponseData;
use crate::error::Read;
use crate::wire::{NtStatus, Utf16, array, fields, le_u32, le_u64, take, widen};

/// CommandCode of the resolution of an id.
const RESOLVE_ID: u32 = 2;
/// Bits that say what a response holds, in this order.
const SERVER_CAPABILITIES: u64 = 1;
const VOLUME_CAPABILITIES: u64 = 2;
const MODEL: u64 = 4;

/// `AAPL` of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AppleRequest {
    /// CommandCode: 1 a query of the server, 2 the resolution of an id.
    pub command_code: u32,
    /// What is requested: 1 the server's capabilities, 2 the volume's, 4 the model; else the id to resolve.
    pub bitmap: u64,
    /// Capabilities of the client: 1 READDIR with attributes, 2 copying of files, 4 UNIX modes, 8 NFS access control.
    pub capabilities: Option<u64>,
}

impl AppleRequest {
    pub(super) fn read(data: &[u8]) -> Read<'_, Self> {
        fields!(data => rest; command_code: le_u32, _reserved: le_u32, bitmap: le_u64);
        if rest.is_empty() {
            return Ok((rest, Self { command_code, bitmap, capabilities: None }));
        }
        fields!(rest => rest; capabilities: le_u64);
        Ok((rest, Self { command_code, bitmap, capabilities: Some(capabilities) }))
    }
}

/// What a server of Apple's clients can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AppleServer<'a> {
    /// CommandCode: 1.
    pub command_code: u32,
    /// What is told: 1 the server's capabilities, 2 the volume's, 4 the model.
    pub bitmap: u64,
    /// Capabilities of the server, as in [`AppleRequest`].
    pub capabilities: Option<u64>,
    /// Capabilities of the volume.
    pub volume_capabilities: Option<u64>,
    /// The server's model.
    pub model: Option<Utf16<'a>>,
}

/// The path that an id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AppleResolvedId<'a> {
    /// How the resolution went.
    pub status: NtStatus,
    /// The path.
    pub path: Utf16<'a>,
}

/// `AAPL` of a response: what the server can do, or what an id stands for.
pub(super) fn response(data: &[u8]) -> Read<'_, ResponseData<'_>> {
    fields!(data => rest; command_code: le_u32, _reserved: le_u32);
    if command_code == RESOLVE_ID {
        fields!(rest => rest; status: le_u32, path_length: le_u32);
        let (rest, path) = take("Path", widen(path_length))(rest)?;
        let resolved = AppleResolvedId { status: NtStatus(status), path: Utf16::new(path) };
        return Ok((rest, ResponseData::AppleResolvedId(resolved)));
    }
    fields!(rest => rest; bitmap: le_u64);
    let (mut rest, mut server) = (rest, AppleServer { command_code, bitmap, ..AppleServer::default() });
    if bitmap & SERVER_CAPABILITIES != 0 {
        fields!(rest => after; capabilities: le_u64);
        (rest, server.capabilities) = (after, Some(capabilities));
    }
    if bitmap & VOLUME_CAPABILITIES != 0 {
        fields!(rest => after; volume_capabilities: le_u64);
        (rest, server.volume_capabilities) = (after, Some(volume_capabilities));
    }
    if bitmap & MODEL != 0 {
        fields!(rest => after; _padding: array::<4>, model_length: le_u32);
        let (after, model) = take("Model", widen(model_length))(after)?;
        (rest, server.model) = (after, Some(Utf16::new(model)));
    }
    Ok((rest, ResponseData::Apple(server)))
}
