//! How fast each protocol floor parses: every message of its kind in the captures of `testdata/`, over and over.
//!
//! `cargo bench --bench protocols` prints nanoseconds a message and megabytes a second, of the fastest of many rounds;
//! with `--test` everything is done once.

use std::error::Error;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use smbscope::Scan;
use smbscope::auth::Blob;
use smbscope::dcerpc::ndr::Encoding;
use smbscope::dcerpc::{Body as RpcBody, Pdu as RpcPdu};
use smbscope::error::{Anomalies, Examine};
use smbscope::interface::{SPOOLSS, SRVSVC};
use smbscope::netbios::{Framer, name_service};
use smbscope::session::{Content, Pdu, Sink};
use smbscope::smb1;
use smbscope::smb2::{self, compound};

/// Messages of one kind are gone through so many times; the fastest counts.
const ROUNDS: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = if std::env::args().any(|argument| argument == "--test") { 1 } else { ROUNDS };
    let mut found = Found::default();
    for path in captures()? {
        found.take(&path)?;
    }
    println!("{:<42}{:>10}{:>12}{:>14}{:>10}", "", "messages", "bytes each", "ns a message", "MB/s");
    let blobs = found.blobs();
    let framed: Vec<Vec<u8>> = found.smb2.iter().map(|message| framed(message)).collect();
    row("netbios: frames", &framed, rounds, |bytes| {
        let mut frames = 0;
        Framer::new(true).data(bytes, &mut |_| Some(usize::MAX), &mut |_| frames += 1_usize);
        frames
    });
    row("netbios: name service", &[NAME_QUERY], rounds, |bytes| name_service::Packet::parse(bytes).is_ok());
    row("smb1: header and every command", &found.smb1, rounds, |bytes| {
        let Ok(message) = smb1::Message::parse(bytes) else { return 0 };
        let blocks = message.blocks().flatten();
        blocks.filter(|block| smb1::Body::parse(block, &message.header).is_ok()).count()
    });
    row("smb2: header and body", &found.smb2, rounds, |bytes| {
        let messages = compound(bytes).flatten();
        messages.filter(|message| smb2::Body::parse(message, smb2::Asked::Unknown).is_ok()).count()
    });
    row("auth: security blobs", &blobs, rounds, |bytes| Blob::open(bytes).anomaly.is_none());
    row("dcerpc: PDUs", &found.rpc, rounds, |bytes| RpcPdu::parse(bytes).is_ok());
    let stubs: Vec<&[u8]> = found.prints.iter().map(|stub| stub.bytes.as_slice()).collect();
    let mut next = found.prints.iter().cycle();
    row("rprn: requests, to handles and names", &stubs, rounds, |bytes| {
        let Stub { opnum, encoding, .. } = next.next().unwrap_or_else(|| unreachable!());
        let procedure = SPOOLSS.procedure(*opnum);
        procedure.is_some_and(|procedure| procedure.request_facts(bytes, *encoding).is_ok())
    });
    let stubs: Vec<&[u8]> = found.servers.iter().map(|stub| stub.bytes.as_slice()).collect();
    let mut next = found.servers.iter().cycle();
    row("interface: arguments of srvsvc", &stubs, rounds, |bytes| {
        let Stub { opnum, encoding, .. } = next.next().unwrap_or_else(|| unreachable!());
        SRVSVC.procedure(*opnum).is_some_and(|procedure| procedure.request(bytes, *encoding).is_some())
    });
    row("smb2: to the last field, with anomalies", &found.smb2, rounds, |bytes| {
        let mut anomalies = Anomalies::default();
        for message in compound(bytes).flatten() {
            if let Ok(body) = smb2::Body::parse(&message, smb2::Asked::of(&message)) {
                body.examine(&mut anomalies);
            }
        }
        anomalies.is_empty()
    });
    Ok(())
}

