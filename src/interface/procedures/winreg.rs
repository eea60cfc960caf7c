//! The procedures of `winreg` (\[MS-RRP\] 3.1.5), which read and change the registry. A handle of a predefined key
//! leads to those of the keys below it.

use uuid::uuid;

use crate::dcerpc::ndr::{Meaning, Parameter, Type, counted, in_out, input, member, output};
use crate::interface::definition::Interface;
use crate::interface::object::ObjectKind;
use crate::interface::parameters::{
    UNICODE_STRING, exchanged, given, handle, number, number_out, result, server_character, taken, unicode,
    value,
};
use crate::interface::procedure::{Procedure, win32};

/// The interface, version 1.0.
pub static WINREG: Interface = Interface {
    procedures: &PROCEDURES,
    handles: &HANDLES,
    ..Interface::new(uuid!("338cd001-2244-31f1-aaaa-900038001003"), (1, 0), "remote registry")
};

static HANDLES: [(&str, ObjectKind); 3] = [
    ("hKey", ObjectKind::RegistryKey),
    ("phKey", ObjectKind::RegistryKey),
    ("phkResult", ObjectKind::RegistryKey),
];

const KEY: Parameter = handle("hKey");
const SUB_KEY: Parameter = unicode("lpSubKey");
const FILE: Parameter = unicode("lpFile");
const ACCESS: Parameter = number("samDesired");
const PREDEFINED: &[Parameter] = &[server_character("ServerName"), ACCESS, given("phKey")];
const OPTIONAL_NUMBER: Type = Type::Unique(&Type::U32);

/// RPC_SECURITY_DESCRIPTOR (\[MS-RRP\] 2.2.8).
const SECURITY_DESCRIPTOR: Type = Type::Struct(&[
    counted(
        "lpSecurityDescriptor",
        Type::Unique(&Type::VaryingBytes(Meaning::SECURITY_DESCRIPTOR)),
        "cbOutSecurityDescriptor",
    ),
    member("cbInSecurityDescriptor", Type::U32),
    member("cbOutSecurityDescriptor", Type::U32),
]);
/// RPC_SECURITY_ATTRIBUTES (\[MS-RRP\] 2.2.7).
const SECURITY_ATTRIBUTES: Type = Type::Unique(&Type::Struct(&[
    member("nLength", Type::U32),
    member("RpcSecurityDescriptor", SECURITY_DESCRIPTOR),
    member("bInheritHandle", Type::U8),
]));
const SECURITY: Parameter = number("SecurityInformation");
const VALUE_DATA: Type = Type::Unique(&Type::VaryingBytes(Meaning::Opaque));
const DATA: Parameter = in_out(counted("lpData", VALUE_DATA, "lpcbLen"));
/// RVALENT (\[MS-RRP\] 2.2.4). `ve_valueptr` is an offset, though it is declared as a pointer.
const VALUES: Type = Type::Varying(&Type::Struct(&[
    member("ve_valuename", Type::Unique(&UNICODE_STRING)),
    member("ve_valuelen", Type::U32),
    member("ve_valueptr", Type::U32),
    member("ve_type", Type::U32),
]));

