//! The worst of each verdict, where there are too many sessions to show all.

use super::SessionReport;

/// All of `sessions` if there are at most `all` of them, else the first `few` of each verdict. They come sorted by their
/// verdicts, the worst of each first.
#[must_use]
pub fn worst_of_each<'s, 'a>(
    sessions: &[&'s SessionReport<'a>],
    all: usize,
    few: usize,
) -> Vec<&'s SessionReport<'a>> {
    if sessions.len() <= all {
        return sessions.to_vec();
    }
    let verdicts = sessions.chunk_by(|one, other| one.verdict == other.verdict);
    verdicts.flat_map(|of_one| of_one.iter().take(few)).copied().collect()
}
