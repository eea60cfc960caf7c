//! An interface as data.

use core::fmt;

use uuid::Uuid;

use super::names::name_of;
use super::object::ObjectKind;
use super::procedure::Procedure;
use crate::dcerpc::SyntaxId;
use crate::dcerpc::ndr::Encoding;

/// An RPC interface whose procedures are known: one value, which is compared by its UUID.
///
/// ```
/// use smbscope::interface::{self, SPOOLSS};
///
/// let interface = interface::of(&SPOOLSS.uuid).unwrap();
/// assert_eq!(interface, &SPOOLSS);
/// assert_eq!(interface.procedure(69).unwrap().name, "RpcOpenPrinterEx");
/// ```
#[non_exhaustive]
pub struct Interface {
    /// The UUID.
    pub uuid: Uuid,
    /// The version: major and minor.
    pub version: (u16, u16),
    /// The short name: that of its pipe, or the one its specification gives it.
    pub name: &'static str,
    /// The component that it belongs to, in words.
    pub component: &'static str,
    /// The procedures in the order of their numbers.
    pub procedures: &'static [Procedure],
    /// What its context handles stand for, by the names of parameters.
    pub handles: &'static [(&'static str, ObjectKind)],
    /// True if nothing else is called on the pipe of its name, so that calls there are known without their binding.
    pub owns_pipe: bool,
    /// Says whether a stub is surely the request of a procedure of this interface, for calls whose binding was not seen.
    pub recognises: Option<Recognise>,
}

/// Says whether a stub is surely the request of a procedure, given its number.
pub type Recognise = fn(u16, &[u8], Encoding) -> bool;

impl Interface {
    pub(super) const fn new(uuid: Uuid, version: (u16, u16), component: &'static str) -> Self {
        let name = name_of(uuid);
        let (procedures, handles, owns_pipe, recognises) = (&[], &[], false, None);
        Self { uuid, version, name, component, procedures, handles, owns_pipe, recognises }
    }

    /// The UUID and the version, as a bind names them.
    #[must_use]
    pub const fn id(&self) -> SyntaxId {
        SyntaxId { uuid: self.uuid, version: self.version.0, minor: self.version.1 }
    }

    /// The procedure of a number.
    #[must_use]
    pub fn procedure(&self, opnum: u16) -> Option<&'static Procedure> {
        let place = self.procedures.binary_search_by_key(&opnum, |procedure| procedure.opnum).ok()?;
        self.procedures.get(place)
    }

    /// What the handle stands for that a parameter of a procedure is.
    #[must_use]
    pub fn object(&self, procedure: &Procedure, parameter: &str) -> Option<ObjectKind> {
        let by_name = || self.handles.iter().find(|(name, _)| *name == parameter).map(|(_, object)| *object);
        procedure.grants.filter(|_| procedure.handles(false).any(|name| name == parameter)).or_else(by_name)
    }

    /// What the handle stands for that a procedure grants, if it grants one.
    #[must_use]
    pub fn granted(&self, opnum: u16) -> Option<ObjectKind> {
        let procedure = self.procedure(opnum)?;
        let mut handles = procedure.handles(false).filter(|parameter| procedure.gives(parameter));
        handles.find_map(|parameter| self.object(procedure, parameter))
    }
}

impl PartialEq for Interface {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl Eq for Interface {}

/// Its name and UUID.
impl fmt::Debug for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interface({}, {})", self.name, self.uuid)
    }
}
