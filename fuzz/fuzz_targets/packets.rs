//! Any bytes as the TCP payloads of a few connections, in well-formed packets.
#![no_main]

#[path = "../drive.rs"]
mod drive;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drive::packets(bytes));
