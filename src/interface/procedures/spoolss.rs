//! The procedures of `winspool` (\[MS-RPRN\] 3.1.4 and 3.2.4, in the order of appendix A), on `\PIPE\spoolss`.

use uuid::uuid;

use crate::dcerpc::ndr::{Encoding, NdrString};
use crate::interface::call::Call;
use crate::interface::definition::Interface;
use crate::interface::facts::stopped;
use crate::interface::object::ObjectKind;
use crate::interface::procedure::{Procedure, Task, hresult, local, local_with, win32};
use crate::rprn::calls::{
    bidi, branch_office, changes, data, documents, drivers, forms, ipp, jobs, monitors, ports, printers,
    processors, properties, xcv,
};
use crate::rprn::details;

/// The print spooler (\[MS-RPRN\]).
pub static SPOOLSS: Interface = Interface {
    procedures: &PROCEDURES,
    handles: &HANDLES,
    owns_pipe: true,
    recognises: Some(is_request),
    ..Interface::new(uuid!("12345678-1234-abcd-ef00-0123456789ab"), (1, 0), COMPONENT)
};

/// The component of both print interfaces.
pub(super) const COMPONENT: &str = "print spooler";

/// What handles stand for, in both print interfaces.
pub(super) static HANDLES: [(&str, ObjectKind); 10] = [
    ("hPrinter", ObjectKind::Printer),
    ("phPrinter", ObjectKind::Printer),
    ("pHandle", ObjectKind::Printer),
    ("hPrinterIC", ObjectKind::InformationContext),
    ("phPrinterIC", ObjectKind::InformationContext),
    ("hNotify", ObjectKind::BackChannel),
    ("phNotify", ObjectKind::BackChannel),
    ("phPrinterNotify", ObjectKind::BackChannel),
    ("hRpcHandle", ObjectKind::Notifications),
    ("phRpcHandle", ObjectKind::Notifications),
];

/// The name of a printer, a server, a port or a job that is opened.
pub(super) const PRINTER: &[&str] = &["pPrinterName"];

/// The name of a printer that is added, which `PRINTER_INFO_1` calls `pName`. One without a name stands for its server.
pub(super) const ADDED_PRINTER: &[&str] =
    &["pPrinterContainer.pPrinterName", "pPrinterContainer.pName", "pName"];

