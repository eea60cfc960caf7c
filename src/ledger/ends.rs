//! How things end, each in its own words.
//!
//! What holds something ends it: a connection its sessions, a session its trees, a tree its opens, the last pipe of an
//! association group its handles. Each end of a holder is one of what it holds (`From`).

use crate::capture::Origin;
use crate::session::{CloseReason, ConnectionEnd};

/// The end of something: when, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing<By> {
    /// The packet that ended it.
    pub at: Origin,
    /// How.
    pub by: By,
}

impl<By> Closing<By> {
    /// The same end, as that of what was held.
    pub(super) fn of_held<Held: From<By>>(self) -> Closing<Held> {
        Closing { at: self.at, by: self.by.into() }
    }
}

/// Declares how something ends, with the word for each end in JSON and text.
macro_rules! ends {
    ($($(#[$doc:meta])* $type:ident { $($(#[$end_doc:meta])* $end:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $type {
            $($(#[$end_doc])* $end,)*
        }

        impl $type {
            /// The word for it in JSON and text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$end => $word,)*
                }
            }
        }

        impl From<$type> for &'static str {
            fn from(end: $type) -> Self {
                end.as_str()
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )*};
}

ends! {
    /// How a session ended, or what holds a slot like one: a set-up that was denied or has no answer.
    SessionEnd {
        /// LOGOFF succeeded.
        OwnClose = "own_close",
        /// The server answered that it does not know it.
        ServerDeniesIt = "server_denies_it",
        /// Its last connection ended.
        ConnectionEnd = "connection_end",
        /// The client set up another session in its place (SMB2 PreviousSessionId), or its id was given anew.
        Reconnected = "reconnected",
        /// The client set up its first session anew (SMB1 VcNumber 0), and the server dropped the older ones.
        VcZero = "vc_zero",
        /// A set-up that was denied: another one was granted on its connection.
        Superseded = "superseded",
    }

    /// How a tree ended.
    TreeEnd {
        /// TREE_DISCONNECT succeeded.
        OwnClose = "own_close",
        /// The server answered that it does not know it, or its session.
        ServerDeniesIt = "server_denies_it",
        /// Its session was logged off.
        Logoff = "logoff",
        /// Its last connection ended.
        ConnectionEnd = "connection_end",
        /// Another session took the place of its own.
        Reconnected = "reconnected",
        /// The client set up its first session anew (SMB1 VcNumber 0).
        VcZero = "vc_zero",
    }

    /// How an open file, directory, printer or pipe ended.
    OpenEnd {
        /// CLOSE succeeded.
        OwnClose = "own_close",
        /// The server answered that it does not know it, its tree or its session.
        ServerDeniesIt = "server_denies_it",
        /// Its tree was disconnected.
        TreeDisconnect = "tree_disconnect",
        /// Its session was logged off.
        Logoff = "logoff",
        /// Its last connection ended.
        ConnectionEnd = "connection_end",
        /// Another session took the place of its own.
        Reconnected = "reconnected",
        /// The client set up its first session anew (SMB1 VcNumber 0).
        VcZero = "vc_zero",
    }

    /// What ran a handle down: the end of the last pipe of its association group, or the server, which denies to know
    /// it.
    Rundown {
        /// The pipe was closed.
        PipeClose = "pipe_close",
        /// The server answered that it does not know the handle, the pipe, its tree or its session.
        ServerDeniesIt = "server_denies_it",
        /// The pipe's tree was disconnected.
        TreeDisconnect = "tree_disconnect",
        /// The pipe's session was logged off.
        Logoff = "logoff",
        /// The pipe's last connection ended.
        ConnectionEnd = "connection_end",
        /// Another session took the place of the pipe's.
        Reconnected = "reconnected",
        /// The client set up its first session anew (SMB1 VcNumber 0).
        VcZero = "vc_zero",
    }
}

/// How a context handle ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HandleEnd {
    /// ClosePrinter or its like succeeded.
    CloseCall,
    /// The server freed it with what held it.
    Rundown(Rundown),
}

impl HandleEnd {
    /// The word for it in JSON and text: of a handle that was run down, `rundown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CloseCall => "close_call",
            Self::Rundown(_) => "rundown",
        }
    }
}

