//! The bare walk of a capture with pcap-parser and etherparse and nothing else, which speed is measured against.

mod bare;
#[path = "../common/streams.rs"]
mod streams;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

const AFTER_HELP: &str = "Exit codes:\n  \
    0  the capture is read to its end\n  \
    2  could not run: the capture could not be read, an argument is wrong, or the answer could not be printed";

/// Walks a capture with pcap-parser and etherparse and nothing else, which the speed of smbscope is measured against.
///
/// Prints how many packets the capture has and how many bytes of TCP payload.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Arguments {
    /// A capture of Ethernet frames (pcap or pcapng, not gzip)
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

fn main() -> ExitCode {
    match run(&streams::arguments()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            streams::say(&format!("walk: {error}"));
            ExitCode::from(2)
        }
    }
}

fn run(Arguments { file }: &Arguments) -> Result<(), Box<dyn Error>> {
    let (packets, payload) = bare::walk(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut out = io::stdout().lock();
    let written =
        writeln!(out, "{packets} packets, {payload} bytes of TCP payload").and_then(|()| out.flush());
    Ok(streams::printed(written)?)
}
