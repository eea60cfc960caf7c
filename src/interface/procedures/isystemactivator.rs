//! The procedures of `IRemoteSCMActivator` (\[MS-DCOM\] 3.1.2.5.2.3), in the order of their opnums. Empty: not used on the wire.

pub(super) static PROCEDURES: [&str; 5] = ["", "", "", "RemoteGetClassObject", "RemoteCreateInstance"];
