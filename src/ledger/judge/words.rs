//! What pipes and handles are called in the reason of a verdict.

use crate::ledger::{Handle, Open};

/// `pipe spoolss`, or what is known of one whose name cannot be read.
pub(super) fn pipe_words(open: &Open) -> String {
    match (open.readable_name(), open.interface()) {
        (Some(name), _) => format!("pipe {name}"),
        (None, Some(interface)) => format!("a pipe on which {interface} is spoken"),
        (None, None) => "a pipe of unknown name".to_owned(),
    }
}

/// `printer handle on \\PRNSRV\lp1`.
pub(super) fn handle_words(handle: &Handle) -> String {
    let object = handle.object.as_deref().map(|object| format!(" on {object}"));
    format!("{}{}", handle.noun(), object.unwrap_or_default())
}
