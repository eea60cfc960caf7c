//! Any bytes as the stub of any call of the print spooler.
#![no_main]

#[path = "../drive.rs"]
mod drive;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drive::stub(bytes));
