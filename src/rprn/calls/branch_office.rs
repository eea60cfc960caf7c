//! What a branch office prints straight, told to the server (\[MS-RPRN\] 3.1.4.12).

use super::common::{Call, PRINTER, TEXT};
use crate::dcerpc::ndr::{Arm, Member, Type, Union, WIN32, counted, input, member, switched};
use crate::rprn::names::BRANCH_OFFICE;

/// `RpcLogJobInfoForBranchOffice`.
pub(crate) const LOG_JOB_INFO_FOR_BRANCH_OFFICE: Call =
    &[PRINTER, input(member("pBranchOfficeJobDataContainer", BRANCH_OFFICE_JOB_DATA_CONTAINER))];

/// `RPC_BranchOfficeJobDataContainer` (\[MS-RPRN\] 2.2.1.15.8).
const BRANCH_OFFICE_JOB_DATA_CONTAINER: Type = Type::Struct(&[
    member("cJobDataEntries", Type::U32),
    counted("JobData", Type::Array(&JOB_DATA), "cJobDataEntries"),
]);

/// `RPC_BranchOfficeJobData` (\[MS-RPRN\] 2.2.1.15.7).
const JOB_DATA: Type = Type::Struct(&[
    member("eEventType", Type::Enum(BRANCH_OFFICE)),
    member("JobId", Type::U32),
    switched(
        "JobInfo",
        &Union {
            is_enum: true,
            arms: &[
                Arm { tag: 1, name: "LogJobPrinted", of: Type::Struct(PRINTED) },
                Arm { tag: 2, name: "LogJobRendered", of: Type::Struct(RENDERED) },
                Arm { tag: 3, name: "LogJobError", of: Type::Struct(ERROR) },
                Arm { tag: 4, name: "LogPipelineFailed", of: Type::Struct(PIPELINE_FAILED) },
                Arm { tag: 5, name: "LogOfflineFileFull", of: Type::Struct(OFFLINE_FILE_FULL) },
            ],
        },
        "eEventType",
    ),
]);

/// `RPC_BranchOfficeJobDataPrinted` (\[MS-RPRN\] 2.2.1.15.4).
const PRINTED: &[Member] = &[
    member("Status", Type::U32),
    member("pDocumentName", TEXT),
    member("pUserName", TEXT),
    member("pMachineName", TEXT),
    member("pPrinterName", TEXT),
    member("pPortName", TEXT),
    member("Size", Type::I64),
    member("TotalPages", Type::U32),
];

/// `RPC_BranchOfficeJobDataRendered` (\[MS-RPRN\] 2.2.1.15.6).
const RENDERED: &[Member] = &[
    member("Size", Type::I64),
    member("ICMMethod", Type::U32),
    member("Color", Type::I16),
    member("PrintQuality", Type::I16),
    member("YResolution", Type::I16),
    member("Copies", Type::I16),
    member("TTOption", Type::I16),
];

/// `RPC_BranchOfficeJobDataError` (\[MS-RPRN\] 2.2.1.15.2).
const ERROR: &[Member] = &[
    member("LastError", Type::Named(WIN32)),
    member("pDocumentName", TEXT),
    member("pUserName", TEXT),
    member("pPrinterName", TEXT),
    member("pDataType", TEXT),
    member("TotalSize", Type::I64),
    member("PrintedSize", Type::I64),
    member("TotalPages", Type::U32),
    member("PrintedPages", Type::U32),
    member("pMachineName", TEXT),
    member("pJobError", TEXT),
    member("pErrorDescription", TEXT),
];

/// `RPC_BranchOfficeJobDataPipelineFailed` (\[MS-RPRN\] 2.2.1.15.5).
const PIPELINE_FAILED: &[Member] =
    &[member("pDocumentName", TEXT), member("pPrinterName", TEXT), member("pExtraErrorInfo", TEXT)];

/// `RPC_BranchOfficeLogOfflineFileFull` (\[MS-RPRN\] 2.2.1.15.3).
const OFFLINE_FILE_FULL: &[Member] = &[member("pMachineName", TEXT)];
