//! DCE/RPC straight over TCP (`ncacn_ip_tcp`). It is told as PDUs; no SMB session hangs on it, and what it may hold is
//! weighed by the interface that is bound and by who has authenticated.

mod facts;

use super::event::{Direction, OpenId};
use super::limits::Limits;
use super::out::Out;
use super::pipe::Pipe;
use crate::dcerpc::{Header, PduType};
use crate::tcp::Piece;
use facts::{Facts, Watch};

/// The calls of one connection.
#[derive(Debug)]
pub(super) struct RpcOverTcp {
    pipe: Pipe,
    facts: Facts,
}

impl RpcOverTcp {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { pipe: Pipe::new(None, limits), facts: Facts::default() }
    }

    /// The next piece of one direction.
    pub(super) fn piece(&mut self, direction: Direction, piece: Piece<'_>, limits: &Limits, out: Out<'_>) {
        let Self { pipe, facts } = self;
        let out = &mut Out { sink: &mut Watch { facts, sink: out.sink }, ..out };
        match (piece, direction) {
            (Piece::Data(bytes), Direction::ToServer) => {
                pipe.data_to_server(OpenId::Connection, bytes, 0, limits, out);
            }
            (Piece::Data(bytes), Direction::ToClient) => {
                pipe.data_to_client(OpenId::Connection, bytes, limits, out);
            }
            (Piece::Gap { .. }, direction) => {
                match direction {
                    Direction::ToServer => pipe.cut_to_server(OpenId::Connection, 0, limits, out),
                    Direction::ToClient => pipe.cut_to_client(OpenId::Connection, limits, out),
                }
                pipe.lost(OpenId::Connection, direction, out);
            }
            _ => {}
        }
    }

    /// What the connection has shown.
    pub(super) const fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// Which way a PDU goes, by its type.
pub(super) fn sender(pdu: &[u8]) -> Direction {
    match Header::parse(pdu) {
        Ok((_, header)) if is_answer(header.kind) => Direction::ToClient,
        _ => Direction::ToServer,
    }
}

const fn is_answer(kind: PduType) -> bool {
    matches!(
        kind,
        PduType::RESPONSE
            | PduType::FAULT
            | PduType::BIND_ACK
            | PduType::BIND_NAK
            | PduType::ALTER_CONTEXT_RESP
            | PduType::SHUTDOWN
    )
}
