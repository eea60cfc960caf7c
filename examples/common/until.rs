//! The option `--until`.

use smbscope::scan::Read;
use smbscope::wire::Timestamp;

use crate::streams::say;

/// Says so if a time given with `--until` is before the end of the captures.
pub(crate) fn check(until: Option<Timestamp>, read: &Read) {
    if let (Some(until), Some(end)) = (until, read.captured_to())
        && until < end
    {
        say(&format!(
            "warning: --until {until} is before the end of the captures: judged at their end, {end}"
        ));
    }
}
