//! What a computer is and offers, as it announces.

/// The bits of a major version that are the version; the others tell what kind of system it is (\[MS-RAP\] 2.5.5.2.1).
pub const MAJOR_VERSION: u32 = 0x0f;

bitflags::bitflags! {
    /// The type of a server (\[MS-RAP\] 2.5.5.2.1, \[MS-BRWS\] 2.2.1). Unknown bits are kept.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
    pub struct ServerType: u32 {
        /// A workstation.
        const WORKSTATION = 0x0000_0001;
        /// A server.
        const SERVER = 0x0000_0002;
        /// An SQL server.
        const SQLSERVER = 0x0000_0004;
        /// The primary domain controller.
        const DOMAIN_CTRL = 0x0000_0008;
        /// A backup domain controller.
        const DOMAIN_BAKCTRL = 0x0000_0010;
        /// A time server.
        const TIME_SOURCE = 0x0000_0020;
        /// An Apple File Protocol server.
        const AFP = 0x0000_0040;
        /// A Novell server.
        const NOVELL = 0x0000_0080;
        /// A member of a domain.
        const DOMAIN_MEMBER = 0x0000_0100;
        /// It shares a print queue.
        const PRINTQ_SERVER = 0x0000_0200;
        /// A dial-in server.
        const DIALIN_SERVER = 0x0000_0400;
        /// Xenix or Unix.
        const XENIX_SERVER = 0x0000_0800;
        /// Windows NT.
        const NT = 0x0000_1000;
        /// Windows for Workgroups.
        const WFW = 0x0000_2000;
        /// File and print for NetWare.
        const SERVER_MFPN = 0x0000_4000;
        /// A Windows NT server that is no domain controller.
        const SERVER_NT = 0x0000_8000;
        /// It may become a browser.
        const POTENTIAL_BROWSER = 0x0001_0000;
        /// A backup browser.
        const BACKUP_BROWSER = 0x0002_0000;
        /// The master browser.
        const MASTER_BROWSER = 0x0004_0000;
        /// The domain's master browser.
        const DOMAIN_MASTER = 0x0008_0000;
        /// Windows 95 or later of that line.
        const WINDOWS = 0x0040_0000;
        /// A root of a DFS tree.
        const DFS = 0x0080_0000;
        /// A server cluster.
        const CLUSTER_NT = 0x0100_0000;
        /// A terminal server.
        const TERMINALSERVER = 0x0200_0000;
        /// Only the local list is wanted.
        const LOCAL_LIST_ONLY = 0x4000_0000;
        /// Domains are wanted.
        const DOMAIN_ENUM = 0x8000_0000;
        const _ = !0;
    }
}
