//! Every null session of a capture, its verdict and why.

#[path = "common/mod.rs"]
mod common;
#[path = "common/plain_json.rs"]
mod plain_json;
#[path = "common/streams.rs"]
mod streams;
#[path = "common/terminal.rs"]
mod terminal;
#[path = "common/until.rs"]
mod until;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use common::Captures;
use serde_json::ser::PrettyFormatter;
use smbscope::Scan;
use smbscope::report::{NullSessions, Options, Outcome};
use smbscope::wire::Timestamp;

/// Finds anonymous (null) SMB sessions that never close, and what holds them open.
///
/// Reads one or more captures (pcap, pcapng, plain or gzip) as one timeline and gives each null session to IPC$ a
/// verdict: hung, leaked, lingering, denied, was_hung, was_leaked, unknown, abandoned, open, was_lingering or closed.
/// Says who holds them, what that costs the server, what to do, and what the captures do not show.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes:\n  \
        0  no null session is stuck, or was, and what could hold one was read\n  \
        1  a null session is stuck, or was, or a server refused a client because its slots were taken\n  \
        2  could not run: no file could be read, an argument is wrong, or the answer could not be printed\n  \
        3  not known: what was not captured or not read may hold a null session that is stuck"
)]
struct Arguments {
    /// Captures; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How long a session may stay open, a pipe idle and a call unanswered before it counts
    #[arg(long, value_name = "SECONDS", default_value = "90", value_parser = common::seconds, allow_negative_numbers = true)]
    grace: Duration,
    /// How many connection slots the server has, if you know
    #[arg(long, value_name = "N", value_parser = common::slots, allow_negative_numbers = true)]
    limit: Option<u64>,
    /// Judge at TIME (RFC 3339, any offset), if you know that nothing more was sent up to then; the end of the captures
    /// if that is later
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
    match run(&streams::arguments()) {
        Ok(outcome) => ExitCode::from(outcome.exit_code()),
        Err(error) => {
            streams::say(&format!("null_sessions: {error}"));
            ExitCode::from(2)
        }
    }
}

/// Prints the report, and says what it comes to.
fn run(arguments: &Arguments) -> Result<Outcome, Box<dyn Error>> {
    let Arguments { grace, limit, until, all, .. } = *arguments;
    let captures = Captures::open(&arguments.files)?;
    let options = Options::default().grace(grace).limit(limit).all(all);
    let answer = Scan::of(captures).options(options).until(until).run()?;
    until::check(until, &answer.read);
    let report = answer.report();
    streams::printed(print(&report, arguments.format))?;
    Ok(report.outcome())
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
