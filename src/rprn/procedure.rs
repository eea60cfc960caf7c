//! What is known of a procedure: its name, its parameters, and what these say of handles.

use super::{remote_winspool, winspool};
use crate::dcerpc::ndr::{Direction, Names, Parameter, Type};
use crate::rprn::names;

/// One of the two interfaces of the spooler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Interface {
    /// `winspool` of \[MS-RPRN\], on `\PIPE\spoolss`.
    Winspool,
    /// `IRemoteWinspool` of \[MS-PAR\], over TCP.
    RemoteWinspool,
}

impl Interface {
    /// The interface of a short name: `spoolss` or `iremotewinspool`.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "spoolss" => Some(Self::Winspool),
            "iremotewinspool" => Some(Self::RemoteWinspool),
            _ => None,
        }
    }

    /// Its procedures, by their numbers.
    #[must_use]
    pub fn procedures(self) -> &'static [Procedure] {
        match self {
            Self::Winspool => &winspool::PROCEDURES,
            Self::RemoteWinspool => &remote_winspool::PROCEDURES,
        }
    }

    /// The procedure of a number: 0 to 123 of `winspool`, 0 to 74 of `IRemoteWinspool`.
    #[must_use]
    pub fn procedure(self, opnum: u16) -> Option<&'static Procedure> {
        self.procedures().get(usize::from(opnum))
    }
}

/// What the handle stands for that a call grants, by the short name of its interface and its number.
#[must_use]
pub fn grants(interface: &str, opnum: u16) -> Option<Grants> {
    Interface::of(interface)?.procedure(opnum)?.grants
}

/// What a granted handle stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Grants {
    /// A printer or a print server that is opened (\[MS-RPRN\] 3.1.4.2.2 and 3.1.4.2.14, \[MS-PAR\] 3.1.4.1.1).
    Printer,
    /// A printer that is added (\[MS-RPRN\] 3.1.4.2.3 and 3.1.4.2.15, \[MS-PAR\] 3.1.4.1.2).
    AddedPrinter,
    /// The channel back to a client by which a print server tells it of changes (\[MS-RPRN\] 3.2.4.1.1).
    BackChannel,
    /// An information context of a printer (\[MS-RPRN\] 3.1.4.2.9, \[MS-PAR\] 3.1.4.1.9).
    InformationContext,
    /// A registration for notifications that the client fetches itself (\[MS-PAR\] 3.1.4.9.1).
    Notifications,
}

/// What a procedure does with context handles, as its parameters say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandleRole {
    /// It has none.
    None,
    /// The request names an open handle.
    Uses,
    /// The response grants one.
    Gives,
    /// The request names one and the response grants another (`RpcCreatePrinterIC`).
    UsesAndGives,
    /// The request names one, and success closes it.
    Takes,
}

impl HandleRole {
    /// True if the request begins with a handle.
    #[must_use]
    pub const fn in_request(self) -> bool {
        matches!(self, Self::Uses | Self::UsesAndGives | Self::Takes)
    }

    /// True if the response begins with a handle.
    #[must_use]
    pub const fn in_response(self) -> bool {
        matches!(self, Self::Gives | Self::UsesAndGives | Self::Takes)
    }

    /// True if success grants a handle.
    #[must_use]
    pub const fn gives(self) -> bool {
        matches!(self, Self::Gives | Self::UsesAndGives)
    }
}

/// What the return value of a procedure is. All of them have one, the last 4 bytes of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReturnType {
    /// A Win32 error code (\[MS-ERREF\] 2.2).
    Win32,
    /// An HRESULT (\[MS-ERREF\] 2.1).
    HResult,
}

/// Something that goes on at a handle from one call to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
pub enum Task {
    /// A document is being printed.
    Document,
    /// The server tells a machine of changes.
    Notification,
}

/// What success of a call does to a [`Task`] of its handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// It begins.
    Begins(Task),
    /// It ends.
    Ends(Task),
}

/// A procedure.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Procedure {
    /// Its number.
    pub opnum: u16,
    /// Its name in the specification; for those that it reserves for local use, the name in the spooler.
    pub name: &'static str,
    /// False for those that \[MS-RPRN\] calls "NotUsedOnWire": they are for local calls.
    pub on_wire: bool,
    /// Its parameters, in the order of the stub; `None` for some that are not used on the wire.
    pub parameters: Option<&'static [Parameter]>,
    /// What it returns.
    pub returns: ReturnType,
    /// True if it answers only when something happens at the printer, so that a long wait is no fault.
    pub waits_by_design: bool,
    /// What it begins or ends at its handle.
    pub step: Option<Step>,
    /// What the handle stands for that it grants, if it grants one.
    pub grants: Option<Grants>,
}

impl Procedure {
    /// What it does with context handles. A request's handle is always its first parameter, its first 20 bytes; so is
    /// a response's.
    #[must_use]
    pub fn handle(&self) -> HandleRole {
        let handles = self.parameters.into_iter().flatten();
        let handles = handles.filter(|parameter| matches!(parameter.member.of, Type::Handle));
        let role = |before, parameter: &Parameter| match (before, parameter.direction) {
            (_, Direction::InOut) => HandleRole::Takes,
            (_, Direction::In) => HandleRole::Uses,
            (HandleRole::Uses, Direction::Out) => HandleRole::UsesAndGives,
            (_, Direction::Out) => HandleRole::Gives,
        };
        handles.fold(HandleRole::None, role)
    }