/// A query for `*` with the suffix 0x00, as `nbtstat -A` sends it.
const NAME_QUERY: &[u8] = b"\x80\x94\0\0\0\x01\0\0\0\0\0\0\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0\0\x21\0\x01";

/// Goes through all messages `rounds` times and prints how long it took.
fn row<M: AsRef<[u8]>, T>(name: &str, messages: &[M], rounds: usize, mut parse: impl FnMut(&[u8]) -> T) {
    assert!(!messages.is_empty(), "no messages for {name}");
    let bytes: usize = messages.iter().map(|message| message.as_ref().len()).sum();
    let mut fastest = Duration::MAX;
    for _ in 0..rounds {
        let start = Instant::now();
        for message in messages {
            black_box(parse(black_box(message.as_ref())));
        }
        fastest = start.elapsed().min(fastest);
    }
    let (nanos, count) = (fastest.as_nanos() as f64, messages.len() as f64);
    println!(
        "{name:<42}{count:>10}{:>12.0}{:>14.1}{:>10.0}",
        bytes as f64 / count,
        nanos / count,
        bytes as f64 * 1e3 / nanos
    );
}

fn captures() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let testdata = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(testdata)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "pcap") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn framed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u32).to_be_bytes(), message].concat()
}

/// A request's stub, and what it is read with.
struct Stub {
    bytes: Vec<u8>,
    opnum: u16,
    encoding: Encoding,
}

/// The RPC PDU that ends a message, if one does.
fn rpc_in(message: &[u8]) -> Option<&[u8]> {
    let starts = (64..message.len()).filter_map(|start| message.get(start..));
    starts
        .filter(|rest| rest.starts_with(&[5, 0]))
        .find(|rest| RpcPdu::parse(rest).is_ok_and(|(behind, pdu)| behind.is_empty() && pdu.missing == 0))
}

/// The messages of captures, by their kind.
#[derive(Default)]
struct Found {
    smb1: Vec<Vec<u8>>,
    smb2: Vec<Vec<u8>>,
    rpc: Vec<Vec<u8>>,
    prints: Vec<Stub>,
    servers: Vec<Stub>,
}

impl Found {
    fn take(&mut self, path: &Path) -> Result<(), Box<dyn Error>> {
        Scan::files([path]).each(self)?;
        Ok(())
    }

    /// The security blobs of SMB2 set-ups.
    fn blobs(&self) -> Vec<Vec<u8>> {
        let messages = self.smb2.iter().flat_map(|bytes| compound(bytes).flatten());
        let bodies = messages.filter_map(|message| smb2::Body::parse(&message, smb2::Asked::Unknown).ok());
        bodies
            .filter_map(|body| match body {
                smb2::Body::SessionSetupRequest(request) => Some(request.security_buffer.to_vec()),
                smb2::Body::SessionSetupResponse(response) => Some(response.security_buffer.to_vec()),
                _ => None,
            })
            .filter(|blob| !blob.is_empty())
            .collect()
    }
}

impl Sink for Found {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        match &pdu.content {
            Content::Smb1 { message, damaged: false, .. } => self.smb1.push(message.to_vec()),
            Content::Smb2 { message, damaged: false } => {
                self.rpc.extend(rpc_in(message.bytes).map(<[u8]>::to_vec));
                self.smb2.push(message.bytes.to_vec());
            }
            Content::Rpc { pdu: rpc, call, .. } => {
                let Some((call, whole)) = call.as_ref().and_then(|call| Some((call, call.whole?))) else {
                    return;
                };
                let (RpcBody::Request(_), Some(opnum)) = (&rpc.body, call.opnum) else { return };
                let stub = Stub { bytes: whole.stub.to_vec(), opnum, encoding: call.encoding };
                match call.interface.map(|interface| interface.uuid) {
                    Some(uuid) if uuid == SPOOLSS.uuid => self.prints.push(stub),
                    Some(uuid) if uuid == SRVSVC.uuid => self.servers.push(stub),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}
