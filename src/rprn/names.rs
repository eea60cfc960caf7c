//! What numbers are called.

use crate::dcerpc::ndr::{Names, Scope};

/// The bits of a mask by their names, or the name of all of them together.
fn mask(value: u32, names: &[(u32, &str)]) -> Option<String> {
    if let Some(whole) = one(value, names) {
        return Some(whole);
    }
    let bits = names.iter().filter(|(bit, _)| bit.is_power_of_two());
    let (mut left, mut set) = (value, Vec::new());
    for (bit, name) in bits.filter(|(bit, _)| value & bit != 0) {
        left &= !bit;
        set.push((*name).to_owned());
    }
    set.extend((left != 0 && !set.is_empty()).then(|| format!("{left:#x}")));
    (!set.is_empty()).then(|| set.join(" | "))
}

/// One value of several.
fn one(value: u32, names: &[(u32, &str)]) -> Option<String> {
    names.iter().find(|(own, _)| *own == value).map(|(_, name)| (*name).to_owned())
}

/// ACCESS_MASK of printers, jobs and servers (\[MS-RPRN\] 2.2.3.1).
pub(super) const ACCESS: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "SERVER_ACCESS_ADMINISTER"),
            (0x0000_0002, "SERVER_ACCESS_ENUMERATE"),
            (0x0000_0004, "PRINTER_ACCESS_ADMINISTER"),
            (0x0000_0008, "PRINTER_ACCESS_USE"),
            (0x0000_0010, "JOB_ACCESS_ADMINISTER"),
            (0x0000_0020, "JOB_ACCESS_READ"),
            (0x0000_0040, "PRINTER_ACCESS_MANAGE_LIMITED"),
            (0x0001_0000, "DELETE"),
            (0x0002_0000, "READ_CONTROL"),
            (0x0004_0000, "WRITE_DAC"),
            (0x0008_0000, "WRITE_OWNER"),
            (0x0010_0000, "SYNCHRONIZE"),
            (0x0100_0000, "ACCESS_SYSTEM_SECURITY"),
            (0x0200_0000, "MAXIMUM_ALLOWED"),
            (0x1000_0000, "GENERIC_ALL"),
            (0x2000_0000, "GENERIC_EXECUTE"),
            (0x4000_0000, "GENERIC_WRITE"),
            (0x8000_0000, "GENERIC_READ"),
            (0x000f_0003, "SERVER_ALL_ACCESS"),
            (0x0002_0002, "SERVER_READ"),
            (0x0002_0003, "SERVER_WRITE"),
            (0x000f_000c, "PRINTER_ALL_ACCESS"),
            (0x0002_0008, "PRINTER_READ"),
            (0x000f_0030, "JOB_ALL_ACCESS"),
            (0x0002_0020, "JOB_READ"),
            (0x0002_0010, "JOB_WRITE"),
        ],
    )
};

/// PRINTER_ENUM flags (\[MS-RPRN\] 2.2.3.7).
pub(super) const PRINTER_ENUM: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "PRINTER_ENUM_DEFAULT"),
            (0x0000_0002, "PRINTER_ENUM_LOCAL"),
            (0x0000_0004, "PRINTER_ENUM_CONNECTIONS"),
            (0x0000_0008, "PRINTER_ENUM_NAME"),
            (0x0000_0010, "PRINTER_ENUM_REMOTE"),
            (0x0000_0020, "PRINTER_ENUM_SHARED"),
            (0x0000_0040, "PRINTER_ENUM_NETWORK"),
            (0x0000_4000, "PRINTER_ENUM_EXPAND"),
            (0x0000_8000, "PRINTER_ENUM_CONTAINER"),
            (0x0001_0000, "PRINTER_ENUM_ICON1"),
            (0x0002_0000, "PRINTER_ENUM_ICON2"),
            (0x0004_0000, "PRINTER_ENUM_ICON3"),
            (0x0008_0000, "PRINTER_ENUM_ICON4"),
            (0x0010_0000, "PRINTER_ENUM_ICON5"),
            (0x0020_0000, "PRINTER_ENUM_ICON6"),
            (0x0040_0000, "PRINTER_ENUM_ICON7"),
            (0x0080_0000, "PRINTER_ENUM_ICON8"),
            (0x0100_0000, "PRINTER_ENUM_HIDE"),
            (0x0200_0000, "PRINTER_ENUM_CATEGORY_ALL"),
            (0x0400_0000, "PRINTER_ENUM_CATEGORY_3D"),
        ],
    )
};

