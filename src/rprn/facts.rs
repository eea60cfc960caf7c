//! What a ledger of handles needs to know of any call.

use super::{Call, ClientInfo, HandleRole, Interface, Procedure, Sign};
use crate::dcerpc::ndr::{ContextHandle, Encoding, Ndr, NdrString, Parameter};
use crate::error::{Layer, ParseError};

/// Of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RequestFacts<'a> {
    /// The handle it uses or closes.
    pub handle: Option<ContextHandle>,
    /// What it opens: the name of a printer or server, or the machine of `RpcReplyOpenPrinter`. `None` in a call that
    /// opens is the server called.
    pub object: Option<NdrString<'a>>,
    /// Who the client says it is.
    pub client: Option<ClientInfo<'a>>,
    /// The machine that change notifications shall go to.
    pub notify: Option<NdrString<'a>>,
    /// The number that ties a channel for notifications to the registration that asked for it: `dwPrinterLocal` of
    /// that one is `dwPrinterRemote` of `RpcReplyOpenPrinter`.
    pub registration: Option<u32>,
    /// The document that it starts.
    pub document: Option<NdrString<'a>>,
    /// The files of a driver that are named by a UNC, each path once.
    pub driver: Vec<String>,
    /// What the call that was read whole lacks; what is given was read in front of that.
    pub stopped: Option<ParseError>,
}

/// Parameters that tell more than a handle.
const TELLING: [&str; 5] =
    ["pClientInfo", "pPrinterName", "pszLocalMachine", "pDocInfoContainer", "pDriverContainer"];

/// Reads of a request what [`RequestFacts`] holds. Calls that open something, or name a machine, a document or a driver,
/// are read whole, of the others only the handle.
///
/// # Errors
/// The handle is cut.
pub fn request_facts<'a>(
    procedure: &'static Procedure,
    stub: &'a [u8],
    encoding: Encoding,
) -> Result<RequestFacts<'a>, ParseError> {
    let role = procedure.handle();
    let handle =
        role.in_request().then(|| Ndr::new(stub, encoding).context_handle("hPrinter")).transpose()?;
    let telling = |parameter: &Parameter| TELLING.contains(&parameter.member.name);
    let whole = procedure.parameters.filter(|parameters| role.gives() || parameters.iter().any(telling));
    let Some(parameters) = whole else { return Ok(RequestFacts { handle, ..RequestFacts::default() }) };
    let call = Call::of(procedure, parameters, stub, encoding);
    let opens = role == HandleRole::Gives;
    Ok(RequestFacts {
        handle,
        object: if opens { call.object() } else { None },
        client: call.client(),
        notify: call.notifies(),
        registration: call.registration(),
        document: call.document(),
        driver: driver_files(&call),
        stopped: stopped(&call),
    })
}

/// The paths of a driver's files that are UNCs, each once.
fn driver_files(call: &Call<'_>) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for sign in call.signs() {
        if let Sign::DriverFromUnc { path, .. } = sign
            && !paths.contains(&path)
        {
            paths.push(path);
        }
    }
    paths
}

/// Of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ResponseFacts {
    /// The handle granted, or the one a closing call returns.
    pub handle: Option<ContextHandle>,
    /// The return value, a Win32 error code or an HRESULT ([`Procedure::returns`]); `None` if the stub does not reach
    /// it.
    pub return_value: Option<u32>,
    /// True if this call gives a handle, its handle is not zero and its return value is 0.
    pub granted: bool,
    /// True if this call takes a handle and its return value is 0.
    pub closed: bool,
}

/// Reads of a response what [`ResponseFacts`] holds. The stub must be whole: the return value is its last 4 bytes.
///
/// # Errors
/// The procedure returns a handle, and the stub is shorter than that.
pub fn response_facts(
    procedure: &Procedure,
    stub: &[u8],
    encoding: Encoding,
) -> Result<ResponseFacts, ParseError> {
    let role = procedure.handle();
    if !role.in_response() {
        return Ok(ResponseFacts { return_value: last_u32(stub, encoding), ..ResponseFacts::default() });
    }
    let mut ndr = Ndr::new(stub, encoding);
    let handle = ndr.context_handle("phPrinter")?;
    let return_value = ndr.u32("return").ok();
    let success = return_value == Some(0);
    Ok(ResponseFacts {
        handle: Some(handle),
        return_value,
        granted: success && role.gives() && !handle.is_zero(),
        closed: success && role == HandleRole::Takes,
    })
}

