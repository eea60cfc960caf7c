//! Printer drivers (\[MS-RPRN\] 3.1.4.4), and packages of them (\[MS-PAR\] 3.1.4.2).

use super::common::{
    CB_BUF, CB_NEEDED, Call, LEVEL, PRINTER, RETURNED, TEXT, buffer, container, number, number_out,
    optional_text, text,
};
use crate::dcerpc::ndr::{Meaning, Member, Type, counted, in_out, input, member, output};
use crate::rprn::marshalled;
use crate::rprn::names::{COPY_FLAGS, DELETE_FLAGS, DRIVER_ATTRIBUTES, DRIVER_FILE, DRIVER_VERSION};

/// `RpcAddPrinterDriver`.
pub(crate) const ADD_PRINTER_DRIVER: Call =
    &[optional_text("pName"), input(member("pDriverContainer", DRIVER_CONTAINER))];

/// `RpcEnumPrinterDrivers`.
pub(crate) const ENUM_PRINTER_DRIVERS: Call = &[
    optional_text("pName"),
    optional_text("pEnvironment"),
    LEVEL,
    buffer("pDrivers", DRIVER_INFO),
    CB_BUF,
    CB_NEEDED,
    RETURNED,
];

/// `RpcGetPrinterDriver`.
pub(crate) const GET_PRINTER_DRIVER: Call =
    &[PRINTER, optional_text("pEnvironment"), LEVEL, buffer("pDriver", DRIVER_INFO), CB_BUF, CB_NEEDED];

/// `RpcGetPrinterDriverDirectory`.
pub(crate) const GET_PRINTER_DRIVER_DIRECTORY: Call = &[
    optional_text("pName"),
    optional_text("pEnvironment"),
    LEVEL,
    buffer("pDriverDirectory", PATH),
    CB_BUF,
    CB_NEEDED,
];

/// `RpcDeletePrinterDriver`.
pub(crate) const DELETE_PRINTER_DRIVER: Call =
    &[optional_text("pName"), text("pEnvironment"), text("pDriverName")];

/// `RpcGetPrinterDriver2`.
pub(crate) const GET_PRINTER_DRIVER_2: Call = &[
    PRINTER,
    optional_text("pEnvironment"),
    LEVEL,
    buffer("pDriver", DRIVER_INFO),
    CB_BUF,
    CB_NEEDED,
    number("dwClientMajorVersion"),
    number("dwClientMinorVersion"),
    number_out("pdwServerMaxVersion"),
    number_out("pdwServerMinVersion"),
];

/// `RpcDeletePrinterDriverEx`.
pub(crate) const DELETE_PRINTER_DRIVER_EX: Call = &[
    optional_text("pName"),
    text("pEnvironment"),
    text("pDriverName"),
    input(member("dwDeleteFlag", Type::Named(DELETE_FLAGS))),
    number("dwVersionNum"),
];

/// `RpcAddPrinterDriverEx`.
pub(crate) const ADD_PRINTER_DRIVER_EX: Call = &[
    optional_text("pName"),
    input(member("pDriverContainer", DRIVER_CONTAINER)),
    input(member("dwFileCopyFlags", Type::Named(COPY_FLAGS))),
];

/// `RpcGetCorePrinterDrivers`.
pub(crate) const GET_CORE_PRINTER_DRIVERS: Call = &[
    optional_text("pszServer"),
    text("pszEnvironment"),
    number("cchCoreDrivers"),
    input(counted("pszzCoreDriverDependencies", Type::MultiText, "cchCoreDrivers")),
    number("cCorePrinterDrivers"),
    output(counted("pCorePrinterDrivers", Type::Array(&CORE_PRINTER_DRIVER), "cCorePrinterDrivers")),
];

/// `RpcGetPrinterDriverPackagePath`.
pub(crate) const GET_PRINTER_DRIVER_PACKAGE_PATH: Call = &[
    optional_text("pszServer"),
    text("pszEnvironment"),
    optional_text("pszLanguage"),
    text("pszPackageID"),
    in_out(counted("pszDriverPackageCab", Type::Unique(&Type::Wide), "cchDriverPackageCab")),
    number("cchDriverPackageCab"),
    number_out("pcchRequiredSize"),
];