/// PRINTER_CHANGE flags (\[MS-RPRN\] 2.2.3.6.1).
pub(super) const CHANGES: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "PRINTER_CHANGE_ADD_PRINTER"),
            (0x0000_0002, "PRINTER_CHANGE_SET_PRINTER"),
            (0x0000_0004, "PRINTER_CHANGE_DELETE_PRINTER"),
            (0x0000_0008, "PRINTER_CHANGE_FAILED_CONNECTION_PRINTER"),
            (0x0000_00ff, "PRINTER_CHANGE_PRINTER"),
            (0x0000_0100, "PRINTER_CHANGE_ADD_JOB"),
            (0x0000_0200, "PRINTER_CHANGE_SET_JOB"),
            (0x0000_0400, "PRINTER_CHANGE_DELETE_JOB"),
            (0x0000_0800, "PRINTER_CHANGE_WRITE_JOB"),
            (0x0000_ff00, "PRINTER_CHANGE_JOB"),
            (0x0001_0000, "PRINTER_CHANGE_ADD_FORM"),
            (0x0002_0000, "PRINTER_CHANGE_SET_FORM"),
            (0x0004_0000, "PRINTER_CHANGE_DELETE_FORM"),
            (0x0007_0000, "PRINTER_CHANGE_FORM"),
            (0x0010_0000, "PRINTER_CHANGE_ADD_PORT"),
            (0x0020_0000, "PRINTER_CHANGE_CONFIGURE_PORT"),
            (0x0040_0000, "PRINTER_CHANGE_DELETE_PORT"),
            (0x0070_0000, "PRINTER_CHANGE_PORT"),
            (0x0100_0000, "PRINTER_CHANGE_ADD_PRINT_PROCESSOR"),
            (0x0400_0000, "PRINTER_CHANGE_DELETE_PRINT_PROCESSOR"),
            (0x0700_0000, "PRINTER_CHANGE_PRINT_PROCESSOR"),
            (0x0800_0000, "PRINTER_CHANGE_SERVER"),
            (0x1000_0000, "PRINTER_CHANGE_ADD_PRINTER_DRIVER"),
            (0x2000_0000, "PRINTER_CHANGE_SET_PRINTER_DRIVER"),
            (0x4000_0000, "PRINTER_CHANGE_DELETE_PRINTER_DRIVER"),
            (0x7000_0000, "PRINTER_CHANGE_PRINTER_DRIVER"),
            (0x7f77_ffff, "PRINTER_CHANGE_ALL"),
            (0x8000_0000, "PRINTER_CHANGE_TIMEOUT"),
        ],
    )
};

/// PRINTER_STATUS flags (\[MS-RPRN\] 2.2.3.12).
pub(super) const PRINTER_STATUS: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "PRINTER_STATUS_PAUSED"),
            (0x0000_0002, "PRINTER_STATUS_ERROR"),
            (0x0000_0004, "PRINTER_STATUS_PENDING_DELETION"),
            (0x0000_0008, "PRINTER_STATUS_PAPER_JAM"),
            (0x0000_0010, "PRINTER_STATUS_PAPER_OUT"),
            (0x0000_0020, "PRINTER_STATUS_MANUAL_FEED"),
            (0x0000_0040, "PRINTER_STATUS_PAPER_PROBLEM"),
            (0x0000_0080, "PRINTER_STATUS_OFFLINE"),
            (0x0000_0100, "PRINTER_STATUS_IO_ACTIVE"),
            (0x0000_0200, "PRINTER_STATUS_BUSY"),
            (0x0000_0400, "PRINTER_STATUS_PRINTING"),
            (0x0000_0800, "PRINTER_STATUS_OUTPUT_BIN_FULL"),
            (0x0000_1000, "PRINTER_STATUS_NOT_AVAILABLE"),
            (0x0000_2000, "PRINTER_STATUS_WAITING"),
            (0x0000_4000, "PRINTER_STATUS_PROCESSING"),
            (0x0000_8000, "PRINTER_STATUS_INITIALIZING"),
            (0x0001_0000, "PRINTER_STATUS_WARMING_UP"),
            (0x0002_0000, "PRINTER_STATUS_TONER_LOW"),
            (0x0004_0000, "PRINTER_STATUS_NO_TONER"),
            (0x0008_0000, "PRINTER_STATUS_PAGE_PUNT"),
            (0x0010_0000, "PRINTER_STATUS_USER_INTERVENTION"),
            (0x0020_0000, "PRINTER_STATUS_OUT_OF_MEMORY"),
            (0x0040_0000, "PRINTER_STATUS_DOOR_OPEN"),
            (0x0080_0000, "PRINTER_STATUS_SERVER_UNKNOWN"),
            (0x0100_0000, "PRINTER_STATUS_POWER_SAVE"),
            (0x0200_0000, "PRINTER_STATUS_SERVER_OFFLINE"),
            (0x0400_0000, "PRINTER_STATUS_DRIVER_UPDATE_NEEDED"),
        ],
    )
};

