//! One row a PDU: text, TSV or JSON.

#[path = "../common/captures.rs"]
mod captures;
mod filter;
mod json;
mod order;
#[path = "../common/plain_json.rs"]
mod plain_json;
#[path = "../common/streams.rs"]
mod streams;
mod text;
mod tsv;

use std::error::Error;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use smbscope::Scan;
use smbscope::capture::Origin;
use smbscope::dissect::Dissector;
use smbscope::finding::count;
use smbscope::session::{Pdu, Sink};

use captures::Captures;
use filter::Filter;
use order::InOrder;

const AFTER_HELP: &str = "Exit codes:\n  \
    0  the rows are printed\n  \
    2  could not run: no file could be read, an argument is wrong, or the rows could not be printed";

/// Prints one row for each NetBIOS, SMB and DCE/RPC PDU of a capture.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Arguments {
    /// Captures; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How to print the rows
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    filter: Filter,
    /// JSON: add the stubs of calls, whole on their last fragment, in hex
    #[arg(long)]
    stub: bool,
    /// Only PDUs of which something could not be read
    #[arg(long)]
    anomalies: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people: one line a PDU
    Text,
    /// Tab-separated columns
    Tsv,
    /// For programs: one object a PDU, one a line
    Json,
}

fn main() -> ExitCode {
    match run(&streams::arguments()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            streams::say(&format!("dissect: {error}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    if arguments.stub && !matches!(arguments.format, Format::Json) {
        return Err("--stub is for --format json alone".into());
    }
    // What cannot be read has an error of its own.
    print(arguments).or_else(|error| Ok(streams::printed(Err(*error.downcast::<io::Error>()?))?))
}

fn print(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let captures = Captures::open(&arguments.files)?;
    let out = InOrder::new(io::BufWriter::new(io::stdout().lock()));
    let mut rows = Rows { out, dissector: Dissector::new(), arguments, met: 0, passed: 0, written: Ok(()) };
    Scan::of(captures).each(&mut rows)?;
    let Rows { out, met, passed, written, .. } = rows;
    written?;
    out.finish()?.flush()?;
    if passed == 0 {
        let why = match met {
            0 => "no NetBIOS, SMB or DCE/RPC PDU in what was read".to_owned(),
            _ => format!("none of {} is one that the options ask for", count(met, "PDU")),
        };
        streams::say(&format!("warning: {why}"));
    }
    Ok(())
}

/// Prints each PDU that passes the filter.
struct Rows<'a, W> {
    out: InOrder<W>,
    dissector: Dissector,
    arguments: &'a Arguments,
    /// How many PDUs there are, and how many of them pass the filter.
    met: usize,
    passed: usize,
    /// What came of printing so far.
    written: io::Result<()>,
}

impl<W: Write> Sink for Rows<'_, W> {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let Self { out, dissector, arguments, met, passed, .. } = self;
        let passes = arguments.filter.passes(pdu);
        *met += 1;
        // Every PDU is taken apart, since answers need what their requests asked.
        dissector.pdu(pdu, |dissection| {
            if !passes || (arguments.anomalies && dissection.anomalies.is_empty()) {
                return;
            }
            *passed += 1;
            out.add(pdu.at, |row| match arguments.format {
                Format::Text => Some(text::row(pdu, dissection)),
                Format::Tsv => tsv::row(pdu, dissection, row),
                Format::Json => Some(json::row(pdu, dissection, arguments.stub)),
            });
        });
    }

    fn packet(&mut self, at: Origin) -> ControlFlow<()> {
        self.written = self.out.reached(at);
        if self.written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
