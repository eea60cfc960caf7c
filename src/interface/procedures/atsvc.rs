//! The procedures of `atsvc` (\[MS-TSCH\] 3.2.5.2), in the order of their opnums. Empty: not used on the wire.

pub(super) static PROCEDURES: [&str; 4] = ["NetrJobAdd", "NetrJobDel", "NetrJobEnum", "NetrJobGetInfo"];