/// PRINTER_ATTRIBUTE flags (\[MS-RPRN\] 2.2.3.12).
pub(super) const PRINTER_ATTRIBUTES: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "PRINTER_ATTRIBUTE_QUEUED"),
            (0x0000_0002, "PRINTER_ATTRIBUTE_DIRECT"),
            (0x0000_0004, "PRINTER_ATTRIBUTE_DEFAULT"),
            (0x0000_0008, "PRINTER_ATTRIBUTE_SHARED"),
            (0x0000_0010, "PRINTER_ATTRIBUTE_NETWORK"),
            (0x0000_0020, "PRINTER_ATTRIBUTE_HIDDEN"),
            (0x0000_0040, "PRINTER_ATTRIBUTE_LOCAL"),
            (0x0000_0080, "PRINTER_ATTRIBUTE_ENABLE_DEVQ"),
            (0x0000_0100, "PRINTER_ATTRIBUTE_KEEPPRINTEDJOBS"),
            (0x0000_0200, "PRINTER_ATTRIBUTE_DO_COMPLETE_FIRST"),
            (0x0000_0400, "PRINTER_ATTRIBUTE_WORK_OFFLINE"),
            (0x0000_0800, "PRINTER_ATTRIBUTE_ENABLE_BIDI"),
            (0x0000_1000, "PRINTER_ATTRIBUTE_RAW_ONLY"),
            (0x0000_2000, "PRINTER_ATTRIBUTE_PUBLISHED"),
            (0x0000_4000, "PRINTER_ATTRIBUTE_FAX"),
            (0x0000_8000, "PRINTER_ATTRIBUTE_TS"),
            (0x0002_0000, "PRINTER_ATTRIBUTE_PUSHED_USER"),
            (0x0004_0000, "PRINTER_ATTRIBUTE_PUSHED_MACHINE"),
            (0x0008_0000, "PRINTER_ATTRIBUTE_MACHINE"),
            (0x0010_0000, "PRINTER_ATTRIBUTE_FRIENDLY_NAME"),
            (0x0020_0000, "PRINTER_ATTRIBUTE_TS_GENERIC_DRIVER"),
            (0x0040_0000, "PRINTER_ATTRIBUTE_PER_USER"),
            (0x0080_0000, "PRINTER_ATTRIBUTE_ENTERPRISE_CLOUD"),
        ],
    )
};

/// JOB_STATUS flags (\[MS-RPRN\] 2.2.3.3).
pub(super) const JOB_STATUS: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "JOB_STATUS_PAUSED"),
            (0x0000_0002, "JOB_STATUS_ERROR"),
            (0x0000_0004, "JOB_STATUS_DELETING"),
            (0x0000_0008, "JOB_STATUS_SPOOLING"),
            (0x0000_0010, "JOB_STATUS_PRINTING"),
            (0x0000_0020, "JOB_STATUS_OFFLINE"),
            (0x0000_0040, "JOB_STATUS_PAPEROUT"),
            (0x0000_0080, "JOB_STATUS_PRINTED"),
            (0x0000_0100, "JOB_STATUS_DELETED"),
            (0x0000_0200, "JOB_STATUS_BLOCKED_DEVQ"),
            (0x0000_0400, "JOB_STATUS_USER_INTERVENTION"),
            (0x0000_0800, "JOB_STATUS_RESTART"),
            (0x0000_1000, "JOB_STATUS_COMPLETE"),
            (0x0000_2000, "JOB_STATUS_RETAINED"),
            (0x0000_4000, "JOB_STATUS_RENDERING_LOCALLY"),
        ],
    )
};

/// PRINTER_DRIVER flags (\[MS-RPRN\] 2.2.3.4).
pub(super) const DRIVER_ATTRIBUTES: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "PRINTER_DRIVER_PACKAGE_AWARE"),
            (0x0000_0002, "PRINTER_DRIVER_XPS"),
            (0x0000_0004, "PRINTER_DRIVER_SANDBOX_ENABLED"),
            (0x0000_0008, "PRINTER_DRIVER_CLASS"),
            (0x0000_0010, "PRINTER_DRIVER_DERIVED"),
            (0x0000_0020, "PRINTER_DRIVER_NOT_SHAREABLE"),
            (0x0000_0040, "PRINTER_DRIVER_CATEGORY_FAX"),
            (0x0000_0080, "PRINTER_DRIVER_CATEGORY_FILE"),
            (0x0000_0100, "PRINTER_DRIVER_CATEGORY_VIRTUAL"),
            (0x0000_0200, "PRINTER_DRIVER_CATEGORY_SERVICE"),
            (0x0000_0400, "PRINTER_DRIVER_SOFT_RESET_REQUIRED"),
            (0x0000_0800, "PRINTER_DRIVER_SANDBOX_DISABLED"),
            (0x0000_1000, "PRINTER_DRIVER_CATEGORY_3D"),
            (0x0000_2000, "PRINTER_DRIVER_CATEGORY_CLOUD"),
        ],
    )
};

