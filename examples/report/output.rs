//! Files that are written: never over a capture that is read, and over other files only where that is asked for.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::streams;

/// Where files are written.
pub(crate) struct Output<'a> {
    /// The captures.
    pub(crate) inputs: &'a [PathBuf],
    /// Files that are there are overwritten.
    pub(crate) force: bool,
}

impl Output<'_> {
    /// Says what is wrong with a place for a file.
    pub(crate) fn check(&self, path: &Path) -> Result<(), String> {
        // What is no regular file, such as a terminal, holds nothing that could be lost.
        if is_standard(path) || !path.is_file() {
            return Ok(());
        }
        if self.inputs.iter().any(|input| is_same(input, path)) {
            return Err(format!("{}: is one of the captures, and they are not overwritten", path.display()));
        }
        if !self.force {
            return Err(format!("{}: there is such a file already; --force overwrites it", path.display()));
        }
        Ok(())
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &Path, text: &str) -> Result<(), String> {
        self.check(path)?;
        if is_standard(path) {
            let mut out = io::stdout().lock();
            let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            return streams::printed(written).map_err(|error| error.to_string());
        }
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
    }
}

fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// True if an input is the file of a path, whatever either is called.
fn is_same(input: &Path, path: &Path) -> bool {
    let input = if is_standard(input) { Path::new("/dev/stdin") } else { input };
    let of = |path: &Path| fs::canonicalize(path).ok();
    of(input).is_some_and(|input| Some(input) == of(path)) || is_linked(input, path)
}

/// True of two names of one file.
#[cfg(unix)]
fn is_linked(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let id = |path: &Path| fs::metadata(path).ok().map(|file| (file.dev(), file.ino()));
    id(one).is_some_and(|one| Some(one) == id(other))
}

#[cfg(not(unix))]
fn is_linked(_one: &Path, _other: &Path) -> bool {
    false
}
