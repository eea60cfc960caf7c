//! DCE/RPC straight over TCP (`ncacn_ip_tcp`). It is told as PDUs; no SMB session hangs on it.

use super::Sink;
use super::event::{Direction, Event, OpenId};
use super::limits::Limits;
use super::out::Out;
use super::pdu::Pdu;
use super::pipe::Pipe;
use crate::dcerpc::{Header, PduType};
use crate::tcp::Piece;

/// The calls of one connection.
#[derive(Debug)]
pub(super) struct RpcOverTcp {
    pipe: Pipe,
}

impl RpcOverTcp {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { pipe: Pipe::new(None, limits) }
    }

    /// The next piece of one direction.
    pub(super) fn piece(
        &mut self,
        direction: Direction,
        piece: Piece<'_>,
        limits: &Limits,
        out: &mut Out<'_>,
    ) {
        match (piece, direction) {
            (Piece::Data(bytes), Direction::ToServer) => {
                self.pipe.data_to_server(OpenId::Connection, bytes, 0, limits, out);
            }
            (Piece::Data(bytes), Direction::ToClient) => {
                self.pipe.data_to_client(OpenId::Connection, bytes, limits, out);
            }
            (Piece::Gap { .. }, direction) => self.pipe.lost(OpenId::Connection, direction, out),
            _ => {}
        }
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

/// A sink that hears the PDUs and not the events: they would name an SMB session that there is none of.
pub(super) struct PdusOnly<'a>(pub(super) &'a mut dyn Sink);

impl Sink for PdusOnly<'_> {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.0.pdu(pdu);
    }

    fn event(&mut self, _event: Event) {}
}