const PRINTER_FIELDS: [&str; 29] = [
    "PRINTER_NOTIFY_FIELD_SERVER_NAME",
    "PRINTER_NOTIFY_FIELD_PRINTER_NAME",
    "PRINTER_NOTIFY_FIELD_SHARE_NAME",
    "PRINTER_NOTIFY_FIELD_PORT_NAME",
    "PRINTER_NOTIFY_FIELD_DRIVER_NAME",
    "PRINTER_NOTIFY_FIELD_COMMENT",
    "PRINTER_NOTIFY_FIELD_LOCATION",
    "PRINTER_NOTIFY_FIELD_DEVMODE",
    "PRINTER_NOTIFY_FIELD_SEPFILE",
    "PRINTER_NOTIFY_FIELD_PRINT_PROCESSOR",
    "PRINTER_NOTIFY_FIELD_PARAMETERS",
    "PRINTER_NOTIFY_FIELD_DATATYPE",
    "PRINTER_NOTIFY_FIELD_SECURITY_DESCRIPTOR",
    "PRINTER_NOTIFY_FIELD_ATTRIBUTES",
    "PRINTER_NOTIFY_FIELD_PRIORITY",
    "PRINTER_NOTIFY_FIELD_DEFAULT_PRIORITY",
    "PRINTER_NOTIFY_FIELD_START_TIME",
    "PRINTER_NOTIFY_FIELD_UNTIL_TIME",
    "PRINTER_NOTIFY_FIELD_STATUS",
    "PRINTER_NOTIFY_FIELD_STATUS_STRING",
    "PRINTER_NOTIFY_FIELD_CJOBS",
    "PRINTER_NOTIFY_FIELD_AVERAGE_PPM",
    "PRINTER_NOTIFY_FIELD_TOTAL_PAGES",
    "PRINTER_NOTIFY_FIELD_PAGES_PRINTED",
    "PRINTER_NOTIFY_FIELD_TOTAL_BYTES",
    "PRINTER_NOTIFY_FIELD_BYTES_PRINTED",
    "PRINTER_NOTIFY_FIELD_OBJECT_GUID",
    "PRINTER_NOTIFY_FIELD_FRIENDLY_NAME",
    "PRINTER_NOTIFY_FIELD_BRANCH_OFFICE_PRINTING",
];

const JOB_FIELDS: [&str; 25] = [
    "JOB_NOTIFY_FIELD_PRINTER_NAME",
    "JOB_NOTIFY_FIELD_MACHINE_NAME",
    "JOB_NOTIFY_FIELD_PORT_NAME",
    "JOB_NOTIFY_FIELD_USER_NAME",
    "JOB_NOTIFY_FIELD_NOTIFY_NAME",
    "JOB_NOTIFY_FIELD_DATATYPE",
    "JOB_NOTIFY_FIELD_PRINT_PROCESSOR",
    "JOB_NOTIFY_FIELD_PARAMETERS",
    "JOB_NOTIFY_FIELD_DRIVER_NAME",
    "JOB_NOTIFY_FIELD_DEVMODE",
    "JOB_NOTIFY_FIELD_STATUS",
    "JOB_NOTIFY_FIELD_STATUS_STRING",
    "JOB_NOTIFY_FIELD_SECURITY_DESCRIPTOR",
    "JOB_NOTIFY_FIELD_DOCUMENT",
    "JOB_NOTIFY_FIELD_PRIORITY",
    "JOB_NOTIFY_FIELD_POSITION",
    "JOB_NOTIFY_FIELD_SUBMITTED",
    "JOB_NOTIFY_FIELD_START_TIME",
    "JOB_NOTIFY_FIELD_UNTIL_TIME",
    "JOB_NOTIFY_FIELD_TIME",
    "JOB_NOTIFY_FIELD_TOTAL_PAGES",
    "JOB_NOTIFY_FIELD_PAGES_PRINTED",
    "JOB_NOTIFY_FIELD_TOTAL_BYTES",
    "JOB_NOTIFY_FIELD_BYTES_PRINTED",
    "JOB_NOTIFY_FIELD_REMOTE_JOB_ID",
];

/// Categories of printers for notifications (\[MS-RPRN\] 2.2.3.8), in the specification's values and in those of the
/// SDK's headers.
pub(super) const CATEGORIES: Names = |value| {
    one(
        value,
        &[
            (0x0001_0000, "PRINTER_NOTIFY_CATEGORY_ALL"),
            (0x0002_0000, "PRINTER_NOTIFY_CATEGORY_3D"),
            (0x0000_1000, "PRINTER_NOTIFY_CATEGORY_ALL"),
            (0x0000_2000, "PRINTER_NOTIFY_CATEGORY_3D"),
        ],
    )
};