static PROCEDURES: [Procedure; 124] = [
    win32(0, "RpcEnumPrinters", printers::ENUM_PRINTERS),
    win32(1, "RpcOpenPrinter", printers::OPEN_PRINTER).named_by(PRINTER).telling(details),
    win32(2, "RpcSetJob", jobs::SET_JOB),
    win32(3, "RpcGetJob", jobs::GET_JOB),
    win32(4, "RpcEnumJobs", jobs::ENUM_JOBS),
    win32(5, "RpcAddPrinter", printers::ADD_PRINTER)
        .granting(ObjectKind::AddedPrinter)
        .named_by(ADDED_PRINTER)
        .telling(details),
    win32(6, "RpcDeletePrinter", printers::DELETE_PRINTER),
    win32(7, "RpcSetPrinter", printers::SET_PRINTER),
    win32(8, "RpcGetPrinter", printers::GET_PRINTER),
    win32(9, "RpcAddPrinterDriver", drivers::ADD_PRINTER_DRIVER).telling(details),
    win32(10, "RpcEnumPrinterDrivers", drivers::ENUM_PRINTER_DRIVERS),
    win32(11, "RpcGetPrinterDriver", drivers::GET_PRINTER_DRIVER),
    win32(12, "RpcGetPrinterDriverDirectory", drivers::GET_PRINTER_DRIVER_DIRECTORY),
    win32(13, "RpcDeletePrinterDriver", drivers::DELETE_PRINTER_DRIVER),
    win32(14, "RpcAddPrintProcessor", processors::ADD_PRINT_PROCESSOR),
    win32(15, "RpcEnumPrintProcessors", processors::ENUM_PRINT_PROCESSORS),
    win32(16, "RpcGetPrintProcessorDirectory", processors::GET_PRINT_PROCESSOR_DIRECTORY),
    win32(17, "RpcStartDocPrinter", documents::START_DOC_PRINTER).telling(details).begins(Task::Document),
    win32(18, "RpcStartPagePrinter", documents::START_PAGE_PRINTER),
    win32(19, "RpcWritePrinter", documents::WRITE_PRINTER),
    win32(20, "RpcEndPagePrinter", documents::END_PAGE_PRINTER),
    win32(21, "RpcAbortPrinter", documents::ABORT_PRINTER).ends(Task::Document),
    win32(22, "RpcReadPrinter", documents::READ_PRINTER),
    win32(23, "RpcEndDocPrinter", documents::END_DOC_PRINTER).ends(Task::Document),
    win32(24, "RpcAddJob", jobs::ADD_JOB),
    win32(25, "RpcScheduleJob", jobs::SCHEDULE_JOB),
    win32(26, "RpcGetPrinterData", data::GET_PRINTER_DATA),
    win32(27, "RpcSetPrinterData", data::SET_PRINTER_DATA),
    win32(28, "RpcWaitForPrinterChange", changes::WAIT_FOR_PRINTER_CHANGE).waiting(),
    win32(29, "RpcClosePrinter", printers::CLOSE_PRINTER),
    win32(30, "RpcAddForm", forms::ADD_FORM),
    win32(31, "RpcDeleteForm", forms::DELETE_FORM),
    win32(32, "RpcGetForm", forms::GET_FORM),
    win32(33, "RpcSetForm", forms::SET_FORM),
    win32(34, "RpcEnumForms", forms::ENUM_FORMS),
    win32(35, "RpcEnumPorts", ports::ENUM_PORTS),
    win32(36, "RpcEnumMonitors", monitors::ENUM_MONITORS),
    local_with(37, "RpcAddPort", ports::ADD_PORT),
    local_with(38, "RpcConfigurePort", ports::CONFIGURE_PORT),
    win32(39, "RpcDeletePort", ports::DELETE_PORT),
    win32(40, "RpcCreatePrinterIC", printers::CREATE_PRINTER_IC).granting(ObjectKind::InformationContext),
    win32(41, "RpcPlayGdiScriptOnPrinterIC", printers::PLAY_GDI_SCRIPT_ON_PRINTER_IC),
    win32(42, "RpcDeletePrinterIC", printers::DELETE_PRINTER_IC),
    local_with(43, "RpcAddPrinterConnection", printers::ADD_PRINTER_CONNECTION),
    local_with(44, "RpcDeletePrinterConnection", printers::ADD_PRINTER_CONNECTION),
    local(45, "RpcPrinterMessageBox"),
    win32(46, "RpcAddMonitor", monitors::ADD_MONITOR),
    win32(47, "RpcDeleteMonitor", monitors::DELETE_MONITOR),
    win32(48, "RpcDeletePrintProcessor", processors::DELETE_PRINT_PROCESSOR),
    local(49, "RpcAddPrintProvidor"),
    local_with(50, "RpcDeletePrintProvidor", processors::DELETE_PRINT_PROVIDOR),
    win32(51, "RpcEnumPrintProcessorDatatypes", processors::ENUM_PRINT_PROCESSOR_DATATYPES),
    win32(52, "RpcResetPrinter", printers::RESET_PRINTER),
    win32(53, "RpcGetPrinterDriver2", drivers::GET_PRINTER_DRIVER_2),
    local(54, "RpcClientFindFirstPrinterChangeNotification"),
    local(55, "RpcFindNextPrinterChangeNotification"),
    win32(56, "RpcFindClosePrinterChangeNotification", changes::FIND_CLOSE_PRINTER_CHANGE_NOTIFICATION)
        .ends(Task::Notification),
    local(57, "RpcRouterFindFirstPrinterChangeNotificationOld"),
    win32(58, "RpcReplyOpenPrinter", changes::REPLY_OPEN_PRINTER).named_by(&["pMachine"]).telling(details),
    win32(59, "RpcRouterReplyPrinter", changes::ROUTER_REPLY_PRINTER),
    win32(60, "RpcReplyClosePrinter", changes::REPLY_CLOSE_PRINTER),
    win32(61, "RpcAddPortEx", ports::ADD_PORT_EX),
    win32(
        62,
        "RpcRemoteFindFirstPrinterChangeNotification",
        changes::REMOTE_FIND_FIRST_PRINTER_CHANGE_NOTIFICATION,
    )
    .telling(details)
    .begins(Task::Notification),
    local(63, "RpcSpoolerInit"),
    local_with(64, "RpcResetPrinterEx", printers::RESET_PRINTER_EX),
    win32(
        65,
        "RpcRemoteFindFirstPrinterChangeNotificationEx",
        changes::REMOTE_FIND_FIRST_PRINTER_CHANGE_NOTIFICATION_EX,
    )
    .telling(details)
    .begins(Task::Notification),
    win32(66, "RpcRouterReplyPrinterEx", changes::ROUTER_REPLY_PRINTER_EX),
    win32(
        67,
        "RpcRouterRefreshPrinterChangeNotification",
        changes::ROUTER_REFRESH_PRINTER_CHANGE_NOTIFICATION,
    ),
    local(68, "RpcSetAllocFailCount"),
    win32(69, "RpcOpenPrinterEx", printers::OPEN_PRINTER_EX).named_by(PRINTER).telling(details),
    win32(70, "RpcAddPrinterEx", printers::ADD_PRINTER_EX)
        .granting(ObjectKind::AddedPrinter)
        .named_by(ADDED_PRINTER)
        .telling(details),
    win32(71, "RpcSetPort", ports::SET_PORT),
    win32(72, "RpcEnumPrinterData", data::ENUM_PRINTER_DATA),
    win32(73, "RpcDeletePrinterData", data::DELETE_PRINTER_DATA),
    local(74, "RpcClusterSplOpen"),
    local(75, "RpcClusterSplClose"),
    local(76, "RpcClusterSplIsAlive"),
    win32(77, "RpcSetPrinterDataEx", data::SET_PRINTER_DATA_EX),
    win32(78, "RpcGetPrinterDataEx", data::GET_PRINTER_DATA_EX),
    win32(79, "RpcEnumPrinterDataEx", data::ENUM_PRINTER_DATA_EX),
    win32(80, "RpcEnumPrinterKey", data::ENUM_PRINTER_KEY),
    win32(81, "RpcDeletePrinterDataEx", data::DELETE_PRINTER_DATA_EX),
    win32(82, "RpcDeletePrinterKey", data::DELETE_PRINTER_KEY),
    local(83, "RpcSeekPrinter"),
    win32(84, "RpcDeletePrinterDriverEx", drivers::DELETE_PRINTER_DRIVER_EX),
    win32(85, "RpcAddPerMachineConnection", printers::ADD_PER_MACHINE_CONNECTION),
    win32(86, "RpcDeletePerMachineConnection", printers::DELETE_PER_MACHINE_CONNECTION),
    win32(87, "RpcEnumPerMachineConnections", printers::ENUM_PER_MACHINE_CONNECTIONS),
    win32(88, "RpcXcvData", xcv::XCV_DATA),
    win32(89, "RpcAddPrinterDriverEx", drivers::ADD_PRINTER_DRIVER_EX).telling(details),
    local(90, "RpcSplOpenPrinter"),
    local(91, "RpcGetSpoolFileInfo"),
    local(92, "RpcCommitSpoolData"),
    local(93, "RpcGetSpoolFileInfo2"),
    local(94, "RpcCommitSpoolData2"),
    local(95, "RpcCloseSpoolFileHandle"),
    win32(96, "RpcFlushPrinter", documents::FLUSH_PRINTER),
    win32(97, "RpcSendRecvBidiData", bidi::SEND_RECV_BIDI_DATA),
    local(98, "RpcAddDriverCatalog"),
    local(99, "RpcAddPrinterConnection2"),
    local_with(100, "RpcInstallPrinterDriverFromPackage", drivers::INSTALL_PRINTER_DRIVER_FROM_PACKAGE),
    local_with(101, "RpcUploadPrinterDriverPackage", drivers::UPLOAD_PRINTER_DRIVER_PACKAGE),
    hresult(102, "RpcGetCorePrinterDrivers", drivers::GET_CORE_PRINTER_DRIVERS),
    local_with(103, "RpcCorePrinterDriverInstalled", drivers::CORE_PRINTER_DRIVER_INSTALLED),
    hresult(104, "RpcGetPrinterDriverPackagePath", drivers::GET_PRINTER_DRIVER_PACKAGE_PATH),
    local_with(105, "RpcDeletePrinterDriverPackage", drivers::DELETE_PRINTER_DRIVER_PACKAGE),
    local(106, "RpcFindCompatibleDriver"),
    local(107, "RpcReportJobProcessingProgress"),
    local(108, "RpcSetSpoolerPolicy"),
    local_with(109, "RpcInternalGetPrinterDriver", drivers::GET_PRINTER_DRIVER_2),
    win32(110, "RpcGetJobNamedPropertyValue", properties::GET_JOB_NAMED_PROPERTY_VALUE),
    win32(111, "RpcSetJobNamedProperty", properties::SET_JOB_NAMED_PROPERTY),
    win32(112, "RpcDeleteJobNamedProperty", properties::DELETE_JOB_NAMED_PROPERTY),
    win32(113, "RpcEnumJobNamedProperties", properties::ENUM_JOB_NAMED_PROPERTIES),
    local(114, "RpcCreateAppSandbox"),
    local(115, "RpcGetUserPropertyBag"),
    win32(116, "RpcLogJobInfoForBranchOffice", branch_office::LOG_JOB_INFO_FOR_BRANCH_OFFICE),
    win32(117, "RpcRegeneratePrintDeviceCapabilities", printers::REGENERATE_PRINT_DEVICE_CAPABILITIES),
    local(118, "RpcPrintSupportOperation"),
    hresult(119, "RpcIppCreateJobOnPrinter", ipp::IPP_CREATE_JOB_ON_PRINTER),
    hresult(120, "RpcIppGetJobAttributes", ipp::IPP_GET_JOB_ATTRIBUTES),
    hresult(121, "RpcIppSetJobAttributes", ipp::IPP_SET_JOB_ATTRIBUTES),
    hresult(122, "RpcIppGetPrinterAttributes", ipp::IPP_GET_PRINTER_ATTRIBUTES),
    hresult(123, "RpcIppSetPrinterAttributes", ipp::IPP_SET_PRINTER_ATTRIBUTES),
];