    pub(super) const fn waiting(self) -> Self {
        Self { waits_by_design: true, ..self }
    }

    pub(super) const fn granting(self, object: Grants) -> Self {
        Self { grants: Some(object), ..self }
    }

    pub(super) const fn begins(self, task: Task) -> Self {
        Self { step: Some(Step::Begins(task)), ..self }
    }

    pub(super) const fn ends(self, task: Task) -> Self {
        Self { step: Some(Step::Ends(task)), ..self }
    }

    /// What its return values are called.
    pub(super) const fn names(&self) -> Names {
        match self.returns {
            ReturnType::Win32 => names::WIN32,
            ReturnType::HResult => names::HRESULT,
        }
    }
}

/// A procedure that returns a Win32 error code.
pub(super) const fn win32(opnum: u16, name: &'static str, parameters: &'static [Parameter]) -> Procedure {
    Procedure {
        opnum,
        name,
        on_wire: true,
        parameters: Some(parameters),
        returns: ReturnType::Win32,
        waits_by_design: false,
        step: None,
        grants: None,
    }
}

/// A procedure that returns an HRESULT.
pub(super) const fn hresult(opnum: u16, name: &'static str, parameters: &'static [Parameter]) -> Procedure {
    Procedure { returns: ReturnType::HResult, ..win32(opnum, name, parameters) }
}

/// A procedure that is not used on the wire.
pub(super) const fn local(opnum: u16, name: &'static str) -> Procedure {
    Procedure { on_wire: false, parameters: None, ..win32(opnum, name, &[]) }
}

/// One that is not used on the wire either, but has known parameters.
pub(super) const fn local_with(
    opnum: u16,
    name: &'static str,
    parameters: &'static [Parameter],
) -> Procedure {
    Procedure { on_wire: false, ..win32(opnum, name, parameters) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Interface; 2] = [Interface::Winspool, Interface::RemoteWinspool];

    #[test]
    fn each_procedure_that_grants_a_handle_says_what_it_stands_for() {
        let all = BOTH.map(Interface::procedures).concat();
        for procedure in &all {
            assert_eq!(procedure.grants.is_some(), procedure.handle().gives(), "{}", procedure.name);
        }
        let with = |object| {
            let rows = all.iter().filter(move |procedure| procedure.grants == Some(object));
            rows.map(|procedure| procedure.name).collect::<Vec<_>>()
        };
        assert_eq!(with(Grants::Printer), ["RpcOpenPrinter", "RpcOpenPrinterEx", "RpcAsyncOpenPrinter"]);
        assert_eq!(with(Grants::AddedPrinter), ["RpcAddPrinter", "RpcAddPrinterEx", "RpcAsyncAddPrinter"]);
        assert_eq!(with(Grants::BackChannel), ["RpcReplyOpenPrinter"]);
    }

    #[test]
    fn a_number_stands_for_different_handles_on_different_interfaces() {
        assert_eq!(grants("spoolss", 58), Some(Grants::BackChannel));
        assert_eq!(grants("iremotewinspool", 58), Some(Grants::Notifications));
        assert_eq!(grants("spoolss", 59), None);
        assert_eq!(grants("srvsvc", 58), None);
    }

    #[test]
    fn each_row_stands_at_its_number() {
        for interface in BOTH {
            for (procedure, opnum) in interface.procedures().iter().zip(0..) {
                assert_eq!(procedure.opnum, opnum, "{}", procedure.name);
            }
        }
        assert_eq!(
            Interface::Winspool.procedure(69).map(|procedure| procedure.name),
            Some("RpcOpenPrinterEx")
        );
        assert!(
            Interface::Winspool.procedure(124).is_none() && Interface::RemoteWinspool.procedure(75).is_none()
        );
    }

    #[test]
    fn the_procedures_that_give_or_take_handles_are_these() {
        let with = |interface: Interface, role| {
            let rows = interface.procedures().iter().filter(move |procedure| procedure.handle() == role);
            rows.map(|procedure| procedure.opnum).collect::<Vec<_>>()
        };
        assert_eq!(with(Interface::Winspool, HandleRole::Gives), [1, 5, 58, 69, 70]);
        assert_eq!(with(Interface::Winspool, HandleRole::UsesAndGives), [40]);
        assert_eq!(with(Interface::Winspool, HandleRole::Takes), [29, 42, 60]);
        assert_eq!(with(Interface::RemoteWinspool, HandleRole::Gives), [0, 1]);
        assert_eq!(with(Interface::RemoteWinspool, HandleRole::UsesAndGives), [35, 58]);
        assert_eq!(with(Interface::RemoteWinspool, HandleRole::Takes), [20, 37, 59]);
        let local = BOTH.map(|interface| interface.procedures().iter().filter(|row| !row.on_wire).count());
        assert_eq!(local, [36, 0]);
    }

    #[test]
    fn handles_stand_first() {
        for procedure in BOTH.iter().flat_map(|interface| interface.procedures()) {
            for request in [true, false] {
                let own = procedure.parameters.into_iter().flatten();
                let mut own = own.filter(|parameter| parameter.direction.is_in(request));
                let later = own.by_ref().skip(1).any(|parameter| matches!(parameter.member.of, Type::Handle));
                assert!(!later, "{}", procedure.name);
            }
        }
    }
}
