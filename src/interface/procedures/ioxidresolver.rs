//! The procedures of `IObjectExporter` (\[MS-DCOM\] 3.1.2.5.1), in the order of their opnums. Empty: not used on the wire.

pub(super) static PROCEDURES: [&str; 6] =
    ["ResolveOxid", "SimplePing", "ComplexPing", "ServerAlive", "ResolveOxid2", "ServerAlive2"];
