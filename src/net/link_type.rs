//! Names of link types that are not read (the LINKTYPE_ registry of tcpdump.org).

use crate::capture::LinkType;

/// The name of a link type.
pub(super) fn name(link: LinkType) -> Option<&'static str> {
    let index = NAMES.binary_search_by_key(&link.0, |(number, _)| *number).ok()?;
    NAMES.get(index).map(|(_, name)| *name)
}

/// Sorted by number.
const NAMES: [(u16, &str); 77] = [
    (3, "AX.25"),
    (6, "IEEE 802.5 Token Ring"),
    (7, "ARCNET"),
    (8, "SLIP"),
    (9, "PPP"),
    (10, "FDDI"),
    (50, "PPP in HDLC framing"),
    (51, "PPPoE"),
    (99, "Symantec Enterprise Firewall"),
    (100, "LLC over ATM"),
    (104, "Cisco HDLC"),
    (105, "IEEE 802.11"),
    (107, "Frame Relay"),
    (114, "LocalTalk"),
    (117, "OpenBSD pflog"),
    (119, "IEEE 802.11 with Prism header"),
    (122, "IP over Fibre Channel"),
    (123, "ATM (SunATM)"),
    (127, "IEEE 802.11 with radiotap header"),
    (129, "ARCNET (Linux)"),
    (138, "IP over IEEE 1394 (Apple)"),
    (139, "SS7 MTP2 with pseudo-header"),
    (140, "SS7 MTP2"),
    (141, "SS7 MTP3"),
    (142, "SS7 SCCP"),
    (143, "DOCSIS"),
    (144, "IrDA"),
    (147, "private use 0"),
    (148, "private use 1"),
    (149, "private use 2"),
    (150, "private use 3"),
    (151, "private use 4"),
    (152, "private use 5"),
    (153, "private use 6"),
    (154, "private use 7"),
    (155, "private use 8"),
    (156, "private use 9"),
    (157, "private use 10"),
    (158, "private use 11"),
    (159, "private use 12"),
    (160, "private use 13"),
    (161, "private use 14"),
    (162, "private use 15"),
    (163, "IEEE 802.11 with AVS header"),
    (165, "BACnet MS/TP"),
    (166, "PPP with direction (pppd)"),
    (169, "GPRS LLC"),
    (177, "LAPD (Linux)"),
    (187, "Bluetooth HCI H4"),
    (189, "USB (Linux)"),
    (192, "PPI"),
    (195, "IEEE 802.15.4"),
    (197, "Endace ERF"),
    (201, "Bluetooth HCI H4 with pseudo-header"),
    (202, "AX.25 with KISS header"),
    (203, "LAPD"),
    (204, "PPP with direction"),
    (205, "Cisco HDLC with direction"),
    (206, "Frame Relay with direction"),
    (209, "IPMB"),
    (215, "IEEE 802.15.4 (non-ASK PHY)"),
    (220, "USB (Linux, memory mapped)"),
    (224, "Fibre Channel FC-2"),
    (225, "Fibre Channel FC-2 with delimiters"),
    (226, "Solaris IPNET"),
    (227, "CAN (SocketCAN)"),
    (230, "IEEE 802.15.4 without FCS"),
    (231, "D-Bus"),
    (239, "NFLOG"),
    (240, "Hilscher netANALYZER"),
    (242, "IP over InfiniBand"),
    (247, "InfiniBand"),
    (249, "USB (USBPcap)"),
    (251, "Bluetooth Low Energy"),
    (253, "Netlink"),
    (272, "nRF Sniffer for Bluetooth LE"),
    (274, "Ethernet with mPacket preamble"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_holds_nothing_that_is_read() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(NAMES.iter().all(|(number, _)| LinkType(*number).name().is_none()));
        assert_eq!((name(LinkType(105)), name(LinkType(2))), (Some("IEEE 802.11"), None));
    }
}
