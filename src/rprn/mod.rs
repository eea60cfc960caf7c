//! MS-RPRN, the print spooler protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContextHandle(pub [u8; 20]);
pub fn gives_handle(interface: Option<&str>, opnum: u16) -> bool {
    interface == Some("spoolss") && matches!(opnum, 1 | 5 | 40 | 58 | 69 | 70)
}
