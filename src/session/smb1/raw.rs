//! Raw transfers: data that come and go as messages of their own, without a header.

use super::{Place, Smb1};
use crate::error::ParseError;
use crate::netbios::Frame;
use crate::session::context::Context;
use crate::session::event::{Direction, OpenId};
use crate::session::missing::Answered;
use crate::session::pdu::Content;
use crate::session::tables::Tables;
use crate::smb1::{Block, Header, file};

/// The transfers under way. A client has one at a time, and nothing else beside it (\[MS-CIFS\] 2.2.4.22, 2.2.4.25).
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// The `READ_RAW` whose data are due from the server.
    read: Option<Transfer>,
    /// The `WRITE_RAW` whose data are due from the client.
    write: Option<Transfer>,
}

/// Who asked, and what the data are of.
#[derive(Debug, Clone, Copy)]
struct Transfer {
    header: Header,
    fid: u16,
}

impl Raw {
    const fn due(&self, direction: Direction) -> Option<Transfer> {
        match direction {
            Direction::ToServer => self.write,
            Direction::ToClient => self.read,
        }
    }

    const fn end(&mut self, direction: Direction) {
        match direction {
            Direction::ToServer => self.write = None,
            Direction::ToClient => self.read = None,
        }
    }

    /// The client sends a message with a header: it has no more raw data to send.
    pub(super) const fn client_goes_on(&mut self) {
        self.write = None;
    }

    /// The server answers with a message that has a header: no raw data come, and if it fails, none are wanted.
    pub(super) fn server_goes_on(&mut self, header: &Header) {
        self.read = None;
        if !header.status.is_success() {
            self.write = None;
        }
    }
}

impl Smb1 {
    /// A `READ_RAW` request; gives the FID.
    pub(super) fn ask_raw_read(&mut self, block: &Block<'_>, header: &Header) -> Result<u16, ParseError> {
        let file::ReadRaw { fid, .. } = file::words(block)?;
        self.raw.read = Some(Transfer { header: *header, fid });
        Ok(fid)
    }

    /// A `WRITE_RAW` request, which may have the first of its data; gives the FID and these.
    pub(super) fn begin_raw_write<'a>(
        &mut self,
        block: &Block<'a>,
        header: &Header,
    ) -> Result<(u16, &'a [u8], bool), ParseError> {
        let request: file::WriteRaw = file::words(block)?;
        let length = usize::from(request.data_length);
        let data = block.slice(request.data_offset.into(), length);
        if request.count_of_bytes > request.data_length {
            self.raw.write = Some(Transfer { header: *header, fid: request.fid });
        }
        Ok((request.fid, data, data.len() == length))
    }

    /// How many bytes of the raw data that are due in this direction are of use; `None` if none are due.
    pub(in crate::session) fn raw_wanted(&self, direction: Direction, tables: &Tables) -> Option<usize> {
        let Transfer { header, fid } = self.raw.due(direction)?;
        Some(if self.is_pipe(&header, Some(fid), tables) { usize::MAX } else { 0 })
    }

    /// Raw data; `None` if none are due, or if so little is there that it may be another message.
    pub(in crate::session) fn raw_data(
        &mut self,
        direction: Direction,
        frame: &Frame<'_>,
        cx: &mut Context<'_>,
    ) -> Option<Answered> {
        let Transfer { header, fid } = self.raw.due(direction)?;
        if frame.damaged && frame.payload.len() < Header::PROTOCOL.len() {
            return None;
        }
        self.raw.end(direction);
        let mut answered = Answered::default();
        cx.out.pdu(direction, Content::Raw { command: header.command, fid, frame });
        let Place { session, tree, id } = Place::of(&header);
        let open = OpenId::Fid(fid);
        let (data, whole) = (frame.payload, !frame.damaged);
        if direction == Direction::ToServer {
            cx.session_used(session, None);
            cx.open_used(open, None);
            self.write_pipe(fid, data, whole, &header, cx);
            return Some(answered);
        }
        answered.sent = self.exchanges.requests.take(id, |_| true).map(|request| request.sent);
        // Nothing comes of a read that fails, and of one that finds nothing.
        if frame.length > 0 {
            self.exchanges.ensure_session(session, cx);
            cx.session_used(session, answered.sent);
            self.exchanges.ensure_open(open, session, tree, cx);
            cx.open_used(open, answered.sent);
            cx.read_pipe(Some(open), data, whole);
        }
        Some(answered)
    }
}
