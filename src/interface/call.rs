//! A call with its arguments.

use super::procedure::{Parameters, Procedure};
use crate::dcerpc::ndr::{self, Arguments, Asked, ContextHandle, Encoding, Value};

/// The request or the response of a procedure, read to its last known argument.
///
/// The arguments have the names of the specification: [`Record::text`](ndr::Record::text) and its like give them by
/// their type.
///
/// ```
/// use smbscope::dcerpc::ndr::Encoding;
/// use smbscope::interface::SPOOLSS;
///
/// // The request of RpcEndDocPrinter is a handle and nothing else.
/// let procedure = SPOOLSS.procedure(23).unwrap();
/// let call = procedure.request(&[7; 20], Encoding::default()).unwrap();
/// assert_eq!(call.procedure.name, "RpcEndDocPrinter");
/// assert_eq!(call.handle().unwrap().0, [7; 20]);
/// assert!(call.arguments.anomalies.is_empty());
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The procedure.
    pub procedure: &'static Procedure,
    /// Its parameters, of a response with `return` at the end.
    pub arguments: Arguments<'a>,
}

impl Procedure {
    /// Reads the stub of a request; `None` if nothing is known of the parameters.
    #[must_use]
    pub fn request<'a>(&'static self, stub: &'a [u8], encoding: Encoding) -> Option<Call<'a>> {
        let parameters = self.readable()?;
        Some(Call { procedure: self, arguments: ndr::request(parameters, stub, encoding) })
    }

    /// Reads the stub of a response; `None` if nothing is known of the parameters. `asked` is what [`Asked::of`] gives of
    /// the request: buffers of information can only be read with the level that was asked for.
    #[must_use]
    pub fn response<'a>(
        &'static self,
        stub: &'a [u8],
        encoding: Encoding,
        asked: &Asked,
    ) -> Option<Call<'a>> {
        let parameters = self.readable()?;
        // What is returned stands behind all parameters.
        let returns = self.returns.names().filter(|_| matches!(self.parameters, Parameters::All(_)));
        let arguments = ndr::response(parameters, returns, stub, encoding, asked);
        Some(Call { procedure: self, arguments })
    }

    fn readable(&self) -> Option<&'static [ndr::Parameter]> {
        match self.parameters {
            Parameters::Unknown => None,
            Parameters::All(parameters) => Some(parameters),
        }
    }
}

impl Call<'_> {
    /// The first context handle.
    #[must_use]
    pub fn handle(&self) -> Option<ContextHandle> {
        self.arguments.fields.0.iter().find_map(|(_, value)| match value {
            Value::Handle(handle) => Some(*handle),
            _ => None,
        })
    }

    /// The name of what the request opens or makes: of a printer, a service, a key, an account. `None` in a call that
    /// opens may stand for the server called.
    #[must_use]
    pub fn object(&self) -> Option<String> {
        let named = self.procedure.named_by.iter().find_map(|place| {
            let fields = &self.arguments.fields;
            let value = match place.split_once('.') {
                None => fields.get(place),
                Some((parameter, member)) => match fields.get(parameter)? {
                    Value::Record(record) => record.find(member),
                    _ => None,
                },
            };
            value.and_then(Value::as_name)
        });
        named.or_else(|| self.procedure.always.map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{IREMOTEWINSPOOL, SPOOLSS};
    use super::*;
    use crate::dcerpc::ndr::Syntax;
    use crate::rprn::fixtures::{ADD_PRINTER, OPEN_PRINTER_EX, REMOTE_FIND_FIRST_EX_NDR64};
    use crate::rprn::{Sign, signs};

    const NDR: Encoding = Encoding { syntax: Syntax::Ndr, big_endian: false };
    const NDR64: Encoding = Encoding { syntax: Syntax::Ndr64, big_endian: false };

    fn request(opnum: u16, stub: &[u8], encoding: Encoding) -> Call<'_> {
        SPOOLSS.procedure(opnum).unwrap().request(stub, encoding).unwrap()
    }

    #[test]
    fn every_cut_says_what_is_missing_and_keeps_what_is_there() {
        for (opnum, stub) in [(69, OPEN_PRINTER_EX), (5, ADD_PRINTER)] {
            for length in 0..stub.len() {
                let call = request(opnum, &stub[..length], NDR);
                assert!(!call.arguments.anomalies.is_empty(), "{opnum} cut at {length}");
                assert!(call.arguments.unread <= length);
            }
            let whole = request(opnum, stub, NDR);
            assert!(whole.arguments.anomalies.is_empty() && whole.arguments.unread == 0);
        }
        let cut = request(69, &OPEN_PRINTER_EX[..60], NDR);
        assert_eq!(cut.object().unwrap(), r"\\prn\lp1");
    }

    #[test]
    fn a_machine_to_notify_is_a_sign() {
        let call = request(65, REMOTE_FIND_FIRST_EX_NDR64, NDR64);
        let machine = r"\\10.0.0.7".to_owned();
        let found: Vec<_> = signs(&call.arguments.fields).collect();
        assert_eq!(found, [Sign::NotifiesMachine { machine, is_client: None }]);
        let open = request(69, OPEN_PRINTER_EX, NDR);
        assert_eq!(signs(&open.arguments.fields).count(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived_in_output_of_their_size(
            opnum in 0_u16..130,
            // Small words, so that counts and pointers make sense often.
            words in prop::collection::vec(prop_oneof![0_u32..12, any::<u32>()], 0..120),
            level in 0_u32..12,
            cut in 0_usize..4,
        ) {
            let bytes: Vec<_> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let stub = &bytes[..bytes.len().saturating_sub(cut)];
            let asked = Asked { level: Some(level), name: None };
            for interface in [&SPOOLSS, &IREMOTEWINSPOOL] {
                let Some(procedure) = interface.procedure(opnum) else { continue };
                for (syntax, big_endian) in
                    [(Syntax::Ndr, false), (Syntax::Ndr, true), (Syntax::Ndr64, false), (Syntax::Ndr64, true)]
                {
                    let encoding = Encoding { syntax, big_endian };
                    let request = procedure.request(stub, encoding);
                    let response = procedure.response(stub, encoding, &asked);
                    for call in request.into_iter().chain(response) {
                        prop_assert!(call.arguments.unread <= stub.len());
                        let told = format!("{:?}", call.arguments.fields).len();
                        prop_assert!(told < 20_000 + 400 * stub.len());
                    }
                }
            }
        }
    }
}
