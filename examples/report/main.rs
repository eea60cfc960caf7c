//! One self-contained page about captures: the answer, timelines of sessions and slots, findings with advice, tables.

mod axis;
#[path = "../common/mod.rs"]
mod common;
mod lanes;
mod page;
mod plot;
mod text;

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use common::Captures;
use smbscope::ledger::{Ledger, LedgerLimits};
use smbscope::report::{NetSession, NullSessions, Options};
use smbscope::session::{Analyzer, Limits};
use smbscope::wire::Timestamp;

/// Writes a page about captures: who held null sessions open, what that cost, what to do.
///
/// The page is one file that needs neither network nor script.
#[derive(Parser)]
#[command(version, after_help = "Exit status: 0, or 2 if it could not run.")]
struct Arguments {
    /// Captures; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to write the page; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,
    /// Write the pictures here too, each an SVG of its own
    #[arg(long, value_name = "DIRECTORY")]
    svg: Option<PathBuf>,
    /// How long a session may stay open, a pipe idle and a call unanswered before it counts
    #[arg(long, value_name = "SECONDS", default_value = "90", value_parser = common::seconds, allow_negative_numbers = true)]
    grace: f64,
    /// How many connection slots the servers have, if you know
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Judge at TIME (RFC 3339, any offset), if you know that nothing more was sent up to then
    #[arg(long, value_name = "TIME", value_parser = common::time)]
    until: Option<Timestamp>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("report: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut captures = Captures::open(&arguments.files)?;
    let mut ledger = Ledger::new(LedgerLimits::default());
    let mut analyzer = Analyzer::new(Limits::default());
    captures.each(|packet| {
        analyzer.push(packet, &mut ledger);
        Ok(())
    })?;
    let mut captured_to = None;
    for capture in captures.timeline.captures() {
        captured_to = captured_to.max(capture.last).max(capture.end);
    }
    for end in [captured_to, arguments.until].into_iter().flatten() {
        ledger.extend_to(end);
    }
    common::finish(&captures, &mut analyzer, &mut ledger);

    let mut options = Options::default();
    (options.grace, options.limit, options.all) = (arguments.grace, arguments.limit, true);
    let report = NullSessions::new(&ledger, captures.timeline.captures(), analyzer.counts(), options);
    let tables = NetSession::new(&ledger, captured_to, arguments.grace, arguments.limit);
    let page = page::Page::of(&report, &tables);
    write(&arguments.output, &page.html()?)?;
    if let Some(directory) = &arguments.svg {
        std::fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
        for (name, picture) in page.pictures()? {
            write(&directory.join(name), &picture)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    if path.as_os_str() == "-" {
        return match io::Write::write_all(&mut io::stdout().lock(), text.as_bytes()) {
            // Whoever reads the page has read enough of it.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => Ok(result?),
        };
    }
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()).into())
}
