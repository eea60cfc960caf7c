//! Bytes that the tests of several floors read.

/// A HostAnnouncement (\[MS-BRWS\] 2.2.1) of WS-21, which shares a printer.
pub(crate) fn host_announcement() -> Vec<u8> {
    [
        &[1][..],                       // host announcement
        &[3],                           // UpdateCount
        &[0xc0, 0xd4, 1, 0],            // Periodicity
        b"WS-21\0\0\0\0\0\0\0\0\0\0\0", // ServerName
        &[4, 0],                        // OSVersionMajor, OSVersionMinor
        &[0x03, 0x22, 0x40, 0],         // ServerType
        &[15, 1],                       // BrowserVersionMajor, BrowserVersionMinor
        &[0x55, 0xaa],                  // Signature
        b"Front desk\0",                // Comment
    ]
    .concat()
}
