//! A procedure as a call names it.

use core::fmt;

use super::definition::Interface;
use super::names;
use super::object::ObjectKind;
use super::procedure::Procedure;
use super::registry;
use crate::dcerpc::SyntaxId;

/// A procedure as a call names it: its interface, if that was seen, and its number. What is known of it is looked up.
///
/// ```
/// use smbscope::interface::{ProcedureId, SPOOLSS};
///
/// let called = ProcedureId::new(&SPOOLSS, 69);
/// assert_eq!(called.to_string(), "RpcOpenPrinterEx");
/// assert_eq!(ProcedureId { opnum: 1000, ..called }.to_string(), "spoolss opnum 1000");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ProcedureId {
    /// The interface.
    pub interface: Option<SyntaxId>,
    /// The number.
    pub opnum: u16,
}

impl ProcedureId {
    /// A procedure of a known interface.
    #[must_use]
    pub const fn new(interface: &Interface, opnum: u16) -> Self {
        Self { interface: Some(interface.id()), opnum }
    }

    /// The interface, if its procedures are known.
    #[must_use]
    pub fn interface(&self) -> Option<&'static Interface> {
        registry::of(&self.interface?.uuid)
    }

    /// The short name of the interface.
    #[must_use]
    pub fn interface_name(&self) -> Option<&'static str> {
        names::name(&self.interface?.uuid)
    }

    /// What is known of the procedure.
    #[must_use]
    pub fn procedure(&self) -> Option<&'static Procedure> {
        self.interface()?.procedure(self.opnum)
    }

    /// The name of the procedure.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        self.procedure().map(|procedure| procedure.name)
    }

    /// What the handle stands for that it grants, if it grants one.
    #[must_use]
    pub fn grants(&self) -> Option<ObjectKind> {
        self.interface()?.granted(self.opnum)
    }
}

/// The name, or the number on its interface.
impl fmt::Display for ProcedureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name(), self.interface_name()) {
            (Some(name), _) => f.write_str(name),
            (None, Some(interface)) => write!(f, "{interface} opnum {}", self.opnum),
            (None, None) => write!(f, "a call with opnum {}", self.opnum),
        }
    }
}
