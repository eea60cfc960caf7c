//! Whose a session may be, where its credentials were not captured whole.

use super::{Ledger, Session, Tree};
use crate::auth::{Evidence, Who};
use crate::capture::Origin;
use crate::session::{SessionId, ShareKind, is_ipc};

impl Ledger {
    /// True if a session may be a null session: its credentials were not captured whole, and nothing shows a user or a
    /// guest.
    #[must_use]
    pub fn is_possibly_null(&self, session: &Session) -> bool {
        session.identity.who == Who::Unknown
            && session.identity.may_be_null()
            && !self.shows_user_or_guest(session)
    }

    /// True if something shows that a session is a user's or a guest's: its credentials, a signature or encryption,
    /// which take a key, or a tree of a disk or a printer share.
    #[must_use]
    pub fn shows_user_or_guest(&self, session: &Session) -> bool {
        let shown = |evidence: &Evidence| {
            matches!(
                evidence,
                Evidence::AccountGiven | Evidence::NtResponseGiven | Evidence::KerberosTicket { .. }
            )
        };
        let share_level = session.identity.evidence.contains(&Evidence::ShareLevelSecurity);
        match session.identity.who {
            Who::Null => false,
            Who::Guest | Who::User => true,
            Who::Unknown => {
                self.signed_by_user(session).is_some()
                    || session.encrypted.is_some()
                    || (!share_level && session.identity.evidence.iter().any(shown))
                    || self.trees(session).any(Tree::is_of_users)
            }
        }
    }

    /// Since when a session's messages are signed with a key that only its own user can have given. Over SMB1 the key is
    /// the connection's, that of the first user who set up a session there (\[MS-CIFS\] 3.2.5.3), and all sessions sign
    /// with it: beside another session that may be that user's a signature shows nothing.
    pub(super) fn signed_by_user(&self, session: &Session) -> Option<Origin> {
        let has_key = |other: &Session| {
            other.row != session.row
                && other.denied.is_none()
                && matches!(other.identity.who, Who::User | Who::Unknown)
        };
        let connections = self.connections_of(session);
        let mut beside = connections.flat_map(|ends| self.sessions.of(&ends.sessions));
        session.signed.filter(|_| !matches!(session.id, SessionId::Uid(_)) || !beside.any(has_key))
    }
}

impl Session {
    /// True for a null session, by its latest credentials.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.identity.is_null()
    }
}

impl Tree {
    /// True for the tree of a disk or a printer share.
    pub(super) fn is_of_users(&self) -> bool {
        match self.share {
            ShareKind::Disk | ShareKind::Print => true,
            ShareKind::Pipe => false,
            ShareKind::Unknown => self.path.as_deref().is_some_and(|path| !is_ipc(path)),
        }
    }
}
