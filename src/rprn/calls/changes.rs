//! Change notifications (\[MS-RPRN\] 3.1.4.10 and 3.2.4.1, \[MS-PAR\] 3.1.4.9).

use super::collections::PROPERTIES_COLLECTION;
use super::common::{
    Call, DEVMODE_CONTAINER, PRINTER, SECURITY_CONTAINER, SYSTEM_TIME, handle, handle_closed, handle_out,
    number, optional_text, text,
};
use crate::dcerpc::ndr::{
    Arm, By, Meaning, Member, Type, Union, counted, in_out, input, member, output, sized, switched,
};
use crate::rprn::names::{
    CATEGORIES, CHANGES, NOTIFY_INFO_FLAGS, NOTIFY_OPTIONS_FLAGS, NOTIFY_TYPE, REPLY_RESULT, TABLE,
    notify_field,
};

/// `RpcWaitForPrinterChange`.
pub(crate) const WAIT_FOR_PRINTER_CHANGE: Call =
    &[PRINTER, input(member("Flags", Type::Named(CHANGES))), output(member("pFlags", Type::Named(CHANGES)))];

/// `RpcFindClosePrinterChangeNotification`.
pub(crate) const FIND_CLOSE_PRINTER_CHANGE_NOTIFICATION: Call = &[PRINTER];

/// `RpcReplyOpenPrinter`.
pub(crate) const REPLY_OPEN_PRINTER: Call = &[
    text("pMachine"),
    handle_out("phPrinterNotify"),
    number("dwPrinterRemote"),
    number("dwType"),
    number("cbBuffer"),
    input(counted("pBuffer", Type::Unique(&Type::Bytes(Meaning::Opaque)), "cbBuffer")),
];

/// `RpcRouterReplyPrinter`.
pub(crate) const ROUTER_REPLY_PRINTER: Call = &[
    handle("hNotify"),
    input(member("fdwFlags", Type::Named(CHANGES))),
    number("cbBuffer"),
    input(counted("pBuffer", Type::Unique(&Type::Bytes(Meaning::Opaque)), "cbBuffer")),
];

/// `RpcReplyClosePrinter`.
pub(crate) const REPLY_CLOSE_PRINTER: Call = &[handle_closed("phNotify")];

/// `RpcRemoteFindFirstPrinterChangeNotification`.
pub(crate) const REMOTE_FIND_FIRST_PRINTER_CHANGE_NOTIFICATION: Call = &[
    PRINTER,
    input(member("fdwFlags", Type::Named(CHANGES))),
    input(member("fdwOptions", Type::Named(CATEGORIES))),
    optional_text("pszLocalMachine"),
    number("dwPrinterLocal"),
    number("cbBuffer"),
    in_out(counted("pBuffer", Type::Unique(&Type::Bytes(Meaning::Opaque)), "cbBuffer")),
];

/// `RpcRemoteFindFirstPrinterChangeNotificationEx`.
pub(crate) const REMOTE_FIND_FIRST_PRINTER_CHANGE_NOTIFICATION_EX: Call = &[
    PRINTER,
    input(member("fdwFlags", Type::Named(CHANGES))),
    input(member("fdwOptions", Type::Named(CATEGORIES))),
    optional_text("pszLocalMachine"),
    number("dwPrinterLocal"),
    input(member("pOptions", Type::Unique(&NOTIFY_OPTIONS))),
];

/// `RpcRouterReplyPrinterEx`.
pub(crate) const ROUTER_REPLY_PRINTER_EX: Call = &[
    handle("hNotify"),
    number("dwColor"),
    input(member("fdwFlags", Type::Named(CHANGES))),
    output(member("pdwResult", Type::Named(REPLY_RESULT))),
    number("dwReplyType"),
    input(switched("Reply", UREPLY_PRINTER, "dwReplyType")),
];

/// `RpcRouterRefreshPrinterChangeNotification`.
pub(crate) const ROUTER_REFRESH_PRINTER_CHANGE_NOTIFICATION: Call = &[
    PRINTER,
    number("dwColor"),
    input(member("pOptions", Type::Unique(&NOTIFY_OPTIONS))),
    output(member("ppInfo", Type::Unique(&NOTIFY_INFO))),
];

/// `RpcSyncRegisterForRemoteNotifications`.
pub(crate) const REGISTER_FOR_REMOTE_NOTIFICATIONS: Call =
    &[PRINTER, input(member("pNotifyFilter", PROPERTIES_COLLECTION)), handle_out("phRpcHandle")];