/// What a client did with a notification (\[MS-RPRN\] 3.2.4.1.4).
pub(super) const REPLY_RESULT: Names = |value| {
    mask(
        value,
        &[
            (0x0001_0000, "PRINTER_NOTIFY_INFO_DISCARDNOTED"),
            (0x0008_0000, "PRINTER_NOTIFY_INFO_COLORMISMATCH"),
        ],
    )
};

/// Flags of notification data.
pub(super) const NOTIFY_INFO_FLAGS: Names = |value| mask(value, &[(1, "PRINTER_NOTIFY_INFO_DISCARDED")]);

/// Flags of notification options.
pub(super) const NOTIFY_OPTIONS_FLAGS: Names = |value| mask(value, &[(1, "PRINTER_NOTIFY_OPTIONS_REFRESH")]);

/// What notifications are about.
pub(super) const NOTIFY_TYPE: Names =
    |value| one(value, &[(0, "PRINTER_NOTIFY_TYPE"), (1, "JOB_NOTIFY_TYPE"), (2, "SERVER_NOTIFY_TYPE")]);

/// How notification data stands (\[MS-RPRN\] 2.2.1.13.3); the upper half is reserved.
pub(super) const TABLE: Names = |value| {
    one(
        value & 0xffff,
        &[
            (1, "TABLE_DWORD"),
            (2, "TABLE_STRING"),
            (3, "TABLE_DEVMODE"),
            (4, "TABLE_TIME"),
            (5, "TABLE_SECURITYDESCRIPTOR"),
        ],
    )
};

/// A field of a printer, a job or the server, as its sibling `Type` says (\[MS-RPRN\] 2.2.3.7 and .8).
pub(super) fn notify_field(value: u32, scope: &Scope<'_, '_>) -> Option<String> {
    let at = usize::try_from(value).ok()?;
    let name = match scope.siblings.number("Type")? {
        0 => PRINTER_FIELDS.get(at),
        1 => JOB_FIELDS.get(at),
        2 => ["SERVER_NOTIFY_FIELD_PRINT_DRIVER_ISOLATION_GROUP"].get(at),
        _ => None,
    };
    name.map(|name| (*name).to_owned())
}

/// What `RpcSetPrinter` does (\[MS-RPRN\] 3.1.4.2.5).
pub(super) const PRINTER_CONTROL: Names = |value| {
    one(
        value,
        &[
            (1, "PRINTER_CONTROL_PAUSE"),
            (2, "PRINTER_CONTROL_RESUME"),
            (3, "PRINTER_CONTROL_PURGE"),
            (4, "PRINTER_CONTROL_SET_STATUS"),
        ],
    )
};

/// What `RpcSetJob` does (\[MS-RPRN\] 3.1.4.3.1).
pub(super) const JOB_CONTROL: Names = |value| {
    one(
        value,
        &[
            (1, "JOB_CONTROL_PAUSE"),
            (2, "JOB_CONTROL_RESUME"),
            (3, "JOB_CONTROL_CANCEL"),
            (4, "JOB_CONTROL_RESTART"),
            (5, "JOB_CONTROL_DELETE"),
            (6, "JOB_CONTROL_SENT_TO_PRINTER"),
            (7, "JOB_CONTROL_LAST_PAGE_EJECTED"),
            (8, "JOB_CONTROL_RETAIN"),
            (9, "JOB_CONTROL_RELEASE"),
            (10, "JOB_CONTROL_SEND_TOAST"),
        ],
    )
};

/// How a printer is published (\[MS-RPRN\] 2.2.1.10.8).
pub(super) const PUBLISH: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "DSPRINT_PUBLISH"),
            (0x0000_0002, "DSPRINT_UPDATE"),
            (0x0000_0004, "DSPRINT_UNPUBLISH"),
            (0x0000_0008, "DSPRINT_REPUBLISH"),
            (0x8000_0000, "DSPRINT_PENDING"),
        ],
    )
};

/// Types of registry values (\[MS-RRP\] 3.1.1.5).
pub(super) const REG: Names = |value| {
    one(
        value,
        &[
            (0, "REG_NONE"),
            (1, "REG_SZ"),
            (2, "REG_EXPAND_SZ"),
            (3, "REG_BINARY"),
            (4, "REG_DWORD"),
            (5, "REG_DWORD_BIG_ENDIAN"),
            (6, "REG_LINK"),
            (7, "REG_MULTI_SZ"),
            (11, "REG_QWORD"),
        ],
    )
};

/// How the files of a driver are copied (\[MS-RPRN\] 3.1.4.4.8).
pub(super) const COPY_FLAGS: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "APD_STRICT_UPGRADE"),
            (0x0000_0002, "APD_STRICT_DOWNGRADE"),
            (0x0000_0004, "APD_COPY_ALL_FILES"),
            (0x0000_0008, "APD_COPY_NEW_FILES"),
            (0x0000_0010, "APD_COPY_FROM_DIRECTORY"),
            (0x0000_1000, "APD_DONT_COPY_FILES_TO_CLUSTER"),
            (0x0000_2000, "APD_COPY_TO_ALL_SPOOLERS"),
            (0x0000_8000, "APD_INSTALL_WARNED_DRIVER"),
            (0x0001_0000, "APD_RETURN_BLOCKING_STATUS_CODE"),
        ],
    )
};

