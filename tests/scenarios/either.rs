//! What SMB1 and SMB2 can both say, in the same words.

use crate::ntlm::{self, Who};
use crate::rpc::Pipe;
use crate::smb1::{self, Smb1};
use crate::smb2::{self, Smb2};
use crate::wire::Tcp;

/// The protocol that a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Speaks {
    Smb1,
    Smb2,
}

/// Each of them.
pub(crate) const BOTH: [Speaks; 2] = [Speaks::Smb1, Speaks::Smb2];

/// The client and the server of a connection.
pub(crate) enum Smb<'w> {
    One(Smb1<Tcp<'w>>),
    Two(Smb2<'w>),
}

use Smb::{One, Two};

impl Speaks {
    pub(crate) fn on(self, tcp: Tcp<'_>) -> Smb<'_> {
        match self {
            Self::Smb1 => One(Smb1::on(tcp)),
            Self::Smb2 => Two(Smb2::on(tcp)),
        }
    }
}

impl<'w> Smb<'w> {
    pub(crate) fn tcp(&self) -> &Tcp<'w> {
        match self {
            One(smb) => &smb.tcp,
            Two(smb) => &smb.tcp,
        }
    }

    /// Session `number` of somebody.
    pub(crate) fn log_on(&self, number: u16, who: Who) {
        self.set_up(number, who, smb1::OK);
    }

    /// Asks for a session of somebody, which is answered with a status.
    pub(crate) fn set_up(&self, number: u16, who: Who, status: u32) {
        match self {
            One(smb) if status == smb1::OK => smb.log_on_by_blob(number, who, true),
            One(smb) => {
                smb.uid.set(0);
                let asked = smb.ask(&[smb1::blob_set_up(&ntlm::init(&ntlm::negotiate()))]);
                let challenge = smb1::blob_answer(&ntlm::resp(&ntlm::challenge()));
                smb.answer(smb1::Asked { uid: number, ..asked }, smb1::MORE_PROCESSING, &[challenge]);
                smb.uid.set(number);
                let asked = smb.ask(&[smb1::blob_set_up(&ntlm::resp(&ntlm::authenticate(who)))]);
                smb.fail(asked, status);
            }
            Two(smb) if status == smb1::OK => smb.log_on(number.into(), who),
            Two(smb) => {
                let asked = smb.ask_log_on(number.into(), who, smb2::SetUp::default());
                smb.fail(asked, status);
            }
        }
    }

    /// Connects to `IPC$`, as tree 1.
    pub(crate) fn ipc(&self) {
        match self {
            One(smb) => smb.ipc(1),
            Two(smb) => smb.ipc(1),
        }
    }

    /// Connects to a disk share, as tree 2.
    pub(crate) fn disk(&self, path: &str) {
        match self {
            One(smb) => smb.tree_connected(smb.ask_tree(path, "A:"), 2, "A:"),
            Two(smb) => smb.tree_connected(smb.ask_tree(path), 2, 1),
        }
    }

    /// Connects to a printer share, as tree 3.
    pub(crate) fn print_share(&self, path: &str) {
        match self {
            One(smb) => smb.tree_connected(smb.ask_tree(path, "LPT1:"), 3, "LPT1:"),
            Two(smb) => smb.tree_connected(smb.ask_tree(path), 3, 3),
        }
    }

    /// Asks for the tree of a disk share or `IPC$`, which is denied.
    pub(crate) fn denied_tree(&self, path: &str) {
        match self {
            One(smb) => smb.fail(smb.ask_tree(path, "?????"), smb1::ACCESS_DENIED),
            Two(smb) => smb.fail(smb.ask_tree(path), smb1::ACCESS_DENIED),
        }
    }

    /// Asks for a tree, which meets the limit of its users.
    pub(crate) fn refused_tree(&self, path: &str, status: u32) {
        match self {
            One(smb) => smb.fail(smb.ask_tree(path, "?????"), status),
            Two(smb) => smb.fail(smb.ask_tree(path), status),
        }
    }

    /// Asks for a pipe, which is answered with a status.
    pub(crate) fn refused_open(&self, name: &str, status: u32) {
        match self {
            One(smb) => smb.fail(smb.ask_create(name), status),
            Two(smb) => smb.fail(smb.ask_create(name), status),
        }
    }

    /// Opens a pipe or a file in the latest tree.
    pub(crate) fn open(&self, name: &str, number: u16) {
        match self {
            One(smb) if smb.tid.get() == 2 => {
                smb.answer(smb.ask_create(name), smb1::OK, &[smb1::file_answer(number, 0)]);
            }
            One(smb) => smb.open(name, number),
            Two(smb) => smb.open(name, number.into()),
        }
    }

    /// Asks for a pipe or a file, which is denied.
    pub(crate) fn denied_open(&self, name: &str) {
        self.refused_open(name, smb1::ACCESS_DENIED);
    }

    pub(crate) fn close(&self, number: u16) {
        match self {
            One(smb) => smb.close(number),
            Two(smb) => smb.close(number.into()),
        }
    }

    pub(crate) fn disconnect(&self) {
        match self {
            One(smb) => smb.disconnect(),
            Two(smb) => smb.disconnect(),
        }
    }

    pub(crate) fn log_off(&self) {
        match self {
            One(smb) => smb.log_off(),
            Two(smb) => smb.log_off(),
        }
    }

    /// A logoff that fails.
    pub(crate) fn failed_log_off(&self, status: u32) {
        match self {
            One(smb) => smb.fail(smb.ask_log_off(), status),
            Two(smb) => smb.fail(smb.ask_log_off(), status),
        }
    }

    pub(crate) fn echo(&self) {
        match self {
            One(smb) => smb.echo(),
            Two(smb) => smb.echo(),
        }
    }

    /// A pipe that is open.
    pub(crate) fn pipe(&self, number: u16) -> EitherPipe<'_, 'w> {
        EitherPipe { smb: self, number }
    }

    /// A session of somebody with a pipe to the spooler open and bound: pipe 7.
    pub(crate) fn with_pipe(self, number: u16, who: Who) -> Self {
        self.log_on(number, who);
        self.ipc();
        self.open("spoolss", 7);
        self.pipe(7).bind(number.into());
        self
    }

    /// Closes pipe 7 and everything that holds it.
    pub(crate) fn leave(&self) {
        self.close(7);
        self.disconnect();
        self.log_off();
        self.tcp().end();
    }
}

/// A pipe by TransactNmPipe or FSCTL_PIPE_TRANSCEIVE.
pub(crate) struct EitherPipe<'a, 'w> {
    smb: &'a Smb<'w>,
    number: u16,
}

/// A request on it.
pub(crate) enum Asked {
    One(smb1::Asked),
    Two(smb2::Asked),
}

impl Pipe for EitherPipe<'_, '_> {
    type Asked = Asked;

    fn ask(&self, pdu: &[u8]) -> Asked {
        match self.smb {
            One(smb) => Asked::One(smb.pipe(self.number).ask(pdu)),
            Two(smb) => Asked::Two(smb.pipe(self.number.into()).ask(pdu)),
        }
    }

    fn reply(&self, asked: Asked, pdu: &[u8]) {
        match (self.smb, asked) {
            (One(smb), Asked::One(asked)) => smb.pipe(self.number).reply(asked, pdu),
            (Two(smb), Asked::Two(asked)) => smb.pipe(self.number.into()).reply(asked, pdu),
            _ => unreachable!("asked on another connection"),
        }
    }
}