/// `RpcSyncUnRegisterForRemoteNotifications`.
pub(crate) const UN_REGISTER_FOR_REMOTE_NOTIFICATIONS: Call = &[handle_closed("phRpcHandle")];

/// `RpcSyncRefreshRemoteNotifications`.
pub(crate) const REFRESH_REMOTE_NOTIFICATIONS: Call = &[
    handle("hRpcHandle"),
    input(member("pNotifyFilter", PROPERTIES_COLLECTION)),
    output(member("ppNotifyData", Type::Unique(&PROPERTIES_COLLECTION))),
];

/// `RpcAsyncGetRemoteNotifications`.
pub(crate) const GET_REMOTE_NOTIFICATIONS: Call =
    &[handle("hRpcHandle"), output(member("ppNotifyData", Type::Unique(&PROPERTIES_COLLECTION)))];

/// `RPC_V2_NOTIFY_OPTIONS` (\[MS-RPRN\] 2.2.1.13.1).
pub(super) const NOTIFY_OPTIONS: Type = Type::Struct(&[
    member("Version", Type::U32),
    member("Reserved", Type::Named(NOTIFY_OPTIONS_FLAGS)),
    member("Count", Type::U32),
    counted("pTypes", Type::Unique(&Type::Array(&NOTIFY_OPTIONS_TYPE)), "Count"),
]);

/// `RPC_V2_NOTIFY_OPTIONS_TYPE` (\[MS-RPRN\] 2.2.1.13.2).
const NOTIFY_OPTIONS_TYPE: Type = Type::Struct(&[
    member("Type", Type::Named16(NOTIFY_TYPE)),
    member("Reserved0", Type::U16),
    member("Reserved1", Type::U32),
    member("Reserved2", Type::U32),
    member("Count", Type::U32),
    counted("pFields", Type::Unique(&Type::Array(&Type::NamedBy(notify_field))), "Count"),
]);

/// `RPC_V2_NOTIFY_INFO` (\[MS-RPRN\] 2.2.1.13.3).
pub(super) const NOTIFY_INFO: Type = Type::Struct(&[
    member("Version", Type::U32),
    member("Flags", Type::Named(NOTIFY_INFO_FLAGS)),
    member("Count", Type::U32),
    counted("aData", Type::Array(&NOTIFY_INFO_DATA), "Count"),
]);

/// `RPC_V2_NOTIFY_INFO_DATA` (\[MS-RPRN\] 2.2.1.13.4).
const NOTIFY_INFO_DATA: Type = Type::Struct(&[
    member("Type", Type::Named16(NOTIFY_TYPE)),
    member("Field", Type::NamedBy(notify_field)),
    member("Reserved", Type::Named(TABLE)),
    member("Id", Type::U32),
    Member { name: "Data", of: Type::Union(NOTIFY_DATA), by: Some(By::Switch("Reserved", 0xffff)) },
]);

const NOTIFY_DATA: &Union = &Union {
    is_enum: false,
    arms: &[
        Arm { tag: 1, name: "dwData", of: Type::Fixed(&Type::U32, 2) },
        Arm { tag: 2, name: "String", of: STRING_CONTAINER },
        Arm { tag: 3, name: "DevMode", of: DEVMODE_CONTAINER },
        Arm { tag: 4, name: "SystemTime", of: SYSTEM_TIME_CONTAINER },
        Arm { tag: 5, name: "SecurityDescriptor", of: SECURITY_CONTAINER },
    ],
};

/// `RPC_V2_UREPLY_PRINTER` (\[MS-RPRN\] 2.2.1.13.5).
const UREPLY_PRINTER: &Union =
    &Union { is_enum: false, arms: &[Arm { tag: 0, name: "pInfo", of: Type::Unique(&NOTIFY_INFO) }] };

/// `STRING_CONTAINER` (\[MS-RPRN\] 2.2.1.2.15).
const STRING_CONTAINER: Type =
    Type::Struct(&[member("cbBuf", Type::U32), sized("pszString", Type::Unique(&Type::Wide), "cbBuf")]);

/// `SYSTEMTIME_CONTAINER` (\[MS-RPRN\] 2.2.1.2.16).
pub(super) const SYSTEM_TIME_CONTAINER: Type =
    Type::Struct(&[member("cbBuf", Type::U32), member("pSystemTime", Type::Unique(&SYSTEM_TIME))]);
