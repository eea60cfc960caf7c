//! The server's own tables at a moment of a capture: `net session`, `net files`, `net share`, `nbtstat -s`.

#[path = "common/mod.rs"]
mod common;
#[path = "common/plain_json.rs"]
mod plain_json;
#[path = "common/streams.rs"]
mod streams;
#[path = "common/terminal.rs"]
mod terminal;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use common::Captures;
use serde_json::ser::PrettyFormatter;
use smbscope::Scan;
use smbscope::finding::list;
use smbscope::net::Host;
use smbscope::report::{NetSession, Options};
use smbscope::scan::At;

const AFTER_HELP: &str = "Exit codes:\n  \
    0  the tables are printed; whether null sessions are stuck is the exit code of null_sessions\n  \
    2  could not run: no file could be read, an argument is wrong, --server names a server that is not in the captures, \
    or the tables could not be printed";

/// Prints each server's own tables at the end of a capture, or at any moment of it.
///
/// Who is connected (net session), what is open (net files), what is shared (net share), and the NetBIOS connections
/// (nbtstat -s), as the server itself would have listed them.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Arguments {
    /// Captures; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The moment: RFC 3339 with any offset, or seconds from the first packet
    #[arg(long, value_name = "TIME|+SECONDS", value_parser = moment)]
    at: Option<At>,
    /// Only the server of this address: IP, or MAC where it speaks NetBEUI
    #[arg(long, value_name = "ADDRESS")]
    server: Option<Host>,
    /// How many connection slots the servers have, if you know
    #[arg(long, value_name = "N", value_parser = common::slots, allow_negative_numbers = true)]
    limit: Option<u64>,
    /// How long a session may stay open, a pipe idle and a call unanswered before it counts
    #[arg(long, value_name = "SECONDS", default_value = "90", value_parser = common::seconds, allow_negative_numbers = true)]
    grace: Duration,
    /// How to print the tables
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

/// Servers that an error names; more are counted.
const SERVERS: usize = 8;

fn main() -> ExitCode {
    match run(&streams::arguments()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            streams::say(&format!("net_session: {error}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let captures = Captures::open(&arguments.files)?;
    let options = Options::default().grace(arguments.grace).limit(arguments.limit);
    let answer = Scan::of(captures).options(options).at(arguments.at).run()?;
    let begin = answer.read.captures.iter().filter_map(|capture| capture.first).min();
    if let (Some(at), Some(begin)) = (answer.read.at, begin)
        && at < begin
    {
        streams::say(&format!(
            "warning: --at {at} is before the first packet, which is of {begin}: nothing is open yet"
        ));
    }
    let mut tables = answer.tables();
    if let Some(server) = arguments.server {
        retain(&mut tables, server)?;
    }
    Ok(streams::printed(print(&tables, arguments.format))?)
}

/// Leaves only the server of an address, which is one of those that were seen unless none was.
fn retain(tables: &mut NetSession<'_>, server: Host) -> Result<(), String> {
    let mut seen: Vec<String> = tables.servers.iter().map(|tables| tables.server.to_string()).collect();
    tables.retain_server(server);
    if seen.is_empty() || !tables.servers.is_empty() {
        return Ok(());
    }
    let left = seen.len().saturating_sub(SERVERS);
    seen.truncate(SERVERS);
    if left > 0 {
        seen.push(format!("{left} more"));
    }
    Err(format!("{server} is not among the servers seen by then: {}", list(&seen)))
}

fn print(tables: &NetSession<'_>, format: Format) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        Format::Text => write!(out, "{}", tables.text(terminal::columns()))?,
        Format::Json => {
            plain_json::write(&mut out, tables, PrettyFormatter::new())?;
            writeln!(out)?;
        }
    }
    out.flush()
}

fn moment(text: &str) -> Result<At, String> {
    if let Some(seconds) = text.strip_prefix('+') {
        let seconds: f64 = seconds.parse().map_err(|_| "expected seconds after the +".to_owned())?;
        let after = Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())?;
        // Beyond it there is no time.
        return i64::try_from(after.as_nanos()).map(|_| At::After(after)).map_err(|error| error.to_string());
    }
    common::time(text).map(At::Time)
}