/// What of a driver is deleted (\[MS-RPRN\] 3.1.4.4.7).
pub(super) const DELETE_FLAGS: Names = |value| {
    mask(
        value,
        &[(1, "DPD_DELETE_UNUSED_FILES"), (2, "DPD_DELETE_SPECIFIC_VERSION"), (4, "DPD_DELETE_ALL_FILES")],
    )
};

/// What a file of a driver is for (\[MS-RPRN\] 2.2.2.4.10).
pub(super) const DRIVER_FILE: Names = |value| {
    one(
        value,
        &[
            (0, "PRINTER_DRIVER_RENDERING"),
            (1, "PRINTER_DRIVER_CONFIGURATION"),
            (2, "PRINTER_DRIVER_DATA"),
            (3, "PRINTER_DRIVER_HELP"),
            (4, "PRINTER_DRIVER_OTHER"),
        ],
    )
};

/// Where a form comes from (\[MS-RPRN\] 2.2.1.6.1).
pub(super) const FORM: Names =
    |value| one(value, &[(0, "FORM_USER"), (1, "FORM_BUILTIN"), (2, "FORM_PRINTER")]);

/// How a form's display name is given (\[MS-RPRN\] 2.2.1.6.2).
pub(super) const FORM_STRING: Names =
    |value| one(value, &[(1, "STRING_NONE"), (2, "STRING_MUIDLL"), (4, "STRING_LANGPAIR")]);

/// What a port can do (\[MS-RPRN\] 2.2.2.9.2).
pub(super) const PORT_TYPE: Names = |value| {
    mask(
        value,
        &[
            (1, "PORT_TYPE_WRITE"),
            (2, "PORT_TYPE_READ"),
            (4, "PORT_TYPE_REDIRECTED"),
            (8, "PORT_TYPE_NET_ATTACHED"),
        ],
    )
};

/// How a port is (\[MS-RPRN\] 2.2.1.8.3).
pub(super) const PORT_STATUS: Names = |value| {
    one(
        value,
        &[
            (0, "PORT_STATUS_CLEAR"),
            (1, "PORT_STATUS_OFFLINE"),
            (2, "PORT_STATUS_PAPER_JAM"),
            (3, "PORT_STATUS_PAPER_OUT"),
            (4, "PORT_STATUS_OUTPUT_BIN_FULL"),
            (5, "PORT_STATUS_PAPER_PROBLEM"),
            (6, "PORT_STATUS_NO_TONER"),
            (7, "PORT_STATUS_DOOR_OPEN"),
            (8, "PORT_STATUS_USER_INTERVENTION"),
            (9, "PORT_STATUS_OUT_OF_MEMORY"),
            (10, "PORT_STATUS_TONER_LOW"),
            (11, "PORT_STATUS_WARMING_UP"),
            (12, "PORT_STATUS_POWER_SAVE"),
        ],
    )
};

/// How bad that is (\[MS-RPRN\] 2.2.1.8.3).
pub(super) const PORT_SEVERITY: Names = |value| {
    one(
        value,
        &[(1, "PORT_STATUS_TYPE_ERROR"), (2, "PORT_STATUS_TYPE_WARNING"), (3, "PORT_STATUS_TYPE_INFO")],
    )
};

/// Protocols of standard TCP/IP ports (\[MS-RPRN\] 2.2.2.14.3).
pub(super) const PORT_PROTOCOL: Names =
    |value| one(value, &[(1, "PROTOCOL_RAWTCP_TYPE"), (2, "PROTOCOL_LPR_TYPE")]);

/// Processors (\[MS-RPRN\] 2.2.1.3.7).
pub(super) const PROCESSOR: Names = |value| {
    one(
        value,
        &[
            (0, "PROCESSOR_ARCHITECTURE_INTEL"),
            (1, "PROCESSOR_ARCHITECTURE_MIPS"),
            (2, "PROCESSOR_ARCHITECTURE_ALPHA"),
            (3, "PROCESSOR_ARCHITECTURE_PPC"),
            (5, "PROCESSOR_ARCHITECTURE_ARM"),
            (6, "PROCESSOR_ARCHITECTURE_IA64"),
            (9, "PROCESSOR_ARCHITECTURE_AMD64"),
            (12, "PROCESSOR_ARCHITECTURE_ARM64"),
        ],
    )
};

/// The operating system that a driver is for (\[MS-RPRN\] 2.2.1.3.1).
pub(super) const DRIVER_VERSION: Names = |value| {
    one(
        value,
        &[
            (0, "Windows 95, 98 and Me"),
            (1, "Windows NT 3.51"),
            (2, "Windows NT 4.0"),
            (3, "Windows 2000 and later"),
            (4, "Windows 8 and later"),
        ],
    )
};

