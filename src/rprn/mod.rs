//! MS-RPRN, the print spooler protocol.