#[rustfmt::skip]
static PROCEDURES: [Procedure; 31] = [
    win32(0, "OpenClassesRoot", PREDEFINED).always("HKEY_CLASSES_ROOT"),
    win32(1, "OpenCurrentUser", PREDEFINED).always("HKEY_CURRENT_USER"),
    win32(2, "OpenLocalMachine", PREDEFINED).always("HKEY_LOCAL_MACHINE"),
    win32(3, "OpenPerformanceData", PREDEFINED).always("HKEY_PERFORMANCE_DATA"),
    win32(4, "OpenUsers", PREDEFINED).always("HKEY_USERS"),
    win32(5, "BaseRegCloseKey", &[taken("hKey")]),
    win32(6, "BaseRegCreateKey", &[
        KEY, SUB_KEY, unicode("lpClass"), number("dwOptions"), ACCESS, value("lpSecurityAttributes", SECURITY_ATTRIBUTES),
        given("phkResult"), exchanged("lpdwDisposition", OPTIONAL_NUMBER),
    ]).named_by(&["lpSubKey.Buffer"]),
    win32(7, "BaseRegDeleteKey", &[KEY, SUB_KEY]),
    win32(8, "BaseRegDeleteValue", &[KEY, unicode("lpValueName")]),
    win32(9, "BaseRegEnumKey", &[
        KEY, number("dwIndex"), unicode("lpNameIn"), result("lpNameOut", UNICODE_STRING), value("lpClassIn", Type::Unique(&UNICODE_STRING)),
        result("lplpClassOut", Type::Unique(&UNICODE_STRING)), exchanged("lpftLastWriteTime", Type::Unique(&Type::FileTime)),
    ]),
    win32(10, "BaseRegEnumValue", &[
        KEY, number("dwIndex"), unicode("lpValueNameIn"), result("lpValueNameOut", UNICODE_STRING), exchanged("lpType", OPTIONAL_NUMBER),
        DATA, exchanged("lpcbData", OPTIONAL_NUMBER), exchanged("lpcbLen", OPTIONAL_NUMBER),
    ]),
    win32(11, "BaseRegFlushKey", &[KEY]),
    win32(12, "BaseRegGetKeySecurity", &[KEY, SECURITY, value("pRpcSecurityDescriptorIn", SECURITY_DESCRIPTOR), result("pRpcSecurityDescriptorOut", SECURITY_DESCRIPTOR)]),
    win32(13, "BaseRegLoadKey", &[KEY, SUB_KEY, FILE]),
    win32(15, "BaseRegOpenKey", &[KEY, SUB_KEY, number("dwOptions"), ACCESS, given("phkResult")]).named_by(&["lpSubKey.Buffer"]),
    win32(16, "BaseRegQueryInfoKey", &[
        KEY, unicode("lpClassIn"), result("lpClassOut", UNICODE_STRING), number_out("lpcSubKeys"), number_out("lpcbMaxSubKeyLen"),
        number_out("lpcbMaxClassLen"), number_out("lpcValues"), number_out("lpcbMaxValueNameLen"), number_out("lpcbMaxValueLen"),
        number_out("lpcbSecurityDescriptor"), result("lpftLastWriteTime", Type::FileTime),
    ]),
    win32(17, "BaseRegQueryValue", &[
        KEY, unicode("lpValueName"), exchanged("lpType", OPTIONAL_NUMBER),
        DATA, exchanged("lpcbData", OPTIONAL_NUMBER), exchanged("lpcbLen", OPTIONAL_NUMBER),
    ]),
    win32(18, "BaseRegReplaceKey", &[KEY, SUB_KEY, unicode("lpNewFile"), unicode("lpOldFile")]),
    win32(19, "BaseRegRestoreKey", &[KEY, FILE, number("Flags")]),
    win32(20, "BaseRegSaveKey", &[KEY, FILE, value("pSecurityAttributes", SECURITY_ATTRIBUTES)]),
    win32(21, "BaseRegSetKeySecurity", &[KEY, SECURITY, value("pRpcSecurityDescriptor", SECURITY_DESCRIPTOR)]),
    win32(22, "BaseRegSetValue", &[KEY, unicode("lpValueName"), number("dwType"), input(counted("lpData", Type::Bytes(Meaning::Opaque), "cbData")), number("cbData")]),
    win32(23, "BaseRegUnLoadKey", &[KEY, SUB_KEY]),
    win32(26, "BaseRegGetVersion", &[KEY, number_out("lpdwVersion")]),
    win32(27, "OpenCurrentConfig", PREDEFINED).always("HKEY_CURRENT_CONFIG"),
    win32(29, "BaseRegQueryMultipleValues", &[
        KEY, input(counted("val_listIn", VALUES, "num_vals")), output(counted("val_listOut", VALUES, "num_vals")), number("num_vals"),
        in_out(counted("lpvalueBuf", VALUE_DATA, "ldwTotsize")), exchanged("ldwTotsize", Type::U32),
    ]),
    win32(31, "BaseRegSaveKeyEx", &[KEY, FILE, value("pSecurityAttributes", SECURITY_ATTRIBUTES), number("Flags")]),
    win32(32, "OpenPerformanceText", PREDEFINED).always("HKEY_PERFORMANCE_TEXT"),
    win32(33, "OpenPerformanceNlsText", PREDEFINED).always("HKEY_PERFORMANCE_NLSTEXT"),
    win32(34, "BaseRegQueryMultipleValues2", &[
        KEY, input(counted("val_listIn", VALUES, "num_vals")), output(counted("val_listOut", VALUES, "num_vals")), number("num_vals"),
        in_out(counted("lpvalueBuf", VALUE_DATA, "ldwTotsize")), number("ldwTotsize"), number_out("ldwRequiredSize"),
    ]),
    win32(35, "BaseRegDeleteKeyEx", &[KEY, SUB_KEY, number("AccessMask"), number("Reserved")]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dcerpc::ndr::Encoding;

    /// BaseRegOpenKey of `AB`.
    #[rustfmt::skip]
    const OPEN_KEY: [u8; 56] = [
        0, 0, 0, 0, // hKey: attributes
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, // UUID
        6, 0, // lpSubKey: Length, with the NUL
        6, 0, // MaximumLength
        0, 0, 2, 0, // Buffer
        3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, // maximum count, offset, actual count
        b'A', 0, b'B', 0, 0, 0,
        0, 0, // padding
        0, 0, 0, 0, // dwOptions
        0x19, 0, 2, 0, // samDesired
    ];

    #[test]
    fn a_key_is_named_below_the_key_that_is_used() {
        let procedure = WINREG.procedure(15).unwrap();
        let call = procedure.request(&OPEN_KEY, Encoding::default()).unwrap();
        assert!(call.arguments.anomalies.is_empty() && call.arguments.unread == 0, "{:?}", call.arguments);
        assert_eq!(call.object().as_deref(), Some("AB"));
        assert_eq!(call.handle().map(|handle| handle.0[4]), Some(1));
        for end in 0..OPEN_KEY.len() {
            let cut = procedure.request(&OPEN_KEY[..end], Encoding::default()).unwrap();
            assert!(!cut.arguments.anomalies.is_empty(), "at {end}");
        }
        let mut shorter = OPEN_KEY;
        shorter[20] = 4; // Length and the count contradict each other
        assert!(!procedure.request(&shorter, Encoding::default()).unwrap().arguments.anomalies.is_empty());
    }
}
