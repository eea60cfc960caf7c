//! What a ledger of handles needs to know of any call.

use super::procedure::{Parameters, Procedure, Returns};
use crate::dcerpc::ndr::{Arguments, Asked, ContextHandle, Encoding, Ndr, Value};
use crate::error::{Layer, ParseError, Reason};
use crate::rprn;

/// The most handles that a request names, or a response returns.
const HANDLES: usize = 2;

/// The context handles of a request or a response, in the order of its parameters; zero ones too.
pub type Handles = [Option<Handle>; HANDLES];

/// A context handle, and which parameter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handle {
    /// The name of the parameter.
    pub parameter: &'static str,
    /// The handle.
    pub handle: ContextHandle,
}

/// What a request tells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RequestFacts<'a> {
    /// The handles it uses or closes.
    pub handles: Handles,
    /// The name of what it opens: of a printer or server, a service, a key, an account, or the machine of
    /// `RpcReplyOpenPrinter`. `None` in a call that opens may stand for the server called.
    pub object: Option<String>,
    /// What else a print call tells.
    pub details: rprn::Details<'a>,
    /// What the call that was read whole lacks; what is given was read in front of that.
    pub stopped: Option<ParseError>,
}

/// What a response tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ResponseFacts {
    /// The handles granted, or the one a closing call returns.
    pub handles: Handles,
    /// The return value ([`Procedure::returns`]); `None` if the stub does not reach it.
    pub return_value: Option<u32>,
    /// True if the return value says that the call succeeded.
    pub succeeded: bool,
    /// Those of the handles that are granted: the call gives them and succeeded, and they are not zero.
    pub granted: Handles,
    /// True if this call takes a handle, and succeeded.
    pub closed: bool,
}

impl Procedure {
    /// Reads of a request what [`RequestFacts`] holds. Calls that open something, or have more to tell, are read whole, of
    /// the others only the handles.
    ///
    /// # Errors
    /// A handle is cut.
    pub fn request_facts<'a>(
        &'static self,
        stub: &'a [u8],
        encoding: Encoding,
    ) -> Result<RequestFacts<'a>, ParseError> {
        let handles = self.request_handles(stub, encoding)?;
        if !self.gives_handle() && self.details.is_none() {
            return Ok(RequestFacts { handles, ..RequestFacts::default() });
        }
        let Some(call) = self.request(stub, encoding) else { return Ok(RequestFacts::default()) };
        let details = self.details.map(|details| details(&call.arguments.fields));
        Ok(RequestFacts {
            handles,
            object: call.object(),
            details: details.unwrap_or_default(),
            stopped: stopped(&call.arguments),
        })
    }

    /// The handles of a request, of which no more is read than it takes; the stub may be cut behind them.
    ///
    /// # Errors
    /// A handle is cut.
    pub fn request_handles(&'static self, stub: &[u8], encoding: Encoding) -> Result<Handles, ParseError> {
        match self.leading_handle(true, stub, encoding) {
            Some(handle) => handle,
            None if !self.uses_handle() => Ok(Handles::default()),
            None => self.request(stub, encoding).map_or(Ok(Handles::default()), |call| {
                handles_of(&call.arguments, self.handles(true).count())
            }),
        }
    }

    /// Reads of a response what [`ResponseFacts`] holds. The stub must be whole: the return value is its last 4 bytes.
    ///
    /// # Errors
    /// The procedure returns a handle, and the stub is cut before its end.
    pub fn response_facts(
        &'static self,
        stub: &[u8],
        encoding: Encoding,
    ) -> Result<ResponseFacts, ParseError> {
        let handles = self.response_handles(stub, encoding)?;
        let return_value = self.return_value(stub, encoding, &handles);
        let succeeded = return_value.is_some_and(|value| self.returns.is_success(value));
        let mut granted = handles;
        for handle in &mut granted {
            let gives =
                |handle: &Handle| succeeded && !handle.handle.is_zero() && self.gives(handle.parameter);
            *handle = handle.filter(gives);
        }
        Ok(ResponseFacts {
            handles,
            return_value,
            succeeded,
            granted,
            closed: succeeded && self.takes_handle(),
        })
    }

    /// The handles of a response, which may be cut behind them.
    ///
    /// # Errors
    /// A handle is cut.
    pub fn response_handles(&'static self, stub: &[u8], encoding: Encoding) -> Result<Handles, ParseError> {
        let count = self.handles(false).count();
        match self.leading_handle(false, stub, encoding) {
            Some(handle) => handle,
            None if count == 0 => Ok(Handles::default()),
            None => self
                .response(stub, encoding, &Asked::default())
                .map_or(Ok(Handles::default()), |call| handles_of(&call.arguments, count)),
        }
    }

    /// The handle that a stub begins with, if that is the only one that the procedure has there: the most calls.
    fn leading_handle(
        &self,
        is_request: bool,
        stub: &[u8],
        encoding: Encoding,
    ) -> Option<Result<Handles, ParseError>> {
        let mut own = self.parameters.known().iter().filter(|own| own.direction.is_in(is_request));
        let first = own.next()?.member.name;
        let mut handles = self.handles(is_request);
        let is_alone = handles.next() == Some(first) && handles.next().is_none();
        is_alone.then(|| {
            let handle = Ndr::new(stub, encoding).context_handle(first)?;
            Ok([Some(Handle { parameter: first, handle }), None])
        })
    }

    /// The return value at the end of a whole stub, if the stub reaches that far.
    fn return_value(&'static self, stub: &[u8], encoding: Encoding, handles: &Handles) -> Option<u32> {
        if self.returns == Returns::Unknown {
            return None;
        }
        let is_told = handles.iter().any(Option::is_some) && matches!(self.parameters, Parameters::All(_));
        if !is_told {
            return last_u32(stub, encoding);
        }
        let mut own = self.parameters.known().iter().filter(|own| own.direction.is_in(false));
        if let (Some(only), None) = (own.next(), own.next()) {
            // A handle, and what the call returns.
            let mut ndr = Ndr::new(stub, encoding);
            ndr.context_handle(only.member.name).ok()?;
            return ndr.u32("return").ok();
        }
        let call = self.response(stub, encoding, &Asked::default())?;
        match call.arguments.fields.0.last()? {
            (_, Value::Number(value) | Value::Named(value, _)) if stopped(&call.arguments).is_none() => {
                u32::try_from(*value).ok()
            }
            _ => None,
        }
    }
}