/// `RpcAsyncInstallPrinterDriverFromPackage`.
pub(crate) const INSTALL_PRINTER_DRIVER_FROM_PACKAGE: Call = &[
    optional_text("pszServer"),
    optional_text("pszInfPath"),
    text("pszDriverName"),
    text("pszEnvironment"),
    number("dwFlags"),
];

/// `RpcAsyncUploadPrinterDriverPackage`.
pub(crate) const UPLOAD_PRINTER_DRIVER_PACKAGE: Call = &[
    optional_text("pszServer"),
    text("pszInfPath"),
    text("pszEnvironment"),
    number("dwFlags"),
    in_out(counted("pszDestInfPath", Type::Unique(&Type::Wide), "pcchDestInfPath")),
    in_out(member("pcchDestInfPath", Type::U32)),
];

/// `RpcAsyncCorePrinterDriverInstalled`.
pub(crate) const CORE_PRINTER_DRIVER_INSTALLED: Call = &[
    optional_text("pszServer"),
    text("pszEnvironment"),
    input(member("CoreDriverGUID", Type::Guid)),
    input(member("ftDriverDate", Type::FileTime)),
    input(member("dwlDriverVersion", Type::U64)),
    output(member("pbDriverInstalled", Type::I32)),
];

/// `RpcAsyncDeletePrinterDriverPackage`.
pub(crate) const DELETE_PRINTER_DRIVER_PACKAGE: Call =
    &[optional_text("pszServer"), text("pszInfPath"), text("pszEnvironment")];

/// `DRIVER_CONTAINER` (\[MS-RPRN\] 2.2.1.2.4).
const DRIVER_CONTAINER: Type = container!(
    "DriverInfo",
    1 "pNotUsed" DRIVER_INFO_1,
    2 "Level2" DRIVER_INFO_2,
    3 "Level3" RPC_DRIVER_INFO_3,
    4 "Level4" RPC_DRIVER_INFO_4,
    6 "Level6" RPC_DRIVER_INFO_6,
    8 "Level8" RPC_DRIVER_INFO_8,
);

/// `DRIVER_INFO` in buffers (\[MS-RPRN\] 2.2.2.4).
const DRIVER_INFO: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, scope, anomalies| {
    marshalled::information(bytes, scope, anomalies, |level| match level {
        1 => Some(DRIVER_INFO_1),
        2 => Some(DRIVER_INFO_2),
        3 => Some(DRIVER_INFO_3),
        4 => Some(DRIVER_INFO_4),
        5 => Some(DRIVER_INFO_5),
        6 => Some(DRIVER_INFO_6),
        7 => Some(DRIVER_INFO_7),
        8 => Some(DRIVER_INFO_8),
        101 => Some(DRIVER_INFO_101),
        _ => None,
    })
})));

/// The directory of drivers: a text alone.
const PATH: Type = Type::Unique(&Type::Bytes(Meaning::Known(marshalled::text)));

/// `CORE_PRINTER_DRIVER` (\[MS-RPRN\] 2.2.1.18.1).
const CORE_PRINTER_DRIVER: Type = Type::Struct(&[
    member("CoreDriverGUID", Type::Guid),
    member("ftDriverDate", Type::FileTime),
    member("dwlDriverVersion", Type::U64),
    member("szPackageID", Type::Characters(260)),
]);

/// `DRIVER_INFO_1` (\[MS-RPRN\] 2.2.1.5.1).
const DRIVER_INFO_1: &[Member] = &[member("pName", TEXT)];

/// `DRIVER_INFO_2` (\[MS-RPRN\] 2.2.1.5.2).
const DRIVER_INFO_2: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
];