/// Types of bidirectional data (\[MS-RPRN\] 2.2.1.2.2).
pub(super) const BIDI: Names = |value| {
    one(
        value,
        &[
            (0, "BIDI_NULL"),
            (1, "BIDI_INT"),
            (2, "BIDI_FLOAT"),
            (3, "BIDI_BOOL"),
            (4, "BIDI_STRING"),
            (5, "BIDI_TEXT"),
            (6, "BIDI_ENUM"),
            (7, "BIDI_BLOB"),
        ],
    )
};

/// Types of the properties of jobs (\[MS-RPRN\] 2.2.1.14.1).
pub(super) const PROPERTY: Names = |value| {
    one(
        value,
        &[
            (1, "kRpcPropertyTypeString"),
            (2, "kRpcPropertyTypeInt32"),
            (3, "kRpcPropertyTypeInt64"),
            (4, "kRpcPropertyTypeByte"),
            (5, "kRpcPropertyTypeBuffer"),
        ],
    )
};

/// Types of the properties of notifications (\[MS-PAR\] 2.2.3).
pub(super) const COLLECTION_PROPERTY: Names = |value| {
    one(
        value,
        &[
            (1, "kPropertyTypeString"),
            (2, "kPropertyTypeInt32"),
            (3, "kPropertyTypeInt64"),
            (4, "kPropertyTypeByte"),
            (5, "kPropertyTypeTime"),
            (6, "kPropertyTypeDevMode"),
            (7, "kPropertyTypeSD"),
            (8, "kPropertyTypeNotificationReply"),
            (9, "kPropertyTypeNotificationOptions"),
        ],
    )
};

/// What happened in a branch office (\[MS-RPRN\] 2.2.1.15.1).
pub(super) const BRANCH_OFFICE: Names = |value| {
    one(
        value,
        &[
            (0, "kInvalidJobState"),
            (1, "kLogJobPrinted"),
            (2, "kLogJobRendered"),
            (3, "kLogJobError"),
            (4, "kLogJobPipelineError"),
            (5, "kLogOfflineFileFull"),
        ],
    )
};

/// `dmFields`: which members of a DEVMODE hold something.
pub(super) const DEVMODE_FIELDS: Names = |value| {
    mask(
        value,
        &[
            (0x0000_0001, "DM_ORIENTATION"),
            (0x0000_0002, "DM_PAPERSIZE"),
            (0x0000_0004, "DM_PAPERLENGTH"),
            (0x0000_0008, "DM_PAPERWIDTH"),
            (0x0000_0010, "DM_SCALE"),
            (0x0000_0020, "DM_POSITION"),
            (0x0000_0040, "DM_NUP"),
            (0x0000_0080, "DM_DISPLAYORIENTATION"),
            (0x0000_0100, "DM_COPIES"),
            (0x0000_0200, "DM_DEFAULTSOURCE"),
            (0x0000_0400, "DM_PRINTQUALITY"),
            (0x0000_0800, "DM_COLOR"),
            (0x0000_1000, "DM_DUPLEX"),
            (0x0000_2000, "DM_YRESOLUTION"),
            (0x0000_4000, "DM_TTOPTION"),
            (0x0000_8000, "DM_COLLATE"),
            (0x0001_0000, "DM_FORMNAME"),
            (0x0002_0000, "DM_LOGPIXELS"),
            (0x0004_0000, "DM_BITSPERPEL"),
            (0x0008_0000, "DM_PELSWIDTH"),
            (0x0010_0000, "DM_PELSHEIGHT"),
            (0x0020_0000, "DM_DISPLAYFLAGS"),
            (0x0040_0000, "DM_DISPLAYFREQUENCY"),
            (0x0080_0000, "DM_ICMMETHOD"),
            (0x0100_0000, "DM_ICMINTENT"),
            (0x0200_0000, "DM_MEDIATYPE"),
            (0x0400_0000, "DM_DITHERTYPE"),
            (0x0800_0000, "DM_PANNINGWIDTH"),
            (0x1000_0000, "DM_PANNINGHEIGHT"),
        ],
    )
};

/// `dmOrientation`.
pub(super) const ORIENTATION: Names =
    |value| one(value, &[(1, "DMORIENT_PORTRAIT"), (2, "DMORIENT_LANDSCAPE")]);

