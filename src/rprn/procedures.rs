//! The procedures of the interface in one table (\[MS-RPRN\] 3.1.4, in the order of appendix A).

/// What a procedure does with context handles. A request's handle is always its first parameter, its first 20 bytes;
/// so is a response's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HandleRole {
    /// It has none.
    None,
    /// The request names an open handle.
    Uses,
    /// The response grants one.
    Gives,
    /// The request names one and the response grants another (`RpcCreatePrinterIC`).
    UsesAndGives,
    /// The request names one, and success closes it.
    Takes,
}

/// What the return value of a procedure is. All of them have one, the last 4 bytes of the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReturnType {
    /// A Win32 error code (\[MS-ERREF\] 2.2).
    Win32,
    /// An HRESULT (\[MS-ERREF\] 2.1).
    HResult,
}

/// A procedure of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Procedure {
    /// Its number.
    pub opnum: u16,
    /// Its name in \[MS-RPRN\]; for those that it reserves for local use, the name in the spooler.
    pub name: &'static str,
    /// False for those that \[MS-RPRN\] calls "NotUsedOnWire".
    pub on_wire: bool,
    /// What it does with context handles.
    pub handle: HandleRole,
    /// What it returns.
    pub returns: ReturnType,
    /// True if it answers only when something happens at the printer, so that a long wait is no fault.
    pub waits_by_design: bool,
}

/// The procedure of that number, 0 to 123.
#[must_use]
pub fn procedure(opnum: u16) -> Option<&'static Procedure> {
    PROCEDURES.get(usize::from(opnum))
}

static PROCEDURES: [Procedure; 124] = [
    none(0, "RpcEnumPrinters"),
    gives(1, "RpcOpenPrinter"),
    uses(2, "RpcSetJob"),
    uses(3, "RpcGetJob"),
    uses(4, "RpcEnumJobs"),
    gives(5, "RpcAddPrinter"),
    uses(6, "RpcDeletePrinter"),
    uses(7, "RpcSetPrinter"),
    uses(8, "RpcGetPrinter"),
    none(9, "RpcAddPrinterDriver"),
    none(10, "RpcEnumPrinterDrivers"),
    uses(11, "RpcGetPrinterDriver"),
    none(12, "RpcGetPrinterDriverDirectory"),
    none(13, "RpcDeletePrinterDriver"),
    none(14, "RpcAddPrintProcessor"),
    none(15, "RpcEnumPrintProcessors"),
    none(16, "RpcGetPrintProcessorDirectory"),
    uses(17, "RpcStartDocPrinter"),
    uses(18, "RpcStartPagePrinter"),
    uses(19, "RpcWritePrinter"),
    uses(20, "RpcEndPagePrinter"),
    uses(21, "RpcAbortPrinter"),
    uses(22, "RpcReadPrinter"),
    uses(23, "RpcEndDocPrinter"),
    uses(24, "RpcAddJob"),
    uses(25, "RpcScheduleJob"),
    uses(26, "RpcGetPrinterData"),
    uses(27, "RpcSetPrinterData"),
    uses(28, "RpcWaitForPrinterChange").waiting(),
    takes(29, "RpcClosePrinter"),
    uses(30, "RpcAddForm"),
    uses(31, "RpcDeleteForm"),
    uses(32, "RpcGetForm"),
    uses(33, "RpcSetForm"),
    uses(34, "RpcEnumForms"),
    none(35, "RpcEnumPorts"),
    none(36, "RpcEnumMonitors"),
    local(37, "RpcAddPort"),
    local(38, "RpcConfigurePort"),
    none(39, "RpcDeletePort"),
    uses_and_gives(40, "RpcCreatePrinterIC"),
    uses(41, "RpcPlayGdiScriptOnPrinterIC"),
    takes(42, "RpcDeletePrinterIC"),
    local(43, "RpcAddPrinterConnection"),
    local(44, "RpcDeletePrinterConnection"),
    local(45, "RpcPrinterMessageBox"),
    none(46, "RpcAddMonitor"),
    none(47, "RpcDeleteMonitor"),
    none(48, "RpcDeletePrintProcessor"),
    local(49, "RpcAddPrintProvidor"),
    local(50, "RpcDeletePrintProvidor"),
    none(51, "RpcEnumPrintProcessorDatatypes"),
    uses(52, "RpcResetPrinter"),
    uses(53, "RpcGetPrinterDriver2"),
    local(54, "RpcClientFindFirstPrinterChangeNotification"),
    local(55, "RpcFindNextPrinterChangeNotification"),
    uses(56, "RpcFindClosePrinterChangeNotification"),
    local(57, "RpcRouterFindFirstPrinterChangeNotificationOld"),
    gives(58, "RpcReplyOpenPrinter"),
    uses(59, "RpcRouterReplyPrinter"),
    takes(60, "RpcReplyClosePrinter"),
    none(61, "RpcAddPortEx"),
    uses(62, "RpcRemoteFindFirstPrinterChangeNotification"),
    local(63, "RpcSpoolerInit"),
    local(64, "RpcResetPrinterEx"),
    uses(65, "RpcRemoteFindFirstPrinterChangeNotificationEx"),
    uses(66, "RpcRouterReplyPrinterEx"),
    uses(67, "RpcRouterRefreshPrinterChangeNotification"),
    local(68, "RpcSetAllocFailCount"),
    gives(69, "RpcOpenPrinterEx"),
    gives(70, "RpcAddPrinterEx"),
    none(71, "RpcSetPort"),
    uses(72, "RpcEnumPrinterData"),
    uses(73, "RpcDeletePrinterData"),
    local(74, "RpcClusterSplOpen"),
    local(75, "RpcClusterSplClose"),
    local(76, "RpcClusterSplIsAlive"),
    uses(77, "RpcSetPrinterDataEx"),
    uses(78, "RpcGetPrinterDataEx"),
    uses(79, "RpcEnumPrinterDataEx"),
    uses(80, "RpcEnumPrinterKey"),
    uses(81, "RpcDeletePrinterDataEx"),
    uses(82, "RpcDeletePrinterKey"),
    local(83, "RpcSeekPrinter"),
    none(84, "RpcDeletePrinterDriverEx"),
    none(85, "RpcAddPerMachineConnection"),
    none(86, "RpcDeletePerMachineConnection"),
    none(87, "RpcEnumPerMachineConnections"),
    uses(88, "RpcXcvData"),
    none(89, "RpcAddPrinterDriverEx"),
    local(90, "RpcSplOpenPrinter"),
    local(91, "RpcGetSpoolFileInfo"),
    local(92, "RpcCommitSpoolData"),
    local(93, "RpcGetSpoolFileInfo2"),
    local(94, "RpcCommitSpoolData2"),
    local(95, "RpcCloseSpoolFileHandle"),
    uses(96, "RpcFlushPrinter"),
    uses(97, "RpcSendRecvBidiData"),
    local(98, "RpcAddDriverCatalog"),
    local(99, "RpcAddPrinterConnection2"),
    local(100, "RpcInstallPrinterDriverFromPackage"),
    local(101, "RpcUploadPrinterDriverPackage"),
    none(102, "RpcGetCorePrinterDrivers").hresult(),
    local(103, "RpcCorePrinterDriverInstalled"),
    none(104, "RpcGetPrinterDriverPackagePath").hresult(),
    local(105, "RpcDeletePrinterDriverPackage"),
    local(106, "RpcFindCompatibleDriver"),
    local(107, "RpcReportJobProcessingProgress"),
    local(108, "RpcSetSpoolerPolicy"),
    local(109, "RpcInternalGetPrinterDriver"),
    uses(110, "RpcGetJobNamedPropertyValue"),
    uses(111, "RpcSetJobNamedProperty"),
    uses(112, "RpcDeleteJobNamedProperty"),
    uses(113, "RpcEnumJobNamedProperties"),
    local(114, "RpcCreateAppSandbox"),
    local(115, "RpcGetUserPropertyBag"),
    uses(116, "RpcLogJobInfoForBranchOffice"),
    uses(117, "RpcRegeneratePrintDeviceCapabilities"),
    local(118, "RpcPrintSupportOperation"),
    uses(119, "RpcIppCreateJobOnPrinter").hresult(),
    uses(120, "RpcIppGetJobAttributes").hresult(),
    uses(121, "RpcIppSetJobAttributes").hresult(),
    uses(122, "RpcIppGetPrinterAttributes").hresult(),
    uses(123, "RpcIppSetPrinterAttributes").hresult(),
];