/// True if `stub` is surely the request of `RpcOpenPrinter` (opnum 1), `RpcOpenPrinterEx` (69) or `RpcClosePrinter`
/// (29): for pipes whose bind was not seen. It must decode to its last byte, and name a printer or server in printable
/// characters, or be a handle that is not zero with attributes that are.
#[must_use]
pub fn infer_open(opnum: u16, stub: &[u8], encoding: Encoding) -> bool {
    if !matches!(opnum, 1 | 29 | 69) {
        return false;
    }
    let Some(call) = Call::request(Interface::Winspool, opnum, stub, encoding) else { return false };
    let level = call.arguments.fields.record("pClientInfo").and_then(|client| client.number("Level"));
    let is_whole = stopped(&call).is_none() && call.arguments.unread == 0;
    let says_so = match (opnum, call.handle()) {
        (29, handle) => handle.is_some_and(|handle| handle.0.starts_with(&[0; 4]) && !handle.is_zero()),
        _ => names_something(&call) && (opnum == 1 || level == Some(1)),
    };
    is_whole && says_so
}

fn names_something(call: &Call<'_>) -> bool {
    let printable = |name: NdrString<'_>| {
        name.is_terminated() && name.chars().all(|c| !c.is_control() && c != char::REPLACEMENT_CHARACTER)
    };
    let text = |name| call.arguments.fields.text(name);
    text("pPrinterName").is_some_and(|name| !name.is_empty() && printable(name))
        && text("pDatatype").is_none_or(printable)
}

/// Why the stub could not be read to its end. What its byte arrays hold does not matter.
fn stopped(call: &Call<'_>) -> Option<ParseError> {
    call.arguments.anomalies.iter().find(|error| error.layer == Layer::Ndr).copied()
}

