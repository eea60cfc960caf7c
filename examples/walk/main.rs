//! The bare walk of a capture with pcap-parser and etherparse and nothing else, which speed is measured against.

mod bare;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Walks a capture with pcap-parser and etherparse and nothing else, which the speed of smbscope is measured against.
///
/// Prints how many packets the capture has and how many bytes of TCP payload.
#[derive(Parser)]
#[command(version, after_help = "Exit status: 0, or 2 if the capture could not be read.")]
struct Arguments {
    /// A capture of Ethernet frames (pcap or pcapng, not gzip)
    file: PathBuf,
}

fn main() -> ExitCode {
    let Arguments { file } = Arguments::parse();
    match bare::walk(&file) {
        Ok((packets, payload)) => {
            println!("{packets} packets, {payload} bytes of TCP payload");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("walk: {}: {error}", file.display());
            ExitCode::from(2)
        }
    }
}
