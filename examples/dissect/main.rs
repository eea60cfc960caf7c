//! One row a PDU: text, TSV or JSON.

#[path = "../common/captures.rs"]
mod captures;
mod filter;
mod json;
mod order;
#[path = "../common/plain_json.rs"]
mod plain_json;
mod text;
mod tsv;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use smbscope::dissect::Dissector;
use smbscope::session::{Analyzer, Event, Limits, Pdu, Sink};

use captures::Captures;
use filter::Filter;
use order::InOrder;

/// Prints one row for each NetBIOS, SMB and DCE/RPC PDU of a capture.
#[derive(Parser)]
#[command(version, after_help = "Exit status: 0, or 2 if no capture could be read.")]
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
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dissect: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whoever reads the rows has read enough of them.
fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut captures = Captures::open(&arguments.files)?;
    let mut analyzer = Analyzer::new(Limits::default());
    let out = InOrder::new(io::BufWriter::new(io::stdout().lock()));
    let mut rows = Rows { out, dissector: Dissector::new(), arguments };
    captures.each(|packet| {
        analyzer.push(packet, &mut rows);
        rows.out.reached(packet.origin)
    })?;
    analyzer.finish(&mut rows);
    rows.out.finish()?.flush()?;
    Ok(())
}

/// Prints each PDU that passes the filter.
struct Rows<'a, W> {
    out: InOrder<W>,
    dissector: Dissector,
    arguments: &'a Arguments,
}

impl<W: Write> Sink for Rows<'_, W> {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let Self { out, dissector, arguments } = self;
        let passes = arguments.filter.passes(pdu);
        // Every PDU is taken apart, since answers need what their requests asked.
        dissector.pdu(pdu, |dissection| {
            if !passes || (arguments.anomalies && dissection.anomalies.is_empty()) {
                return;
            }
            out.add(pdu.at, |row| match arguments.format {
                Format::Text => Some(text::row(pdu, dissection)),
                Format::Tsv => tsv::row(pdu, dissection, row),
                Format::Json => Some(json::row(pdu, dissection, arguments.stub)),
            });
        });
    }

    fn event(&mut self, _event: Event) {}
}
