//! The stubs of captures.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use smbscope::capture::Capture;
use smbscope::dcerpc::ndr::Encoding;
use smbscope::dcerpc::{Body, VerificationTrailer};
use smbscope::interface::{Interface, Procedure};
use smbscope::session::{ConnectionId, Content, Pdu, Sink};

use crate::INTERFACES;

/// A whole stub that is not sealed, and that of its request if it is a response.
#[derive(Clone)]
pub(crate) struct Stub {
    pub(crate) interface: &'static Interface,
    pub(crate) procedure: &'static Procedure,
    pub(crate) encoding: Encoding,
    pub(crate) bytes: Vec<u8>,
    pub(crate) request: Option<Vec<u8>>,
}

#[derive(Default)]
pub(crate) struct Stubs {
    requests: HashMap<(Option<ConnectionId>, String, u32), Vec<u8>>,
    /// By procedure, direction and length.
    pub(crate) found: BTreeMap<(&'static str, u16, bool), BTreeMap<usize, Stub>>,
}

impl Sink for Stubs {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let Content::Rpc { pdu: rpc, call: Some(call), open } = pdu.content else { return };
        let Some(whole) = call.whole.filter(|whole| whole.complete && !whole.sealed) else { return };
        let (Some(interface), Some(opnum)) = (call.interface, call.opnum) else { return };
        let Some(interface) = INTERFACES.into_iter().find(|own| own.uuid == interface.uuid) else { return };
        let Some(procedure) = interface.procedure(opnum) else { return };
        // `ndrdump` reads little-endian stubs alone.
        if call.encoding.big_endian {
            return;
        }
        let key = (pdu.connection, open.digits(), rpc.header.call_id);
        let mut bytes = whole.stub.to_vec();
        let request = match rpc.body {
            Body::Request(_) => {
                if let Some(trailer) = VerificationTrailer::find(&bytes) {
                    let offset = trailer.offset;
                    bytes.truncate(offset);
                }
                self.requests.insert(key, bytes.clone());
                None
            }
            Body::Response(_) => match self.requests.remove(&key) {
                Some(request) => Some(request),
                None => return,
            },
            _ => return,
        };
        let place = (interface.name, opnum, request.is_none());
        let length = bytes.len();
        let stub = Stub { interface, procedure, encoding: call.encoding, bytes, request };
        self.found.entry(place).or_default().entry(length).or_insert(stub);
    }
}

pub(crate) fn captures() -> Vec<PathBuf> {
    let mut directories = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata")];
    directories.extend(std::env::var_os("SMBSCOPE_CORPUS").map(PathBuf::from));
    let mut captures = Vec::new();
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if Capture::open(&path).is_ok() {
                captures.push(path);
            }
        }
    }
    captures
}