/// `RPC_DRIVER_INFO_3` (\[MS-RPRN\] 2.2.1.5.3).
const RPC_DRIVER_INFO_3: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
    member("pHelpFile", TEXT),
    member("pMonitorName", TEXT),
    member("pDefaultDataType", TEXT),
    member("cchDependentFiles", Type::U32),
    counted("pDependentFiles", Type::Unique(&Type::MultiText), "cchDependentFiles"),
];

/// `RPC_DRIVER_INFO_4` (\[MS-RPRN\] 2.2.1.5.4).
const RPC_DRIVER_INFO_4: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
    member("pHelpFile", TEXT),
    member("pMonitorName", TEXT),
    member("pDefaultDataType", TEXT),
    member("cchDependentFiles", Type::U32),
    counted("pDependentFiles", Type::Unique(&Type::MultiText), "cchDependentFiles"),
    member("cchPreviousNames", Type::U32),
    counted("pszzPreviousNames", Type::Unique(&Type::MultiText), "cchPreviousNames"),
];

/// `RPC_DRIVER_INFO_6` (\[MS-RPRN\] 2.2.1.5.5).
const RPC_DRIVER_INFO_6: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
    member("pHelpFile", TEXT),
    member("pMonitorName", TEXT),
    member("pDefaultDataType", TEXT),
    member("cchDependentFiles", Type::U32),
    counted("pDependentFiles", Type::Unique(&Type::MultiText), "cchDependentFiles"),
    member("cchPreviousNames", Type::U32),
    counted("pszzPreviousNames", Type::Unique(&Type::MultiText), "cchPreviousNames"),
    member("ftDriverDate", Type::FileTime),
    member("dwlDriverVersion", Type::U64),
    member("pMfgName", TEXT),
    member("pOEMUrl", TEXT),
    member("pHardwareID", TEXT),
    member("pProvider", TEXT),
];

/// `RPC_DRIVER_INFO_8` (\[MS-RPRN\] 2.2.1.5.6).
const RPC_DRIVER_INFO_8: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
    member("pHelpFile", TEXT),
    member("pMonitorName", TEXT),
    member("pDefaultDataType", TEXT),
    member("cchDependentFiles", Type::U32),
    counted("pDependentFiles", Type::Unique(&Type::MultiText), "cchDependentFiles"),
    member("cchPreviousNames", Type::U32),
    counted("pszzPreviousNames", Type::Unique(&Type::MultiText), "cchPreviousNames"),
    member("ftDriverDate", Type::FileTime),
    member("dwlDriverVersion", Type::U64),
    member("pMfgName", TEXT),
    member("pOEMUrl", TEXT),
    member("pHardwareID", TEXT),
    member("pProvider", TEXT),
    member("pPrintProcessor", TEXT),
    member("pVendorSetup", TEXT),
    member("cchColorProfiles", Type::U32),
    counted("pszzColorProfiles", Type::Unique(&Type::MultiText), "cchColorProfiles"),
    member("pInfPath", TEXT),
    member("dwPrinterDriverAttributes", Type::Named(DRIVER_ATTRIBUTES)),
    member("cchCoreDependencies", Type::U32),
    counted("pszzCoreDependencies", Type::Unique(&Type::MultiText), "cchCoreDependencies"),
    member("ftMinInboxDriverVerDate", Type::FileTime),
    member("dwlMinInboxDriverVerVersion", Type::U64),
];

/// `_DRIVER_INFO_3` (\[MS-RPRN\] 2.2.2.4.3): the order of its members is not that of the structure in a container.
const DRIVER_INFO_3: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
    member("pHelpFile", TEXT),
    member("pDependentFiles", Type::Unique(&Type::MultiText)),
    member("pMonitorName", TEXT),
    member("pDefaultDataType", TEXT),
];

/// `_DRIVER_INFO_4` (\[MS-RPRN\] 2.2.2.4.4): the order of its members is not that of the structure in a container.
const DRIVER_INFO_4: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
    member("pHelpFile", TEXT),
    member("pDependentFiles", Type::Unique(&Type::MultiText)),
    member("pMonitorName", TEXT),
    member("pDefaultDataType", TEXT),
    member("pszzPreviousNames", Type::Unique(&Type::MultiText)),
];

