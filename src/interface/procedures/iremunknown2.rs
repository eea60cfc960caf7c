//! The procedures of `IRemUnknown` and `IRemUnknown2` (\[MS-DCOM\] 3.1.1.5.6, 3.1.1.5.7), in the order of their opnums. Empty: not used on the wire.

pub(super) static PROCEDURES: [&str; 7] =
    ["", "", "", "RemQueryInterface", "RemAddRef", "RemRelease", "RemQueryInterface2"];
