//! The parameters of the procedures, a file for what they are about.
//!
//! A structure that stands in a container of a request and in the buffer of a reply is declared once: in a stub its
//! texts are pointers, in a buffer offsets.

mod common;

pub(crate) mod bidi;
pub(crate) mod branch_office;
pub(crate) mod changes;
pub(crate) mod collections;
pub(crate) mod data;
pub(crate) mod devmode;
pub(crate) mod documents;
pub(crate) mod drivers;
pub(crate) mod forms;
pub(crate) mod ipp;
pub(crate) mod jobs;
pub(crate) mod monitors;
pub(crate) mod ports;
pub(crate) mod printers;
pub(crate) mod processors;
pub(crate) mod properties;
pub(crate) mod xcv;
