//! One self-contained page about captures: the answer, timelines of sessions and slots, findings with advice, tables.

mod axis;
#[path = "../common/mod.rs"]
mod common;
mod lanes;
mod output;
mod page;
mod plot;
#[path = "../common/streams.rs"]
mod streams;
mod text;
#[path = "../common/until.rs"]
mod until;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use common::Captures;
use output::Output;
use smbscope::Scan;
use smbscope::report::Options;
use smbscope::wire::Timestamp;

const AFTER_HELP: &str = "Exit codes:\n  \
    0  the page is written; whether null sessions are stuck is the exit code of null_sessions\n  \
    2  could not run: no file could be read, an argument is wrong, or the page could not be written";

/// Writes a page about captures: who held null sessions open, what that cost, what to do.
///
/// The page is one file that needs neither network nor script.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Arguments {
    /// Captures; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where to write the page, such as report.html; `-` is standard output
    #[arg(short, long, value_name = "PAGE")]
    output: PathBuf,
    /// Overwrite files that are there already, though never a capture
    #[arg(long)]
    force: bool,
    /// Write the pictures here too, each an SVG of its own
    #[arg(long, value_name = "DIRECTORY")]
    svg: Option<PathBuf>,
    /// How long a session may stay open, a pipe idle and a call unanswered before it counts
    #[arg(long, value_name = "SECONDS", default_value = "90", value_parser = common::seconds, allow_negative_numbers = true)]
    grace: Duration,
    /// How many connection slots the servers have, if you know
    #[arg(long, value_name = "N", value_parser = common::slots, allow_negative_numbers = true)]
    limit: Option<u64>,
    /// Judge at TIME (RFC 3339, any offset), if you know that nothing more was sent up to then; the end of the captures
    /// if that is later
    #[arg(long, value_name = "TIME", value_parser = common::time)]
    until: Option<Timestamp>,
}

fn main() -> ExitCode {
    match run(&streams::arguments()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            streams::say(&format!("report: {error}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let output = Output { inputs: &arguments.files, force: arguments.force };
    // Before what may take long.
    output.check(&arguments.output)?;
    let Arguments { grace, limit, until, .. } = *arguments;
    let captures = Captures::open(&arguments.files)?;
    let options = Options::default().grace(grace).limit(limit).all(true);
    let answer = Scan::of(captures).options(options).until(until).run()?;
    until::check(until, &answer.read);
    let (report, tables) = (answer.report(), answer.tables());
    let page = page::Page::of(&report, &tables);
    output.write(&arguments.output, &page.html()?)?;
    if let Some(directory) = &arguments.svg {
        std::fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
        for (name, picture) in page.pictures()? {
            output.write(&directory.join(name), &picture)?;
        }
    }
    Ok(())
}
