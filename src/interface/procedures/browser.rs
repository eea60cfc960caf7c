//! The procedures of `browser` (\[MS-BRWSA\] 3.1.4), in the order of their opnums. Empty: not used on the wire.

pub(super) static PROCEDURES: [&str; 12] = [
    "I_BrowserrServerEnum",
    "I_BrowserrDebugCall",
    "I_BrowserrQueryOtherDomains",
    "I_BrowserrResetNetlogonState",
    "I_BrowserrDebugTrace",
    "I_BrowserrQueryStatistics",
    "I_BrowserResetStatistics",
    "NetrBrowserStatisticsClear",
    "NetrBrowserStatisticsGet",
    "I_BrowserrSetNetlogonState",
    "I_BrowserrQueryEmulatedDomains",
    "I_BrowserrServerEnumEx",
];
