//! Every null session of a capture, its verdict and why.

#[path = "common/mod.rs"]
mod common;
#[path = "common/plain_json.rs"]
mod plain_json;
#[path = "common/terminal.rs"]
mod terminal;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use common::Progress;
use serde_json::ser::PrettyFormatter;
use smbscope::capture::Timeline;
use smbscope::ledger::{Ledger, LedgerLimits};
use smbscope::report::{NullSessions, Options};
use smbscope::session::{Analyzer, Limits};
use smbscope::wire::Timestamp;

/// Finds anonymous (null) SMB sessions that never close, and what holds them open.
///
/// Reads one or more captures (pcap, pcapng, plain or gzip) as one timeline and gives each null session to IPC$ a
/// verdict: hung, leaked, lingering, unknown, abandoned, open or closed.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit status: 0 if no null session leaked or hangs, 1 if one does, 2 if it could not run."
)]
struct Arguments {
    /// Captures; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How long a session may stay, a pipe idle and a call wait before it counts
    #[arg(long, value_name = "SECONDS", default_value = "90", value_parser = common::seconds, allow_negative_numbers = true)]
    grace: f64,
    /// The server's limit of connection slots, if known
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// The captures are known to go on until TIME (RFC 3339, any offset), with nothing more happening
    #[arg(long, value_name = "TIME", value_parser = common::time)]
    until: Option<Timestamp>,
    /// Sessions of users, guests and unknown clients too
    #[arg(long)]
    all: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(1),
        Err(error) => {
            eprintln!("null_sessions: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints the report. True if a null session leaked or hangs.
fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let mut timeline = Timeline::open(&arguments.files)?;
    let mut ledger = Ledger::new(LedgerLimits::default());
    let mut analyzer = Analyzer::new(Limits::default());
    let mut progress = Progress::of(&timeline);
    while let Some(packet) = timeline.next()? {
        analyzer.push(&packet, &mut ledger);
        progress.packet(&timeline);
    }
    progress.finish(&timeline);
    for capture in timeline.captures() {
        for end in [capture.last, capture.end].into_iter().flatten() {
            ledger.extend_to(end);
        }
    }
    if let Some(until) = arguments.until {
        ledger.extend_to(until);
    }
    analyzer.finish(&mut ledger);

    let mut options = Options::default();
    (options.grace, options.limit, options.all) = (arguments.grace, arguments.limit, arguments.all);
    let report = NullSessions::new(&ledger, timeline.captures(), analyzer.counts(), options);
    match print(&report, arguments.format) {
        // Whoever reads the report has read enough of it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        result => result?,
    }
    Ok(report.any_leaked_or_hung())
}

fn print(report: &NullSessions<'_>, format: Format) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        Format::Text => write!(out, "{}", report.text(terminal::columns()))?,
        Format::Json => {
            plain_json::write(&mut out, report, PrettyFormatter::new())?;
            writeln!(out)?;
        }
    }
    out.flush()
}
