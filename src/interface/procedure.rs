//! What is known of a procedure: its name, its parameters, and what these say of handles.

use super::object::ObjectKind;
use crate::dcerpc::ndr::{Direction, HRESULT, NTSTATUS, Names, Parameter, Record, Type, WIN32};
use crate::rprn;
use crate::wire::NtStatus;

/// A procedure of an [`Interface`](super::Interface).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Procedure {
    /// Its number.
    pub opnum: u16,
    /// Its name in the specification; for those that it reserves for local use, the name in the server.
    pub name: &'static str,
    /// False for those that the specification calls "NotUsedOnWire": they are for local calls.
    pub on_wire: bool,
    /// Its parameters.
    pub parameters: Parameters,
    /// What it returns.
    pub returns: Returns,
    /// True if it answers only when something happens at the server, so that a long wait is no fault.
    pub waits_by_design: bool,
    /// What it begins or ends at its handle.
    pub step: Option<Step>,
    /// What the handle stands for that it grants, where the name of the parameter does not tell.
    pub grants: Option<ObjectKind>,
    /// Where the name of the object stands whose handle it grants: a parameter, or `parameter.member` for a member
    /// anywhere inside of one. The first that is there counts.
    pub named_by: &'static [&'static str],
    /// What the object is called where no parameter names it, since there is but one: a predefined key of the registry.
    pub always: Option<&'static str>,
    /// What else its request tells.
    pub details: Option<ReadDetails>,
}

/// What is known of the parameters of a procedure, in the order of its declaration.
#[derive(Debug, Clone, Copy)]
pub enum Parameters {
    /// Nothing.
    Unknown,
    /// All of them.
    All(&'static [Parameter]),
}

impl Parameters {
    /// Those that are known.
    #[must_use]
    pub const fn known(self) -> &'static [Parameter] {
        match self {
            Self::Unknown => &[],
            Self::All(parameters) => parameters,
        }
    }
}

/// Reads what else a request tells.
pub type ReadDetails = for<'a> fn(&Record<'a>) -> rprn::Details<'a>;

/// What a procedure returns: the last 4 bytes of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Returns {
    /// Not known here.
    Unknown,
    /// Nothing: its last parameter says whether it succeeded (C706 `error_status_t`).
    Parameter,
    /// A Win32 error code (\[MS-ERREF\] 2.2).
    Win32,
    /// An HRESULT (\[MS-ERREF\] 2.1).
    HResult,
    /// An NTSTATUS (\[MS-ERREF\] 2.3).
    NtStatus,
}

impl Returns {
    /// True if a value says that the call succeeded.
    #[must_use]
    pub const fn is_success(self, value: u32) -> bool {
        match self {
            Self::Unknown => false,
            Self::Parameter | Self::Win32 | Self::HResult => value == 0,
            Self::NtStatus => NtStatus(value).is_success(),
        }
    }

    /// True if a value says that the server does not know the handle.
    #[must_use]
    pub const fn denies_handle(self, value: u32) -> bool {
        match self {
            Self::Unknown | Self::Parameter => false,
            Self::Win32 => value == 6,
            Self::HResult => value == 0x8007_0006 || value == 6,
            Self::NtStatus => value == 0xc000_0008,
        }
    }

    /// What its values are called; `None` if it returns nothing.
    #[must_use]
    pub const fn names(self) -> Option<Names> {
        match self {
            Self::Unknown | Self::Parameter => None,
            Self::Win32 => Some(WIN32),
            Self::HResult => Some(HRESULT),
            Self::NtStatus => Some(NTSTATUS),
        }
    }
}

/// Something that goes on at a handle from one call to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
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