/// True if `stub` is surely the request of `RpcOpenPrinter` (opnum 1), `RpcOpenPrinterEx` (69) or `RpcClosePrinter`
/// (29). It must decode to its last byte, and name a printer or server in printable characters, or be a handle that is
/// not zero with attributes that are.
fn is_request(opnum: u16, stub: &[u8], encoding: Encoding) -> bool {
    if !matches!(opnum, 1 | 29 | 69) {
        return false;
    }
    let Some(call) = SPOOLSS.procedure(opnum).and_then(|procedure| procedure.request(stub, encoding)) else {
        return false;
    };
    let level = call.arguments.fields.record("pClientInfo").and_then(|client| client.number("Level"));
    let is_whole = stopped(&call.arguments).is_none() && call.arguments.unread == 0;
    let says_so = match (opnum, call.handle()) {
        (29, handle) => handle.is_some_and(|handle| handle.0.starts_with(&[0; 4]) && !handle.is_zero()),
        _ => names_something(&call) && (opnum == 1 || level == Some(1)),
    };
    is_whole && says_so
}

fn names_something(call: &Call<'_>) -> bool {
    let printable = |name: NdrString<'_>| {
        name.is_terminated() && name.chars().all(|c| !c.is_control() && c != char::REPLACEMENT_CHARACTER)
    };
    let text = |name| call.arguments.fields.text(name);
    text("pPrinterName").is_some_and(|name| !name.is_empty() && printable(name))
        && text("pDatatype").is_none_or(printable)
}
