//! The parameters of the procedures, a file for what they are about.
//!
//! A structure that stands in a container of a request and in the buffer of a reply is declared once: in a stub its
//! texts are pointers, in a buffer offsets.

mod common;

pub(super) mod bidi;
pub(super) mod branch_office;
pub(super) mod changes;
pub(super) mod collections;
pub(super) mod data;
pub(super) mod devmode;
pub(super) mod documents;
pub(super) mod drivers;
pub(super) mod forms;
pub(super) mod ipp;
pub(super) mod jobs;
pub(super) mod monitors;
pub(super) mod ports;
pub(super) mod printers;
pub(super) mod processors;
pub(super) mod properties;
pub(super) mod xcv;