/// `_DRIVER_INFO_5` (\[MS-RPRN\] 2.2.2.4.5).
const DRIVER_INFO_5: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
    member("dwDriverAttributes", Type::Named(DRIVER_ATTRIBUTES)),
    member("dwConfigVersion", Type::U32),
    member("dwDriverVersion", Type::U32),
];

/// `_DRIVER_INFO_6` (\[MS-RPRN\] 2.2.2.4.6): the order of its members is not that of the structure in a container.
const DRIVER_INFO_6: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
    member("pHelpFile", TEXT),
    member("pDependentFiles", Type::Unique(&Type::MultiText)),
    member("pMonitorName", TEXT),
    member("pDefaultDataType", TEXT),
    member("pszzPreviousNames", Type::Unique(&Type::MultiText)),
    member("ftDriverDate", Type::FileTime),
    member("dwlDriverVersion", Type::U64),
    member("pMfgName", TEXT),
    member("pOEMUrl", TEXT),
    member("pHardwareID", TEXT),
    member("pProvider", TEXT),
];

/// `_DRIVER_INFO_7` (\[MS-RPRN\] 2.2.2.4.7).
const DRIVER_INFO_7: &[Member] = &[
    member("cbSize", Type::U32),
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pszDriverName", TEXT),
    member("pszInfName", TEXT),
    member("pszInstallSourceRoot", TEXT),
];

/// `_DRIVER_INFO_8` (\[MS-RPRN\] 2.2.2.4.8): the order of its members is not that of the structure in a container.
const DRIVER_INFO_8: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    member("pDriverPath", TEXT),
    member("pDataFile", TEXT),
    member("pConfigFile", TEXT),
    member("pHelpFile", TEXT),
    member("pDependentFiles", Type::Unique(&Type::MultiText)),
    member("pMonitorName", TEXT),
    member("pDefaultDataType", TEXT),
    member("pszzPreviousNames", Type::Unique(&Type::MultiText)),
    member("ftDriverDate", Type::FileTime),
    member("dwlDriverVersion", Type::U64),
    member("pMfgName", TEXT),
    member("pOEMUrl", TEXT),
    member("pHardwareID", TEXT),
    member("pProvider", TEXT),
    member("pPrintProcessor", TEXT),
    member("pVendorSetup", TEXT),
    member("pszzColorProfiles", Type::Unique(&Type::MultiText)),
    member("pInfPath", TEXT),
    member("dwPrinterDriverAttributes", Type::Named(DRIVER_ATTRIBUTES)),
    member("pszzCoreDependencies", Type::Unique(&Type::MultiText)),
    member("ftMinInboxDriverVerDate", Type::FileTime),
    member("dwlMinInboxDriverVerVersion", Type::U64),
];

/// `_DRIVER_INFO_101` (\[MS-RPRN\] 2.2.2.4.9).
const DRIVER_INFO_101: &[Member] = &[
    member("cVersion", Type::Named(DRIVER_VERSION)),
    member("pName", TEXT),
    member("pEnvironment", TEXT),
    counted("pFileInfo", Type::Unique(&Type::Array(&Type::Struct(DRIVER_FILE_INFO))), "dwFileCount"),
    member("dwFileCount", Type::U32),
    member("pMonitorName", TEXT),
    member("pDefaultDataType", TEXT),
    member("pszzPreviousNames", Type::Unique(&Type::MultiText)),
    member("ftDriverDate", Type::FileTime),
    member("dwlDriverVersion", Type::U64),
    member("pszMfgName", TEXT),
    member("pszOEMUrl", TEXT),
    member("pszHardwareID", TEXT),
    member("pszProvider", TEXT),
];

/// `DRIVER_FILE_INFO` (\[MS-RPRN\] 2.2.2.4.10).
const DRIVER_FILE_INFO: &[Member] = &[
    member("pFileName", TEXT),
    member("FileType", Type::Named(DRIVER_FILE)),
    member("FileVersion", Type::U32),
];