/// The last 4 bytes, if they are aligned as a return value is.
fn last_u32(stub: &[u8], encoding: Encoding) -> Option<u32> {
    let bytes = *stub.last_chunk::<4>().filter(|_| stub.len().is_multiple_of(4))?;
    Some(if encoding.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixtures::*;
    use super::*;
    use crate::dcerpc::ndr::Syntax;

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };
    const NDR64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: false };
    const BIG: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: true };
    const BIG64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: true };
    const ENCODINGS: [Encoding; 4] = [NDR, NDR64, BIG, BIG64];
    const HANDLE: &str = "000000004e27c30601c4a940a32b0f314ceea319";

    fn winspool(opnum: u16) -> &'static Procedure {
        Interface::Winspool.procedure(opnum).unwrap()
    }

    /// Handle, object, user, machine to notify.
    fn summary(opnum: u16, stub: &[u8], encoding: Encoding) -> [Option<String>; 4] {
        let facts = request_facts(winspool(opnum), stub, encoding).unwrap();
        assert_eq!(facts.stopped, None);
        [
            facts.handle.map(|handle| handle.to_string()),
            facts.object.map(|name| name.to_string()),
            facts.client.and_then(|client| client.user).map(|name| name.to_string()),
            facts.notify.map(|name| name.to_string()),
        ]
    }

    fn some<const N: usize>(facts: [&str; N]) -> [Option<String>; N] {
        facts.map(|fact| (fact != "-").then(|| fact.to_owned()))
    }

    #[test]
    fn requests() {
        for (opnum, stub, encoding, facts) in [
            (69, OPEN_PRINTER_EX, NDR, ["-", r"\\prn\lp1", "alice", "-"]),
            (1, OPEN_PRINTER_NDR64, NDR64, ["-", r"\\prn\lp1", "-", "-"]),
            (5, ADD_PRINTER, NDR, ["-", "lp1", "-", "-"]),
            (70, ADD_PRINTER_EX_NDR64, NDR64, ["-", "lp1", "alice", "-"]),
            (29, CLOSE_PRINTER, BIG, [HANDLE, "-", "-", "-"]),
            (40, CREATE_PRINTER_IC, NDR, [HANDLE, "-", "-", "-"]),
            (58, REPLY_OPEN_PRINTER, NDR, ["-", "WS-21", "-", "-"]),
            (65, REMOTE_FIND_FIRST_EX_NDR64, NDR64, [HANDLE, "-", "-", r"\\10.0.0.7"]),
            (8, CLOSE_PRINTER, NDR, [HANDLE, "-", "-", "-"]),
            (0, CLOSE_PRINTER, NDR, ["-", "-", "-", "-"]),
        ] {
            assert_eq!(summary(opnum, stub, encoding), some(facts), "opnum {opnum}");
        }
    }

    #[test]
    fn responses() {
        let closed = [&[0; 24][..]].concat();
        for (opnum, stub, granted, is_closed, return_value) in [
            (69, GRANTED, true, false, Some(0)),
            (40, GRANTED, true, false, Some(0)),
            (1, DENIED, false, false, Some(5)),
            (1, &closed[..], false, false, Some(0)),
            (29, &closed[..], false, true, Some(0)),
            (29, DENIED, false, false, Some(5)),
            (8, DENIED, false, false, Some(5)),
            (8, &DENIED[..2], false, false, None),
            (69, &GRANTED[..23], false, false, None),
        ] {
            let facts = response_facts(winspool(opnum), stub, NDR).unwrap();
            assert_eq!((facts.granted, facts.closed, facts.return_value), (granted, is_closed, return_value));
        }
        assert_eq!(response_facts(winspool(69), GRANTED, NDR).unwrap().handle.unwrap().to_string(), HANDLE);
        assert!(response_facts(winspool(69), &GRANTED[..19], NDR).is_err());
        assert_eq!(response_facts(winspool(8), &[0, 0, 0, 5], BIG).unwrap().return_value, Some(5));
    }

    #[test]
    fn a_close_that_is_cut_has_no_handle() {
        assert!(request_facts(winspool(29), &CLOSE_PRINTER[..19], NDR).is_err());
    }

    #[test]
    fn opens_are_inferred_in_their_own_encoding_alone() {
        for (opnum, stub, encoding) in [
            (69, OPEN_PRINTER_EX, NDR),
            (69, OPEN_PRINTER_EX_BIG, BIG),
            (69, OPEN_PRINTER_EX_NDR64, NDR64),
            (1, OPEN_PRINTER_NDR64, NDR64),
        ] {
            for other in ENCODINGS {
                assert_eq!(infer_open(opnum, stub, other), other == encoding, "{opnum} {other:?}");
            }
            assert!((0..stub.len()).all(|length| !infer_open(opnum, &stub[..length], encoding)));
            assert!(!infer_open(opnum, &[stub, &[0; 4]].concat(), encoding));
            assert!(!infer_open(70 - opnum, stub, encoding));
        }
        assert!(infer_open(29, CLOSE_PRINTER, NDR) && !infer_open(29, GRANTED, NDR));
        assert!(!infer_open(29, &[0; 20], NDR) && !infer_open(29, &[1; 20], NDR));
        assert!(!infer_open(1, &[0; 20], NDR));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            opnum in prop_oneof![0_u16..130, prop::sample::select(vec![1_u16, 5, 29, 40, 58, 62, 65, 69, 70])],
            // Small words, so that counts and pointers make sense often.
            words in prop::collection::vec(prop_oneof![0_u32..12, any::<u32>()], 0..80),
            cut in 0_usize..4,
        ) {
            let bytes: Vec<_> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let stub = &bytes[..bytes.len().saturating_sub(cut)];
            for encoding in ENCODINGS {
                let Some(procedure) = Interface::Winspool.procedure(opnum) else { continue };
                if let Ok(facts) = request_facts(procedure, stub, encoding) {
                    prop_assert!(facts.stopped.is_none_or(|error| error.offset <= stub.len()));
                    prop_assert!(facts.object.is_none_or(|name| name.as_bytes().len() <= stub.len()));
                }
                let _ = response_facts(winspool(opnum), stub, encoding);
                let _ = infer_open(opnum, stub, encoding);
            }
        }

        #[test]
        fn changed_fixtures_are_never_read_beyond_their_end(
            at in 0_usize..400, byte: u8, which in 0_usize..5,
        ) {
            let (opnum, stub, encoding) = [
                (69, OPEN_PRINTER_EX, NDR),
                (69, OPEN_PRINTER_EX_NDR64, NDR64),
                (70, ADD_PRINTER_EX, NDR),
                (70, ADD_PRINTER_EX_NDR64, NDR64),
                (58, REPLY_OPEN_PRINTER, NDR),
            ][which];
            let mut stub = stub.to_vec();
            let at = at % stub.len();
            stub[at] = byte;
            let call = Call::request(Interface::Winspool, opnum, &stub, encoding).unwrap();
            prop_assert!(call.arguments.unread <= stub.len());
        }
    }
}