impl From<HandleEnd> for &'static str {
    fn from(end: HandleEnd) -> Self {
        end.as_str()
    }
}

impl Closing<SessionEnd> {
    /// True for the end of a denied set-up that counts no more, since another one was granted.
    pub(super) fn is_superseded(self) -> bool {
        self.by == SessionEnd::Superseded
    }

    /// True for what ended because its connection did.
    pub(super) fn is_with(self, end: Closing<ConnectionEnd>) -> bool {
        self.at == end.at && matches!(self.by, SessionEnd::ConnectionEnd | SessionEnd::VcZero)
    }
}

impl Closing<TreeEnd> {
    /// True for what ended because its connection did.
    pub(super) fn is_with(self, end: Closing<ConnectionEnd>) -> bool {
        self.at == end.at && matches!(self.by, TreeEnd::ConnectionEnd | TreeEnd::VcZero)
    }
}

impl From<CloseReason> for SessionEnd {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::OwnClose => Self::OwnClose,
            CloseReason::ServerDeniesIt => Self::ServerDeniesIt,
        }
    }
}

impl From<CloseReason> for TreeEnd {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::OwnClose => Self::OwnClose,
            CloseReason::ServerDeniesIt => Self::ServerDeniesIt,
        }
    }
}

impl From<CloseReason> for OpenEnd {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::OwnClose => Self::OwnClose,
            CloseReason::ServerDeniesIt => Self::ServerDeniesIt,
        }
    }
}

impl From<SessionEnd> for TreeEnd {
    fn from(end: SessionEnd) -> Self {
        match end {
            SessionEnd::OwnClose => Self::Logoff,
            SessionEnd::ServerDeniesIt => Self::ServerDeniesIt,
            SessionEnd::ConnectionEnd => Self::ConnectionEnd,
            // What was denied had no tree.
            SessionEnd::Reconnected | SessionEnd::Superseded => Self::Reconnected,
            SessionEnd::VcZero => Self::VcZero,
        }
    }
}

impl From<TreeEnd> for OpenEnd {
    fn from(end: TreeEnd) -> Self {
        match end {
            TreeEnd::OwnClose => Self::TreeDisconnect,
            TreeEnd::ServerDeniesIt => Self::ServerDeniesIt,
            TreeEnd::Logoff => Self::Logoff,
            TreeEnd::ConnectionEnd => Self::ConnectionEnd,
            TreeEnd::Reconnected => Self::Reconnected,
            TreeEnd::VcZero => Self::VcZero,
        }
    }
}

/// Over SMB1 a session ends what it opened, and no tree.
impl From<SessionEnd> for OpenEnd {
    fn from(end: SessionEnd) -> Self {
        TreeEnd::from(end).into()
    }
}

impl From<OpenEnd> for HandleEnd {
    fn from(end: OpenEnd) -> Self {
        Self::Rundown(match end {
            OpenEnd::OwnClose => Rundown::PipeClose,
            OpenEnd::ServerDeniesIt => Rundown::ServerDeniesIt,
            OpenEnd::TreeDisconnect => Rundown::TreeDisconnect,
            OpenEnd::Logoff => Rundown::Logoff,
            OpenEnd::ConnectionEnd => Rundown::ConnectionEnd,
            OpenEnd::Reconnected => Rundown::Reconnected,
            OpenEnd::VcZero => Rundown::VcZero,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_ends_what_it_holds_by_its_own_name() {
        let word = |end: HandleEnd| match end {
            HandleEnd::Rundown(cause) => cause.as_str(),
            HandleEnd::CloseCall => end.as_str(),
        };
        assert_eq!(word(OpenEnd::OwnClose.into()), "pipe_close");
        assert_eq!(word(OpenEnd::from(TreeEnd::OwnClose).into()), "tree_disconnect");
        assert_eq!(word(OpenEnd::from(SessionEnd::OwnClose).into()), "logoff");
        assert_eq!(word(OpenEnd::from(TreeEnd::from(SessionEnd::VcZero)).into()), "vc_zero");
        for reason in [CloseReason::OwnClose, CloseReason::ServerDeniesIt] {
            let words = [SessionEnd::from(reason).as_str(), TreeEnd::from(reason).as_str()];
            assert_eq!(words, [OpenEnd::from(reason).as_str(); 2]);
        }
    }
}