/// The handles among arguments, if there are as many as there should be.
fn handles_of(arguments: &Arguments<'_>, count: usize) -> Result<Handles, ParseError> {
    let mut handles = Handles::default();
    let found = arguments.fields.0.iter().filter_map(|(parameter, value)| match value {
        Value::Handle(handle) => Some(Handle { parameter, handle: *handle }),
        _ => None,
    });
    let places = handles.iter_mut().zip(found).map(|(place, handle)| *place = Some(handle)).count();
    if places < count.min(HANDLES) {
        let cut = ParseError { layer: Layer::Ndr, offset: 0, reason: Reason::Truncated { field: "handle" } };
        return Err(stopped(arguments).unwrap_or(cut));
    }
    Ok(handles)
}

/// Why the stub could not be read to its end. What its byte arrays hold does not matter.
pub(super) fn stopped(arguments: &Arguments<'_>) -> Option<ParseError> {
    arguments.anomalies.iter().find(|error| error.layer == Layer::Ndr).copied()
}

/// The last 4 bytes, if they are aligned as a return value is.
fn last_u32(stub: &[u8], encoding: Encoding) -> Option<u32> {
    let bytes = *stub.last_chunk::<4>().filter(|_| stub.len().is_multiple_of(4))?;
    Some(if encoding.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{SPOOLSS, recognise};
    use super::*;
    use crate::dcerpc::ndr::Syntax;
    use crate::rprn::fixtures::*;

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };
    const NDR64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: false };
    const BIG: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: true };
    const BIG64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: true };
    const ENCODINGS: [Encoding; 4] = [NDR, NDR64, BIG, BIG64];
    const HANDLE: &str = "000000004e27c30601c4a940a32b0f314ceea319";

    fn winspool(opnum: u16) -> &'static Procedure {
        SPOOLSS.procedure(opnum).unwrap()
    }

    fn infer_open(opnum: u16, stub: &[u8], encoding: Encoding) -> bool {
        recognise(opnum, stub, encoding) == Some(&SPOOLSS)
    }

    /// Handle, object, user, machine to notify.
    fn summary(opnum: u16, stub: &[u8], encoding: Encoding) -> [Option<String>; 4] {
        let facts = winspool(opnum).request_facts(stub, encoding).unwrap();
        assert_eq!(facts.stopped, None);
        [
            facts.handles[0].map(|handle| handle.handle.to_string()),
            facts.object,
            facts.details.client.and_then(|client| client.user).map(|name| name.to_string()),
            facts.details.notify.map(|name| name.to_string()),
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
            let facts = winspool(opnum).response_facts(stub, NDR).unwrap();
            assert_eq!(
                (facts.granted[0].is_some(), facts.closed, facts.return_value),
                (granted, is_closed, return_value)
            );
        }
        assert_eq!(
            winspool(69).response_facts(GRANTED, NDR).unwrap().handles[0].unwrap().handle.to_string(),
            HANDLE
        );
        assert!(winspool(69).response_facts(&GRANTED[..19], NDR).is_err());
        assert_eq!(winspool(8).response_facts(&[0, 0, 0, 5], BIG).unwrap().return_value, Some(5));
    }

    #[test]
    fn a_close_that_is_cut_has_no_handle() {
        assert!(winspool(29).request_facts(&CLOSE_PRINTER[..19], NDR).is_err());
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
                let Some(procedure) = SPOOLSS.procedure(opnum) else { continue };
                if let Ok(facts) = procedure.request_facts(stub, encoding) {
                    prop_assert!(facts.stopped.is_none_or(|error| error.offset <= stub.len()));
                    prop_assert!(facts.object.is_none_or(|name| name.len() <= 2 * stub.len()));
                }
                let _ = winspool(opnum).response_facts(stub, encoding);
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
            let call = winspool(opnum).request(&stub, encoding).unwrap();
            prop_assert!(call.arguments.unread <= stub.len());
        }
    }
}
