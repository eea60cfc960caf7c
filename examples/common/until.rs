//! The option `--until`.

use smbscope::ledger::Ledger;
use smbscope::wire::Timestamp;

use crate::common::{self, Captures};
use crate::streams::say;

/// Takes the ledger to the end of the captures, and on to `until` if that is later.
pub(crate) fn extend(captures: &Captures, until: Option<Timestamp>, ledger: &mut Ledger) {
    let captured_to = common::captured_to(captures);
    for end in [captured_to, until].into_iter().flatten() {
        ledger.extend_to(end);
    }
    if let (Some(until), Some(end)) = (until, captured_to)
        && until < end
    {
        say(&format!(
            "warning: --until {until} is before the end of the captures: judged at their end, {end}"
        ));
    }
}
