//! The procedures of `IRemoteWinspool` (\[MS-PAR\] 3.1.4, in the order of appendix A). Those that have a twin in
//! \[MS-RPRN\] have its parameters.

use uuid::uuid;

use super::spoolss::{ADDED_PRINTER, COMPONENT, HANDLES, PRINTER};
use crate::interface::definition::Interface;
use crate::interface::object::ObjectKind;
use crate::interface::procedure::{Procedure, Task, hresult, win32};
use crate::rprn::calls::{
    bidi, branch_office, changes, data, documents, drivers, forms, jobs, monitors, ports, printers,
    processors, properties, xcv,
};
use crate::rprn::details;

/// The print spooler over TCP (\[MS-PAR\]).
pub static IREMOTEWINSPOOL: Interface = Interface {
    procedures: &PROCEDURES,
    handles: &HANDLES,
    ..Interface::new(uuid!("76f03f96-cdfd-44fc-a22c-64950a001209"), (1, 0), COMPONENT)
};

static PROCEDURES: [Procedure; 75] = [
    win32(0, "RpcAsyncOpenPrinter", printers::OPEN_PRINTER_EX).named_by(PRINTER).telling(details),
    win32(1, "RpcAsyncAddPrinter", printers::ADD_PRINTER_EX)
        .granting(ObjectKind::AddedPrinter)
        .named_by(ADDED_PRINTER)
        .telling(details),
    win32(2, "RpcAsyncSetJob", jobs::SET_JOB),
    win32(3, "RpcAsyncGetJob", jobs::GET_JOB),
    win32(4, "RpcAsyncEnumJobs", jobs::ENUM_JOBS),
    win32(5, "RpcAsyncAddJob", jobs::ADD_JOB),
    win32(6, "RpcAsyncScheduleJob", jobs::SCHEDULE_JOB),
    win32(7, "RpcAsyncDeletePrinter", printers::DELETE_PRINTER),
    win32(8, "RpcAsyncSetPrinter", printers::SET_PRINTER),
    win32(9, "RpcAsyncGetPrinter", printers::GET_PRINTER),
    win32(10, "RpcAsyncStartDocPrinter", documents::START_DOC_PRINTER)
        .telling(details)
        .begins(Task::Document),
    win32(11, "RpcAsyncStartPagePrinter", documents::START_PAGE_PRINTER),
    win32(12, "RpcAsyncWritePrinter", documents::WRITE_PRINTER),
    win32(13, "RpcAsyncEndPagePrinter", documents::END_PAGE_PRINTER),
    win32(14, "RpcAsyncEndDocPrinter", documents::END_DOC_PRINTER).ends(Task::Document),
    win32(15, "RpcAsyncAbortPrinter", documents::ABORT_PRINTER).ends(Task::Document),
    win32(16, "RpcAsyncGetPrinterData", data::GET_PRINTER_DATA),
    win32(17, "RpcAsyncGetPrinterDataEx", data::GET_PRINTER_DATA_EX),
    win32(18, "RpcAsyncSetPrinterData", data::SET_PRINTER_DATA),
    win32(19, "RpcAsyncSetPrinterDataEx", data::SET_PRINTER_DATA_EX),
    win32(20, "RpcAsyncClosePrinter", printers::CLOSE_PRINTER),
    win32(21, "RpcAsyncAddForm", forms::ADD_FORM),
    win32(22, "RpcAsyncDeleteForm", forms::DELETE_FORM),
    win32(23, "RpcAsyncGetForm", forms::GET_FORM),
    win32(24, "RpcAsyncSetForm", forms::SET_FORM),
    win32(25, "RpcAsyncEnumForms", forms::ENUM_FORMS),
    win32(26, "RpcAsyncGetPrinterDriver", drivers::GET_PRINTER_DRIVER_2),
    win32(27, "RpcAsyncEnumPrinterData", data::ENUM_PRINTER_DATA),
    win32(28, "RpcAsyncEnumPrinterDataEx", data::ENUM_PRINTER_DATA_EX),
    win32(29, "RpcAsyncEnumPrinterKey", data::ENUM_PRINTER_KEY),
    win32(30, "RpcAsyncDeletePrinterData", data::DELETE_PRINTER_DATA),
    win32(31, "RpcAsyncDeletePrinterDataEx", data::DELETE_PRINTER_DATA_EX),
    win32(32, "RpcAsyncDeletePrinterKey", data::DELETE_PRINTER_KEY),
    win32(33, "RpcAsyncXcvData", xcv::XCV_DATA),
    win32(34, "RpcAsyncSendRecvBidiData", bidi::SEND_RECV_BIDI_DATA),
    win32(35, "RpcAsyncCreatePrinterIC", printers::CREATE_PRINTER_IC)
        .granting(ObjectKind::InformationContext),
    win32(36, "RpcAsyncPlayGdiScriptOnPrinterIC", printers::PLAY_GDI_SCRIPT_ON_PRINTER_IC),
    win32(37, "RpcAsyncDeletePrinterIC", printers::DELETE_PRINTER_IC),
    win32(38, "RpcAsyncEnumPrinters", printers::ENUM_PRINTERS),
    win32(39, "RpcAsyncAddPrinterDriver", drivers::ADD_PRINTER_DRIVER_EX).telling(details),
    win32(40, "RpcAsyncEnumPrinterDrivers", drivers::ENUM_PRINTER_DRIVERS),
    win32(41, "RpcAsyncGetPrinterDriverDirectory", drivers::GET_PRINTER_DRIVER_DIRECTORY),
    win32(42, "RpcAsyncDeletePrinterDriver", drivers::DELETE_PRINTER_DRIVER),
    win32(43, "RpcAsyncDeletePrinterDriverEx", drivers::DELETE_PRINTER_DRIVER_EX),
    win32(44, "RpcAsyncAddPrintProcessor", processors::ADD_PRINT_PROCESSOR),
    win32(45, "RpcAsyncEnumPrintProcessors", processors::ENUM_PRINT_PROCESSORS),
    win32(46, "RpcAsyncGetPrintProcessorDirectory", processors::GET_PRINT_PROCESSOR_DIRECTORY),
    win32(47, "RpcAsyncEnumPorts", ports::ENUM_PORTS),
    win32(48, "RpcAsyncEnumMonitors", monitors::ENUM_MONITORS),
    win32(49, "RpcAsyncAddPort", ports::ADD_PORT_EX),
    win32(50, "RpcAsyncSetPort", ports::SET_PORT),
    win32(51, "RpcAsyncAddMonitor", monitors::ADD_MONITOR),
    win32(52, "RpcAsyncDeleteMonitor", monitors::DELETE_MONITOR),
    win32(53, "RpcAsyncDeletePrintProcessor", processors::DELETE_PRINT_PROCESSOR),
    win32(54, "RpcAsyncEnumPrintProcessorDatatypes", processors::ENUM_PRINT_PROCESSOR_DATATYPES),
    win32(55, "RpcAsyncAddPerMachineConnection", printers::ADD_PER_MACHINE_CONNECTION),
    win32(56, "RpcAsyncDeletePerMachineConnection", printers::DELETE_PER_MACHINE_CONNECTION),
    win32(57, "RpcAsyncEnumPerMachineConnections", printers::ENUM_PER_MACHINE_CONNECTIONS),
    hresult(58, "RpcSyncRegisterForRemoteNotifications", changes::REGISTER_FOR_REMOTE_NOTIFICATIONS),
    hresult(59, "RpcSyncUnRegisterForRemoteNotifications", changes::UN_REGISTER_FOR_REMOTE_NOTIFICATIONS),
    hresult(60, "RpcSyncRefreshRemoteNotifications", changes::REFRESH_REMOTE_NOTIFICATIONS),
    hresult(61, "RpcAsyncGetRemoteNotifications", changes::GET_REMOTE_NOTIFICATIONS).waiting(),
    hresult(62, "RpcAsyncInstallPrinterDriverFromPackage", drivers::INSTALL_PRINTER_DRIVER_FROM_PACKAGE),
    hresult(63, "RpcAsyncUploadPrinterDriverPackage", drivers::UPLOAD_PRINTER_DRIVER_PACKAGE),
    hresult(64, "RpcAsyncGetCorePrinterDrivers", drivers::GET_CORE_PRINTER_DRIVERS),
    hresult(65, "RpcAsyncCorePrinterDriverInstalled", drivers::CORE_PRINTER_DRIVER_INSTALLED),
    hresult(66, "RpcAsyncGetPrinterDriverPackagePath", drivers::GET_PRINTER_DRIVER_PACKAGE_PATH),
    hresult(67, "RpcAsyncDeletePrinterDriverPackage", drivers::DELETE_PRINTER_DRIVER_PACKAGE),
    win32(68, "RpcAsyncReadPrinter", documents::READ_PRINTER),
    win32(69, "RpcAsyncResetPrinter", printers::RESET_PRINTER),
    win32(70, "RpcAsyncGetJobNamedPropertyValue", properties::GET_JOB_NAMED_PROPERTY_VALUE),
    win32(71, "RpcAsyncSetJobNamedProperty", properties::SET_JOB_NAMED_PROPERTY),
    win32(72, "RpcAsyncDeleteJobNamedProperty", properties::DELETE_JOB_NAMED_PROPERTY),
    win32(73, "RpcAsyncEnumJobNamedProperties", properties::ENUM_JOB_NAMED_PROPERTIES),
    win32(74, "RpcAsyncLogJobInfoForBranchOffice", branch_office::LOG_JOB_INFO_FOR_BRANCH_OFFICE),
];