const fn none(opnum: u16, name: &'static str) -> Procedure {
    let (handle, returns) = (HandleRole::None, ReturnType::Win32);
    Procedure { opnum, name, on_wire: true, handle, returns, waits_by_design: false }
}

const fn local(opnum: u16, name: &'static str) -> Procedure {
    Procedure { on_wire: false, ..none(opnum, name) }
}

const fn uses(opnum: u16, name: &'static str) -> Procedure {
    Procedure { handle: HandleRole::Uses, ..none(opnum, name) }
}

const fn gives(opnum: u16, name: &'static str) -> Procedure {
    Procedure { handle: HandleRole::Gives, ..none(opnum, name) }
}

const fn uses_and_gives(opnum: u16, name: &'static str) -> Procedure {
    Procedure { handle: HandleRole::UsesAndGives, ..none(opnum, name) }
}

const fn takes(opnum: u16, name: &'static str) -> Procedure {
    Procedure { handle: HandleRole::Takes, ..none(opnum, name) }
}

impl HandleRole {
    /// True if the request begins with a handle.
    #[must_use]
    pub const fn in_request(self) -> bool {
        matches!(self, Self::Uses | Self::UsesAndGives | Self::Takes)
    }

    /// True if the response begins with a handle.
    #[must_use]
    pub const fn in_response(self) -> bool {
        matches!(self, Self::Gives | Self::UsesAndGives | Self::Takes)
    }

    /// True if success grants a handle.
    #[must_use]
    pub const fn gives(self) -> bool {
        matches!(self, Self::Gives | Self::UsesAndGives)
    }
}

impl Procedure {
    const fn hresult(self) -> Self {
        Self { returns: ReturnType::HResult, ..self }
    }

    const fn waiting(self) -> Self {
        Self { waits_by_design: true, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_stands_at_its_number() {
        for (procedure, opnum) in PROCEDURES.iter().zip(0..) {
            assert_eq!(procedure.opnum, opnum, "{}", procedure.name);
        }
        assert_eq!(procedure(69).map(|procedure| procedure.name), Some("RpcOpenPrinterEx"));
        assert_eq!(procedure(124), None);
    }

    #[test]
    fn the_procedures_that_give_or_take_handles_are_these() {
        let with = |role| {
            let rows = PROCEDURES.iter().filter(move |procedure| procedure.handle == role);
            rows.map(|procedure| procedure.opnum).collect::<Vec<_>>()
        };
        assert_eq!(with(HandleRole::Gives), [1, 5, 58, 69, 70]);
        assert_eq!(with(HandleRole::UsesAndGives), [40]);
        assert_eq!(with(HandleRole::Takes), [29, 42, 60]);
        assert_eq!(PROCEDURES.iter().filter(|procedure| !procedure.on_wire).count(), 36);
    }
}
