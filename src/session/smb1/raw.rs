//! Raw transfers: data that come and go as messages of their own, without a header.

use super::{Key, Smb1};
use crate::error::ParseError;
use crate::netbios::Frame;
use crate::session::event::{Direction, OpenId, SessionId};
use crate::session::here::Here;
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
        here: &mut Here<'_>,
    ) -> Option<Answered> {
        let Transfer { header, fid } = self.raw.due(direction)?;
        if frame.damaged && frame.payload.len() < Header::PROTOCOL.len() {
            return None;
        }
        self.raw.end(direction);
        let mut answered = Answered::default();
        here.out.pdu(direction, Content::Raw { command: header.command, fid, frame });
        let (session, open) = (SessionId::Uid(header.uid), OpenId::Fid(fid));
        let (data, whole) = (frame.payload, !frame.damaged);
        if direction == Direction::ToServer {
            here.tables.session_used(session, None, here.out.at);
            here.tables.open_used(open, None, here.out.at);
            self.write_pipe(fid, data, whole, &header, here);
            return Some(answered);
        }
        answered.sent = self.pending.remove(&Key::of(&header)).map(|pending| pending.sent);
        // Nothing comes of a read that fails, and of one that finds nothing.
        if frame.length > 0 {
            self.ensure_session(header.uid, here);
            here.tables.session_used(session, answered.sent, here.out.at);
            self.ensure_open(fid, header.uid, header.tid, here);
            here.tables.open_used(open, answered.sent, here.out.at);
            here.read_pipe(Some(open), data, whole);
        }
        Some(answered)
    }
}