/// `dmPaperSize`.
pub(super) const PAPER: Names = |value| {
    one(
        value,
        &[
            (1, "DMPAPER_LETTER"),
            (2, "DMPAPER_LETTERSMALL"),
            (3, "DMPAPER_TABLOID"),
            (4, "DMPAPER_LEDGER"),
            (5, "DMPAPER_LEGAL"),
            (6, "DMPAPER_STATEMENT"),
            (7, "DMPAPER_EXECUTIVE"),
            (8, "DMPAPER_A3"),
            (9, "DMPAPER_A4"),
            (10, "DMPAPER_A4SMALL"),
            (11, "DMPAPER_A5"),
            (12, "DMPAPER_B4"),
            (13, "DMPAPER_B5"),
            (14, "DMPAPER_FOLIO"),
            (15, "DMPAPER_QUARTO"),
            (16, "DMPAPER_10X14"),
            (17, "DMPAPER_11X17"),
            (18, "DMPAPER_NOTE"),
            (19, "DMPAPER_ENV_9"),
            (20, "DMPAPER_ENV_10"),
            (27, "DMPAPER_ENV_DL"),
            (28, "DMPAPER_ENV_C5"),
        ],
    )
};

/// `dmDefaultSource`.
pub(super) const PAPER_SOURCE: Names = |value| {
    one(
        value,
        &[
            (1, "DMBIN_UPPER"),
            (2, "DMBIN_LOWER"),
            (3, "DMBIN_MIDDLE"),
            (4, "DMBIN_MANUAL"),
            (5, "DMBIN_ENVELOPE"),
            (6, "DMBIN_ENVMANUAL"),
            (7, "DMBIN_AUTO"),
            (8, "DMBIN_TRACTOR"),
            (9, "DMBIN_SMALLFMT"),
            (10, "DMBIN_LARGEFMT"),
            (11, "DMBIN_LARGECAPACITY"),
            (14, "DMBIN_CASSETTE"),
            (15, "DMBIN_FORMSOURCE"),
        ],
    )
};

/// `dmColor`.
pub(super) const COLOR: Names = |value| one(value, &[(1, "DMCOLOR_MONOCHROME"), (2, "DMCOLOR_COLOR")]);

/// `dmDuplex`.
pub(super) const DUPLEX: Names =
    |value| one(value, &[(1, "DMDUP_SIMPLEX"), (2, "DMDUP_VERTICAL"), (3, "DMDUP_HORIZONTAL")]);

/// `dmTTOption`.
pub(super) const TRUE_TYPE: Names = |value| {
    one(value, &[(1, "DMTT_BITMAP"), (2, "DMTT_DOWNLOAD"), (3, "DMTT_SUBDEV"), (4, "DMTT_DOWNLOAD_OUTLINE")])
};

/// `dmCollate`.
pub(super) const COLLATE: Names = |value| one(value, &[(0, "DMCOLLATE_FALSE"), (1, "DMCOLLATE_TRUE")]);

/// `dmNup`.
pub(super) const NUP: Names = |value| one(value, &[(1, "DMNUP_SYSTEM"), (2, "DMNUP_ONEUP")]);

/// `dmICMMethod`.
pub(super) const ICM_METHOD: Names = |value| {
    one(
        value,
        &[
            (1, "DMICMMETHOD_NONE"),
            (2, "DMICMMETHOD_SYSTEM"),
            (3, "DMICMMETHOD_DRIVER"),
            (4, "DMICMMETHOD_DEVICE"),
        ],
    )
};

/// `dmICMIntent`.
pub(super) const ICM_INTENT: Names = |value| {
    one(
        value,
        &[
            (1, "DMICM_SATURATE"),
            (2, "DMICM_CONTRAST"),
            (3, "DMICM_COLORIMETRIC"),
            (4, "DMICM_ABS_COLORIMETRIC"),
        ],
    )
};

/// `dmMediaType`.
pub(super) const MEDIA: Names =
    |value| one(value, &[(1, "DMMEDIA_STANDARD"), (2, "DMMEDIA_TRANSPARENCY"), (3, "DMMEDIA_GLOSSY")]);

/// `dmDitherType`.
pub(super) const DITHER: Names = |value| {
    one(
        value,
        &[
            (1, "DMDITHER_NONE"),
            (2, "DMDITHER_COARSE"),
            (3, "DMDITHER_FINE"),
            (4, "DMDITHER_LINEART"),
            (5, "DMDITHER_ERRORDIFFUSION"),
            (10, "DMDITHER_GRAYSCALE"),
        ],
    )
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_named_bit_by_bit_or_whole() {
        assert_eq!(PRINTER_STATUS(0), None);
        assert_eq!(PRINTER_STATUS(0x401).as_deref(), Some("PRINTER_STATUS_PAUSED | PRINTER_STATUS_PRINTING"));
        assert_eq!(ACCESS(0x0002_0008).as_deref(), Some("PRINTER_READ"));
        assert_eq!(ACCESS(0x0000_0208).as_deref(), Some("PRINTER_ACCESS_USE | 0x200"));
        assert_eq!(CHANGES(0xff00).as_deref(), Some("PRINTER_CHANGE_JOB"));
        assert_eq!(JOB_CONTROL(99), None);
    }
}
