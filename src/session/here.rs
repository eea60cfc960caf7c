//! What both dialects read a connection's messages with.

use super::event::{OpenEvent, OpenId, OpenKind, SessionId, ShareKind, TreeId};
use super::limits::Limits;
use super::out::Out;
use super::pipe::Pipe;
use super::pipe_name;
use super::tables::Tables;

/// The connection whose message is being read: its tables, the limits they have, and where events go.
pub(super) struct Here<'a> {
    pub(super) tables: &'a mut Tables,
    pub(super) limits: &'a Limits,
    pub(super) out: Out<'a>,
}

/// Something that was opened.
pub(super) struct NewOpen {
    pub(super) session: SessionId,
    pub(super) tree: TreeId,
    pub(super) open: OpenId,
    pub(super) name: Option<String>,
    /// What the messages say that it is; the share may say more.
    pub(super) told: OpenKind,
    pub(super) answer_seen: bool,
}

impl Here<'_> {
    /// Something was opened, or is known from its use to have been.
    pub(super) fn opened(&mut self, new: NewOpen) {
        let Self { tables, limits, out } = self;
        let NewOpen { session, tree, open, name, told, answer_seen } = new;
        tables.ensure_tree(tree, session, limits, out);
        let share = tables.trees.get(&tree).map_or(ShareKind::Unknown, |tree| tree.share);
        let what = match (share, told) {
            (ShareKind::Pipe, _) | (_, OpenKind::Pipe) => OpenKind::Pipe,
            (ShareKind::Print, _) | (_, OpenKind::Printer) => OpenKind::Printer,
            (ShareKind::Disk, OpenKind::Directory) => OpenKind::Directory,
            (ShareKind::Disk, _) => OpenKind::File,
            (ShareKind::Unknown, _) => OpenKind::Unknown,
        };
        let name = if what == OpenKind::Pipe { name.map(|name| pipe_name(&name)) } else { name };
        tables.add_open(open, session, tree, what, limits, out);
        if matches!(what, OpenKind::Pipe | OpenKind::Unknown)
            && let Some(state) = tables.opens.get_mut(&open)
        {
            state.pipe = name.as_deref().map(|name| Box::new(Pipe::new(Some(name), limits)));
        }
        out.tell(OpenEvent::Opened { session, tree, open, name, what, answer_seen });
    }
}
