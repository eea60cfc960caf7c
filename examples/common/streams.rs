//! Standard output and standard error, either of which may be full, closed or a terminal.

use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::process;

use clap::Parser;
use smbscope::finding::Plain;

/// Says something on standard error: names of files in it may hold what would steer a terminal.
pub(crate) fn say(text: &str) {
    // There is nowhere else to say that it cannot be said.
    let _ = writeln!(io::stderr().lock(), "{}", Plain::whole(text));
}

/// What came of writing to standard output. Whoever closed it has read enough.
pub(crate) fn printed(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(io::Error::new(error.kind(), format!("standard output: {error}"))),
        Ok(()) => Ok(()),
    }
}

/// The arguments, or what is wrong with them and exit code 2.
pub(crate) fn arguments<A: Parser>() -> A {
    let error = match A::try_parse() {
        Ok(arguments) => return arguments,
        Err(error) => error,
    };
    let is_plain = |argument: OsString| argument.to_string_lossy().chars().all(Plain::shows);
    if !error.use_stderr() || env::args_os().all(is_plain) {
        error.exit();
    }
    error.to_string().lines().for_each(say);
    process::exit(error.exit_code())
}
