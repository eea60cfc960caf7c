//! `corpus TESTDATA CORPUS`: fills `CORPUS/whole_path` and `CORPUS/packets` from the captures of a directory.

#[path = "drive.rs"]
mod drive;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use drive::Control;
use smbscope::capture::Capture;
use smbscope::net::{Decoded, Decoder, FlowKey, Segment, Side, TcpFlags};

/// The largest file taken into the corpus; small ones mutate faster.
const LARGEST: usize = 64 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (from, to) = arguments.next().zip(arguments.next()).ok_or("usage: corpus TESTDATA CORPUS")?;
    let (files, packets) = (to.join("whole_path"), to.join("packets"));
    fs::create_dir_all(&files)?;
    fs::create_dir_all(&packets)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(records) = records(&path) else { continue };
        let bytes = fs::read(&path)?;
        fs::write(files.join(&name), bytes.get(..LARGEST).unwrap_or(&bytes))?;
        for (index, connection) in records.iter().enumerate() {
            let bytes = connection.get(..LARGEST).unwrap_or(connection);
            fs::write(packets.join(format!("{name}.{index}")), bytes)?;
        }
    }
    Ok(())
}

/// Each connection of a capture as records of the target `packets`.
fn records(path: &Path) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut capture = Capture::open(path)?;
    let mut decoder = Decoder::default();
    let mut connections: BTreeMap<FlowKey, Vec<u8>> = BTreeMap::new();
    while let Some(packet) = capture.next()? {
        if let Decoded::Tcp(segment) = decoder.decode(&packet) {
            let (key, side) = segment.flow();
            let server = if key.low.port < key.high.port { Side::Low } else { Side::High };
            let flow = if key.endpoint(server).port == 139 { 5 } else { 0 };
            record(connections.entry(key).or_default(), flow, side == server, &segment);
        }
    }
    Ok(connections.into_values().filter(|records| records.len() > 20).collect())
}

fn record(records: &mut Vec<u8>, flow: usize, from_server: bool, segment: &Segment<'_>) {
    let flag = match segment.flags {
        flags if flags.contains(TcpFlags::SYN) => 1,
        flags if flags.contains(TcpFlags::RST) => 3,
        flags if flags.contains(TcpFlags::FIN) => 2,
        _ => 0,
    };
    if flag == 0 && segment.payload.is_empty() {
        return;
    }
    // A segment that holds one whole session message is told by the message, so that mutations keep its length right.
    let framed = match segment.payload {
        [0, a, b, c, message @ ..] if [0, *a, *b, *c] == (message.len() as u32).to_be_bytes() => {
            Some(message)
        }
        _ => None,
    };
    let payload = framed.unwrap_or(segment.payload);
    let control = Control { flow, from_server, how: u8::from(framed.is_some()), flag };
    let chunk = payload.get(..usize::from(u16::MAX) - 44).unwrap_or(payload);
    records.push(control.to_byte());
    records.extend((chunk.len() as u16).to_le_bytes());
    records.extend(chunk);
}