impl Procedure {
    /// The names of the context handles in its request, or in its response, in their order.
    pub fn handles(&self, is_request: bool) -> impl Iterator<Item = &'static str> {
        let known = self.parameters.known().iter();
        known
            .filter(move |parameter| parameter.direction.is_in(is_request) && is_handle(parameter))
            .map(|parameter| parameter.member.name)
    }

    /// True if its request names an open handle.
    #[must_use]
    pub fn uses_handle(&self) -> bool {
        self.handles(true).next().is_some()
    }

    /// True if its response may grant a handle.
    #[must_use]
    pub fn gives_handle(&self) -> bool {
        let known = self.parameters.known().iter();
        self.grants.is_some()
            || known.clone().any(|parameter| parameter.direction == Direction::Out && is_handle(parameter))
    }

    /// True if success closes the handle that its request names: it comes back as zeros.
    #[must_use]
    pub fn takes_handle(&self) -> bool {
        let mut known = self.parameters.known().iter();
        known.any(|parameter| parameter.direction == Direction::InOut && is_handle(parameter))
    }

    /// True if a handle of this name in a response may be one that is granted.
    pub(super) fn gives(&self, parameter: &str) -> bool {
        let mut known = self.parameters.known().iter();
        let own = known.find(|own| is_handle(own) && own.member.name == parameter);
        own.is_some_and(|own| {
            own.direction == Direction::Out || (own.direction == Direction::InOut && self.grants.is_some())
        })
    }

    pub(super) const fn waiting(self) -> Self {
        Self { waits_by_design: true, ..self }
    }

    pub(super) const fn granting(self, object: ObjectKind) -> Self {
        Self { grants: Some(object), ..self }
    }

    pub(super) const fn named_by(self, places: &'static [&'static str]) -> Self {
        Self { named_by: places, ..self }
    }

    pub(super) const fn always(self, object: &'static str) -> Self {
        Self { always: Some(object), ..self }
    }

    pub(super) const fn begins(self, task: Task) -> Self {
        Self { step: Some(Step::Begins(task)), ..self }
    }

    pub(super) const fn ends(self, task: Task) -> Self {
        Self { step: Some(Step::Ends(task)), ..self }
    }

    pub(super) const fn telling(self, details: ReadDetails) -> Self {
        Self { details: Some(details), ..self }
    }
}

fn is_handle(parameter: &Parameter) -> bool {
    matches!(parameter.member.of, Type::Handle)
}

/// A procedure that is known by its name alone.
pub(super) const fn named(opnum: u16, name: &'static str) -> Procedure {
    Procedure {
        opnum,
        name,
        on_wire: true,
        parameters: Parameters::Unknown,
        returns: Returns::Unknown,
        waits_by_design: false,
        step: None,
        grants: None,
        named_by: &[],
        always: None,
        details: None,
    }
}

/// A procedure that returns a Win32 error code.
pub(super) const fn win32(opnum: u16, name: &'static str, parameters: &'static [Parameter]) -> Procedure {
    Procedure { parameters: Parameters::All(parameters), returns: Returns::Win32, ..named(opnum, name) }
}

/// A procedure that returns an HRESULT.
pub(super) const fn hresult(opnum: u16, name: &'static str, parameters: &'static [Parameter]) -> Procedure {
    Procedure { returns: Returns::HResult, ..win32(opnum, name, parameters) }
}

/// A procedure that returns an NTSTATUS.
pub(super) const fn ntstatus(opnum: u16, name: &'static str, parameters: &'static [Parameter]) -> Procedure {
    Procedure { returns: Returns::NtStatus, ..win32(opnum, name, parameters) }
}

/// A procedure whose last parameter says whether it succeeded.
pub(super) const fn status_last(
    opnum: u16,
    name: &'static str,
    parameters: &'static [Parameter],
) -> Procedure {
    Procedure { returns: Returns::Parameter, ..win32(opnum, name, parameters) }
}

/// A procedure that is not used on the wire.
pub(super) const fn local(opnum: u16, name: &'static str) -> Procedure {
    Procedure { on_wire: false, ..named(opnum, name) }
}

/// One that is not used on the wire either, but has known parameters.
pub(super) const fn local_with(
    opnum: u16,
    name: &'static str,
    parameters: &'static [Parameter],
) -> Procedure {
    Procedure { on_wire: false, ..win32(opnum, name, parameters) }
}
