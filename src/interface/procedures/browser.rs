//! The procedures of `browser` (\[MS-BRWSA\] 3.1.4).

use uuid::uuid;

use crate::interface::definition::Interface;
use crate::interface::procedure::{Procedure, named};

/// The interface, version 0.0.
pub(super) static BROWSER: Interface = Interface {
    procedures: &PROCEDURES,
    ..Interface::new(uuid!("6bffd098-a112-3610-9833-012892020162"), (0, 0), "computer browser")
};

static PROCEDURES: [Procedure; 12] = [
    named(0, "I_BrowserrServerEnum"),
    named(1, "I_BrowserrDebugCall"),
    named(2, "I_BrowserrQueryOtherDomains"),
    named(3, "I_BrowserrResetNetlogonState"),
    named(4, "I_BrowserrDebugTrace"),
    named(5, "I_BrowserrQueryStatistics"),
    named(6, "I_BrowserResetStatistics"),
    named(7, "NetrBrowserStatisticsClear"),
    named(8, "NetrBrowserStatisticsGet"),
    named(9, "I_BrowserrSetNetlogonState"),
    named(10, "I_BrowserrQueryEmulatedDomains"),
    named(11, "I_BrowserrServerEnumEx"),
];
