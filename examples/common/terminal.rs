//! How wide what is printed may be.

/// Columns of the terminal that standard output is, within reason; 80 if it is none.
pub(crate) fn columns() -> usize {
    let terminal = console::Term::stdout();
    let size = terminal.size_checked().filter(|_| terminal.is_term());
    size.map_or(80, |(_, columns)| usize::from(columns).clamp(80, 200))
}
