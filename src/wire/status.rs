//! Status codes: NTSTATUS, the DOS error classes of SMB1, and Win32 errors as print calls return them.

use core::fmt;

use super::wire_enum;

wire_enum! {
    /// An NTSTATUS (\[MS-ERREF\] 2.3), as SMB headers carry it.
    pub struct NtStatus(u32) {
        SUCCESS = 0x00000000, "STATUS_SUCCESS";
        PENDING = 0x00000103, "STATUS_PENDING";
        REPARSE = 0x00000104, "STATUS_REPARSE";
        NOTIFY_CLEANUP = 0x0000010b, "STATUS_NOTIFY_CLEANUP";
        NOTIFY_ENUM_DIR = 0x0000010c, "STATUS_NOTIFY_ENUM_DIR";
        BUFFER_OVERFLOW = 0x80000005, "STATUS_BUFFER_OVERFLOW";
        NO_MORE_FILES = 0x80000006, "STATUS_NO_MORE_FILES";
        STOPPED_ON_SYMLINK = 0x8000002d, "STATUS_STOPPED_ON_SYMLINK";
        UNSUCCESSFUL = 0xc0000001, "STATUS_UNSUCCESSFUL";
        NOT_IMPLEMENTED = 0xc0000002, "STATUS_NOT_IMPLEMENTED";
        INVALID_INFO_CLASS = 0xc0000003, "STATUS_INVALID_INFO_CLASS";
        INFO_LENGTH_MISMATCH = 0xc0000004, "STATUS_INFO_LENGTH_MISMATCH";
        INVALID_HANDLE = 0xc0000008, "STATUS_INVALID_HANDLE";
        INVALID_PARAMETER = 0xc000000d, "STATUS_INVALID_PARAMETER";
        NO_SUCH_FILE = 0xc000000f, "STATUS_NO_SUCH_FILE";
        INVALID_DEVICE_REQUEST = 0xc0000010, "STATUS_INVALID_DEVICE_REQUEST";
        END_OF_FILE = 0xc0000011, "STATUS_END_OF_FILE";
        MORE_PROCESSING_REQUIRED = 0xc0000016, "STATUS_MORE_PROCESSING_REQUIRED";
        ACCESS_DENIED = 0xc0000022, "STATUS_ACCESS_DENIED";
        BUFFER_TOO_SMALL = 0xc0000023, "STATUS_BUFFER_TOO_SMALL";
        OBJECT_NAME_INVALID = 0xc0000033, "STATUS_OBJECT_NAME_INVALID";
        OBJECT_NAME_NOT_FOUND = 0xc0000034, "STATUS_OBJECT_NAME_NOT_FOUND";
        OBJECT_NAME_COLLISION = 0xc0000035, "STATUS_OBJECT_NAME_COLLISION";
        OBJECT_PATH_NOT_FOUND = 0xc000003a, "STATUS_OBJECT_PATH_NOT_FOUND";
        SHARING_VIOLATION = 0xc0000043, "STATUS_SHARING_VIOLATION";
        FILE_LOCK_CONFLICT = 0xc0000054, "STATUS_FILE_LOCK_CONFLICT";
        LOCK_NOT_GRANTED = 0xc0000055, "STATUS_LOCK_NOT_GRANTED";
        DELETE_PENDING = 0xc0000056, "STATUS_DELETE_PENDING";
        NO_LOGON_SERVERS = 0xc000005e, "STATUS_NO_LOGON_SERVERS";
        PRIVILEGE_NOT_HELD = 0xc0000061, "STATUS_PRIVILEGE_NOT_HELD";
        NO_SUCH_USER = 0xc0000064, "STATUS_NO_SUCH_USER";
        WRONG_PASSWORD = 0xc000006a, "STATUS_WRONG_PASSWORD";
        LOGON_FAILURE = 0xc000006d, "STATUS_LOGON_FAILURE";
        ACCOUNT_RESTRICTION = 0xc000006e, "STATUS_ACCOUNT_RESTRICTION";
        INVALID_LOGON_HOURS = 0xc000006f, "STATUS_INVALID_LOGON_HOURS";
        INVALID_WORKSTATION = 0xc0000070, "STATUS_INVALID_WORKSTATION";
        PASSWORD_EXPIRED = 0xc0000071, "STATUS_PASSWORD_EXPIRED";
        ACCOUNT_DISABLED = 0xc0000072, "STATUS_ACCOUNT_DISABLED";
        RANGE_NOT_LOCKED = 0xc000007e, "STATUS_RANGE_NOT_LOCKED";
        INSUFFICIENT_RESOURCES = 0xc000009a, "STATUS_INSUFFICIENT_RESOURCES";
        INSTANCE_NOT_AVAILABLE = 0xc00000ab, "STATUS_INSTANCE_NOT_AVAILABLE";
        PIPE_NOT_AVAILABLE = 0xc00000ac, "STATUS_PIPE_NOT_AVAILABLE";
        INVALID_PIPE_STATE = 0xc00000ad, "STATUS_INVALID_PIPE_STATE";
        PIPE_BUSY = 0xc00000ae, "STATUS_PIPE_BUSY";
        PIPE_DISCONNECTED = 0xc00000b0, "STATUS_PIPE_DISCONNECTED";
        PIPE_CLOSING = 0xc00000b1, "STATUS_PIPE_CLOSING";
        IO_TIMEOUT = 0xc00000b5, "STATUS_IO_TIMEOUT";
        FILE_IS_A_DIRECTORY = 0xc00000ba, "STATUS_FILE_IS_A_DIRECTORY";
        NOT_SUPPORTED = 0xc00000bb, "STATUS_NOT_SUPPORTED";
        PRINT_QUEUE_FULL = 0xc00000c6, "STATUS_PRINT_QUEUE_FULL";
        NO_SPOOL_SPACE = 0xc00000c7, "STATUS_NO_SPOOL_SPACE";
        PRINT_CANCELLED = 0xc00000c8, "STATUS_PRINT_CANCELLED";
        NETWORK_NAME_DELETED = 0xc00000c9, "STATUS_NETWORK_NAME_DELETED";
        NETWORK_ACCESS_DENIED = 0xc00000ca, "STATUS_NETWORK_ACCESS_DENIED";
        BAD_DEVICE_TYPE = 0xc00000cb, "STATUS_BAD_DEVICE_TYPE";
        BAD_NETWORK_NAME = 0xc00000cc, "STATUS_BAD_NETWORK_NAME";
        TOO_MANY_SESSIONS = 0xc00000ce, "STATUS_TOO_MANY_SESSIONS";
        REQUEST_NOT_ACCEPTED = 0xc00000d0, "STATUS_REQUEST_NOT_ACCEPTED";
        PIPE_EMPTY = 0xc00000d9, "STATUS_PIPE_EMPTY";
        DIRECTORY_NOT_EMPTY = 0xc0000101, "STATUS_DIRECTORY_NOT_EMPTY";
        NOT_A_DIRECTORY = 0xc0000103, "STATUS_NOT_A_DIRECTORY";
        CANCELLED = 0xc0000120, "STATUS_CANCELLED";
        FILE_CLOSED = 0xc0000128, "STATUS_FILE_CLOSED";
        PIPE_BROKEN = 0xc000014b, "STATUS_PIPE_BROKEN";
        LOGON_NOT_GRANTED = 0xc0000155, "STATUS_LOGON_NOT_GRANTED";
        LOGON_TYPE_NOT_GRANTED = 0xc000015b, "STATUS_LOGON_TYPE_NOT_GRANTED";
        NETLOGON_NOT_STARTED = 0xc0000192, "STATUS_NETLOGON_NOT_STARTED";
        ACCOUNT_EXPIRED = 0xc0000193, "STATUS_ACCOUNT_EXPIRED";
        USER_SESSION_DELETED = 0xc0000203, "STATUS_USER_SESSION_DELETED";
        INSUFF_SERVER_RESOURCES = 0xc0000205, "STATUS_INSUFF_SERVER_RESOURCES";
        CONNECTION_DISCONNECTED = 0xc000020c, "STATUS_CONNECTION_DISCONNECTED";
        CONNECTION_RESET = 0xc000020d, "STATUS_CONNECTION_RESET";
        PASSWORD_MUST_CHANGE = 0xc0000224, "STATUS_PASSWORD_MUST_CHANGE";
        NOT_FOUND = 0xc0000225, "STATUS_NOT_FOUND";
        ACCOUNT_LOCKED_OUT = 0xc0000234, "STATUS_ACCOUNT_LOCKED_OUT";
        CONNECTION_COUNT_LIMIT = 0xc0000246, "STATUS_CONNECTION_COUNT_LIMIT";
        PATH_NOT_COVERED = 0xc0000257, "STATUS_PATH_NOT_COVERED";
        LICENSE_QUOTA_EXCEEDED = 0xc0000259, "STATUS_LICENSE_QUOTA_EXCEEDED";
        NETWORK_SESSION_EXPIRED = 0xc000035c, "STATUS_NETWORK_SESSION_EXPIRED";
        NTLM_BLOCKED = 0xc0000418, "STATUS_NTLM_BLOCKED";
        INVALID_SIGNATURE = 0xc000a000, "STATUS_INVALID_SIGNATURE";
    }
}

impl NtStatus {
    /// True for the success and information severities (the top bit is clear). `STATUS_PENDING` is one of them: it
    /// says that the answer is still to come.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 < 0x8000_0000
    }

    /// True for the error severity (the two top bits are set).
    #[must_use]
    pub const fn is_error(self) -> bool {
        self.0 >= 0xc000_0000
    }
}

wire_enum! {
    /// A Win32 error code (\[MS-ERREF\] 2.2), the return value of most print calls.
    pub struct Win32Error(u32) {
        SUCCESS = 0x00000000, "ERROR_SUCCESS";
        INVALID_FUNCTION = 0x00000001, "ERROR_INVALID_FUNCTION";
        FILE_NOT_FOUND = 0x00000002, "ERROR_FILE_NOT_FOUND";
        PATH_NOT_FOUND = 0x00000003, "ERROR_PATH_NOT_FOUND";
        TOO_MANY_OPEN_FILES = 0x00000004, "ERROR_TOO_MANY_OPEN_FILES";
        ACCESS_DENIED = 0x00000005, "ERROR_ACCESS_DENIED";
        INVALID_HANDLE = 0x00000006, "ERROR_INVALID_HANDLE";
        NOT_ENOUGH_MEMORY = 0x00000008, "ERROR_NOT_ENOUGH_MEMORY";
        BAD_FORMAT = 0x0000000b, "ERROR_BAD_FORMAT";
        INVALID_ACCESS = 0x0000000c, "ERROR_INVALID_ACCESS";
        INVALID_DATA = 0x0000000d, "ERROR_INVALID_DATA";
        OUTOFMEMORY = 0x0000000e, "ERROR_OUTOFMEMORY";
        INVALID_DRIVE = 0x0000000f, "ERROR_INVALID_DRIVE";
        CURRENT_DIRECTORY = 0x00000010, "ERROR_CURRENT_DIRECTORY";
        NOT_SAME_DEVICE = 0x00000011, "ERROR_NOT_SAME_DEVICE";
        NO_MORE_FILES = 0x00000012, "ERROR_NO_MORE_FILES";
        WRITE_PROTECT = 0x00000013, "ERROR_WRITE_PROTECT";
        NOT_READY = 0x00000015, "ERROR_NOT_READY";
        BAD_LENGTH = 0x00000018, "ERROR_BAD_LENGTH";
        OUT_OF_PAPER = 0x0000001c, "ERROR_OUT_OF_PAPER";
        WRITE_FAULT = 0x0000001d, "ERROR_WRITE_FAULT";
        READ_FAULT = 0x0000001e, "ERROR_READ_FAULT";
        GEN_FAILURE = 0x0000001f, "ERROR_GEN_FAILURE";
        SHARING_VIOLATION = 0x00000020, "ERROR_SHARING_VIOLATION";
        LOCK_VIOLATION = 0x00000021, "ERROR_LOCK_VIOLATION";
        SHARING_BUFFER_EXCEEDED = 0x00000024, "ERROR_SHARING_BUFFER_EXCEEDED";
        HANDLE_EOF = 0x00000026, "ERROR_HANDLE_EOF";
        HANDLE_DISK_FULL = 0x00000027, "ERROR_HANDLE_DISK_FULL";
        NOT_SUPPORTED = 0x00000032, "ERROR_NOT_SUPPORTED";
        REM_NOT_LIST = 0x00000033, "ERROR_REM_NOT_LIST";
        DUP_NAME = 0x00000034, "ERROR_DUP_NAME";
        BAD_NETPATH = 0x00000035, "ERROR_BAD_NETPATH";
        NETWORK_BUSY = 0x00000036, "ERROR_NETWORK_BUSY";
        DEV_NOT_EXIST = 0x00000037, "ERROR_DEV_NOT_EXIST";
        TOO_MANY_CMDS = 0x00000038, "ERROR_TOO_MANY_CMDS";
        BAD_NET_RESP = 0x0000003a, "ERROR_BAD_NET_RESP";
        UNEXP_NET_ERR = 0x0000003b, "ERROR_UNEXP_NET_ERR";
        PRINTQ_FULL = 0x0000003d, "ERROR_PRINTQ_FULL";
        NO_SPOOL_SPACE = 0x0000003e, "ERROR_NO_SPOOL_SPACE";
        PRINT_CANCELLED = 0x0000003f, "ERROR_PRINT_CANCELLED";
        NETNAME_DELETED = 0x00000040, "ERROR_NETNAME_DELETED";
        NETWORK_ACCESS_DENIED = 0x00000041, "ERROR_NETWORK_ACCESS_DENIED";
        BAD_DEV_TYPE = 0x00000042, "ERROR_BAD_DEV_TYPE";
        BAD_NET_NAME = 0x00000043, "ERROR_BAD_NET_NAME";
        TOO_MANY_NAMES = 0x00000044, "ERROR_TOO_MANY_NAMES";
        TOO_MANY_SESS = 0x00000045, "ERROR_TOO_MANY_SESS";
        SHARING_PAUSED = 0x00000046, "ERROR_SHARING_PAUSED";
        REQ_NOT_ACCEP = 0x00000047, "ERROR_REQ_NOT_ACCEP";
        REDIR_PAUSED = 0x00000048, "ERROR_REDIR_PAUSED";
        FILE_EXISTS = 0x00000050, "ERROR_FILE_EXISTS";
        CANNOT_MAKE = 0x00000052, "ERROR_CANNOT_MAKE";
        OUT_OF_STRUCTURES = 0x00000054, "ERROR_OUT_OF_STRUCTURES";
        INVALID_PASSWORD = 0x00000056, "ERROR_INVALID_PASSWORD";
        INVALID_PARAMETER = 0x00000057, "ERROR_INVALID_PARAMETER";
        NET_WRITE_FAULT = 0x00000058, "ERROR_NET_WRITE_FAULT";
        BROKEN_PIPE = 0x0000006d, "ERROR_BROKEN_PIPE";
        OPEN_FAILED = 0x0000006e, "ERROR_OPEN_FAILED";
        BUFFER_OVERFLOW = 0x0000006f, "ERROR_BUFFER_OVERFLOW";
        DISK_FULL = 0x00000070, "ERROR_DISK_FULL";
        CALL_NOT_IMPLEMENTED = 0x00000078, "ERROR_CALL_NOT_IMPLEMENTED";
        INSUFFICIENT_BUFFER = 0x0000007a, "ERROR_INSUFFICIENT_BUFFER";
        INVALID_NAME = 0x0000007b, "ERROR_INVALID_NAME";
        INVALID_LEVEL = 0x0000007c, "ERROR_INVALID_LEVEL";
        MOD_NOT_FOUND = 0x0000007e, "ERROR_MOD_NOT_FOUND";
        PROC_NOT_FOUND = 0x0000007f, "ERROR_PROC_NOT_FOUND";
        NOT_LOCKED = 0x0000009e, "ERROR_NOT_LOCKED";
        BAD_PATHNAME = 0x000000a1, "ERROR_BAD_PATHNAME";
        BUSY = 0x000000aa, "ERROR_BUSY";
        ALREADY_EXISTS = 0x000000b7, "ERROR_ALREADY_EXISTS";
        ENVVAR_NOT_FOUND = 0x000000cb, "ERROR_ENVVAR_NOT_FOUND";
        FILENAME_EXCED_RANGE = 0x000000ce, "ERROR_FILENAME_EXCED_RANGE";
        BAD_PIPE = 0x000000e6, "ERROR_BAD_PIPE";
        PIPE_BUSY = 0x000000e7, "ERROR_PIPE_BUSY";
        NO_DATA = 0x000000e8, "ERROR_NO_DATA";
        PIPE_NOT_CONNECTED = 0x000000e9, "ERROR_PIPE_NOT_CONNECTED";
        MORE_DATA = 0x000000ea, "ERROR_MORE_DATA";
        WAIT_TIMEOUT = 0x00000102, "ERROR_WAIT_TIMEOUT";
        NO_MORE_ITEMS = 0x00000103, "ERROR_NO_MORE_ITEMS";
        DIRECTORY = 0x0000010b, "ERROR_DIRECTORY";
        OPERATION_ABORTED = 0x000003e3, "ERROR_OPERATION_ABORTED";
        IO_PENDING = 0x000003e5, "ERROR_IO_PENDING";
        CAN_NOT_COMPLETE = 0x000003eb, "ERROR_CAN_NOT_COMPLETE";
        INVALID_FLAGS = 0x000003ec, "ERROR_INVALID_FLAGS";
        SERVICE_NOT_ACTIVE = 0x00000426, "ERROR_SERVICE_NOT_ACTIVE";
        NOT_FOUND = 0x00000490, "ERROR_NOT_FOUND";
        CANCELLED = 0x000004c7, "ERROR_CANCELLED";
        CONNECTION_REFUSED = 0x000004c9, "ERROR_CONNECTION_REFUSED";
        CONNECTION_ABORTED = 0x000004d4, "ERROR_CONNECTION_ABORTED";
        CONNECTION_COUNT_LIMIT = 0x000004d6, "ERROR_CONNECTION_COUNT_LIMIT";
        ACCESS_DISABLED_BY_POLICY = 0x000004ec, "ERROR_ACCESS_DISABLED_BY_POLICY";
        PRIVILEGE_NOT_HELD = 0x00000522, "ERROR_PRIVILEGE_NOT_HELD";
        LOGON_FAILURE = 0x0000052e, "ERROR_LOGON_FAILURE";
        INVALID_SECURITY_DESCR = 0x0000053a, "ERROR_INVALID_SECURITY_DESCR";
        DATATYPE_MISMATCH = 0x0000065d, "ERROR_DATATYPE_MISMATCH";
        RPC_S_UNKNOWN_IF = 0x000006b5, "RPC_S_UNKNOWN_IF";
        RPC_S_OUT_OF_RESOURCES = 0x000006b9, "RPC_S_OUT_OF_RESOURCES";
        RPC_S_SERVER_UNAVAILABLE = 0x000006ba, "RPC_S_SERVER_UNAVAILABLE";
        RPC_S_SERVER_TOO_BUSY = 0x000006bb, "RPC_S_SERVER_TOO_BUSY";
        RPC_S_CALL_FAILED = 0x000006be, "RPC_S_CALL_FAILED";
        RPC_S_CALL_FAILED_DNE = 0x000006bf, "RPC_S_CALL_FAILED_DNE";
        RPC_S_PROTOCOL_ERROR = 0x000006c0, "RPC_S_PROTOCOL_ERROR";
        RPC_S_INVALID_TAG = 0x000006c5, "RPC_S_INVALID_TAG";
        RPC_S_INVALID_BOUND = 0x000006c6, "RPC_S_INVALID_BOUND";
        RPC_S_PROCNUM_OUT_OF_RANGE = 0x000006d1, "RPC_S_PROCNUM_OUT_OF_RANGE";
        EPT_S_NOT_REGISTERED = 0x000006d9, "EPT_S_NOT_REGISTERED";
        RPC_X_SS_IN_NULL_CONTEXT = 0x000006ef, "RPC_X_SS_IN_NULL_CONTEXT";
        RPC_X_NULL_REF_POINTER = 0x000006f4, "RPC_X_NULL_REF_POINTER";
        RPC_X_BAD_STUB_DATA = 0x000006f7, "RPC_X_BAD_STUB_DATA";
        PRINTER_DRIVER_ALREADY_INSTALLED = 0x00000703, "ERROR_PRINTER_DRIVER_ALREADY_INSTALLED";
        UNKNOWN_PORT = 0x00000704, "ERROR_UNKNOWN_PORT";
        UNKNOWN_PRINTER_DRIVER = 0x00000705, "ERROR_UNKNOWN_PRINTER_DRIVER";
        UNKNOWN_PRINTPROCESSOR = 0x00000706, "ERROR_UNKNOWN_PRINTPROCESSOR";
        INVALID_SEPARATOR_FILE = 0x00000707, "ERROR_INVALID_SEPARATOR_FILE";
        INVALID_PRIORITY = 0x00000708, "ERROR_INVALID_PRIORITY";
        INVALID_PRINTER_NAME = 0x00000709, "ERROR_INVALID_PRINTER_NAME";
        PRINTER_ALREADY_EXISTS = 0x0000070a, "ERROR_PRINTER_ALREADY_EXISTS";
        INVALID_PRINTER_COMMAND = 0x0000070b, "ERROR_INVALID_PRINTER_COMMAND";
        INVALID_DATATYPE = 0x0000070c, "ERROR_INVALID_DATATYPE";
        INVALID_ENVIRONMENT = 0x0000070d, "ERROR_INVALID_ENVIRONMENT";
        NOT_ENOUGH_QUOTA = 0x00000718, "ERROR_NOT_ENOUGH_QUOTA";
        RPC_S_CALL_CANCELLED = 0x0000071a, "RPC_S_CALL_CANCELLED";
        INVALID_FORM_NAME = 0x0000076e, "ERROR_INVALID_FORM_NAME";
        INVALID_FORM_SIZE = 0x0000076f, "ERROR_INVALID_FORM_SIZE";
        PRINTER_DELETED = 0x00000771, "ERROR_PRINTER_DELETED";
        INVALID_PRINTER_STATE = 0x00000772, "ERROR_INVALID_PRINTER_STATE";
        KM_DRIVER_BLOCKED = 0x0000078a, "ERROR_KM_DRIVER_BLOCKED";
        REMOTE_PRINT_CONNECTIONS_BLOCKED = 0x00000790, "ERROR_REMOTE_PRINT_CONNECTIONS_BLOCKED";
        NERR_NETNOTSTARTED = 0x00000836, "NERR_NetNotStarted";
        NERR_UNKNOWNSERVER = 0x00000837, "NERR_UnknownServer";
        NERR_SERVERNOTSTARTED = 0x00000842, "NERR_ServerNotStarted";
        NERR_DUPLICATESHARE = 0x00000846, "NERR_DuplicateShare";
        NERR_BUFTOOSMALL = 0x0000084b, "NERR_BufTooSmall";
        NERR_REMOTEERR = 0x0000084f, "NERR_RemoteErr";
        NERR_INVALIDAPI = 0x0000085e, "NERR_InvalidAPI";
        NERR_QNOTFOUND = 0x00000866, "NERR_QNotFound";
        NERR_JOBNOTFOUND = 0x00000867, "NERR_JobNotFound";
        NERR_DESTNOTFOUND = 0x00000868, "NERR_DestNotFound";
        NERR_QNOROOM = 0x0000086b, "NERR_QNoRoom";
        NERR_JOBNOROOM = 0x0000086c, "NERR_JobNoRoom";
        NERR_SPOOLERNOTLOADED = 0x00000871, "NERR_SpoolerNotLoaded";
        NERR_SPOOLNOMEMORY = 0x00000875, "NERR_SpoolNoMemory";
        NERR_DRIVERNOTFOUND = 0x00000876, "NERR_DriverNotFound";
        NERR_DATATYPEINVALID = 0x00000877, "NERR_DataTypeInvalid";
        NERR_PROCNOTFOUND = 0x00000878, "NERR_ProcNotFound";
        NERR_USERNOTFOUND = 0x000008ad, "NERR_UserNotFound";
        NERR_NETNAMENOTFOUND = 0x00000906, "NERR_NetNameNotFound";
        NERR_CLIENTNAMENOTFOUND = 0x00000908, "NERR_ClientNameNotFound";
        NERR_FILEIDNOTFOUND = 0x0000090a, "NERR_FileIdNotFound";
        NERR_INVALIDCOMPUTER = 0x0000092f, "NERR_InvalidComputer";
        UNKNOWN_PRINT_MONITOR = 0x00000bb8, "ERROR_UNKNOWN_PRINT_MONITOR";
        PRINTER_DRIVER_IN_USE = 0x00000bb9, "ERROR_PRINTER_DRIVER_IN_USE";
        SPOOL_FILE_NOT_FOUND = 0x00000bba, "ERROR_SPOOL_FILE_NOT_FOUND";
        SPL_NO_STARTDOC = 0x00000bbb, "ERROR_SPL_NO_STARTDOC";
        SPL_NO_ADDJOB = 0x00000bbc, "ERROR_SPL_NO_ADDJOB";
        PRINT_PROCESSOR_ALREADY_INSTALLED = 0x00000bbd, "ERROR_PRINT_PROCESSOR_ALREADY_INSTALLED";
        PRINT_MONITOR_ALREADY_INSTALLED = 0x00000bbe, "ERROR_PRINT_MONITOR_ALREADY_INSTALLED";
        INVALID_PRINT_MONITOR = 0x00000bbf, "ERROR_INVALID_PRINT_MONITOR";
        PRINT_MONITOR_IN_USE = 0x00000bc0, "ERROR_PRINT_MONITOR_IN_USE";
        PRINTER_HAS_JOBS_QUEUED = 0x00000bc1, "ERROR_PRINTER_HAS_JOBS_QUEUED";
        SUCCESS_REBOOT_REQUIRED = 0x00000bc2, "ERROR_SUCCESS_REBOOT_REQUIRED";
        PRINTER_NOT_FOUND = 0x00000bc4, "ERROR_PRINTER_NOT_FOUND";
        PRINTER_DRIVER_WARNED = 0x00000bc5, "ERROR_PRINTER_DRIVER_WARNED";
        PRINTER_DRIVER_BLOCKED = 0x00000bc6, "ERROR_PRINTER_DRIVER_BLOCKED";
        PRINTER_DRIVER_PACKAGE_IN_USE = 0x00000bc7, "ERROR_PRINTER_DRIVER_PACKAGE_IN_USE";
        CORE_DRIVER_PACKAGE_NOT_FOUND = 0x00000bc8, "ERROR_CORE_DRIVER_PACKAGE_NOT_FOUND";
        FAIL_REBOOT_REQUIRED = 0x00000bc9, "ERROR_FAIL_REBOOT_REQUIRED";
        FAIL_REBOOT_INITIATED = 0x00000bca, "ERROR_FAIL_REBOOT_INITIATED";
        PRINTER_DRIVER_DOWNLOAD_NEEDED = 0x00000bcb, "ERROR_PRINTER_DRIVER_DOWNLOAD_NEEDED";
        PRINT_JOB_RESTART_REQUIRED = 0x00000bcc, "ERROR_PRINT_JOB_RESTART_REQUIRED";
        INVALID_PRINTER_DRIVER_MANIFEST = 0x00000bcd, "ERROR_INVALID_PRINTER_DRIVER_MANIFEST";
        PRINTER_NOT_SHAREABLE = 0x00000bce, "ERROR_PRINTER_NOT_SHAREABLE";
    }
}

/// An SMB1 error in its DOS form (\[MS-CIFS\] 2.2.2.4): a class and a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DosError {
    /// 0x01 ERRDOS, 0x02 ERRSRV, 0x03 ERRHRD, 0xFF ERRCMD; 0 is success.
    pub class: u8,
    /// The code within its class.
    pub code: u16,
}

impl DosError {
    /// ERRDOS, `ERRmoredata`: a pipe has more to read (`STATUS_BUFFER_OVERFLOW`).
    pub const MORE_DATA: Self = Self { class: 0x01, code: 234 };
    /// ERRDOS, `ERRnoaccess`.
    pub const NO_ACCESS: Self = Self { class: 0x01, code: 5 };
    /// ERRDOS, `ERRbadfid`.
    pub const BAD_FID: Self = Self { class: 0x01, code: 6 };
    /// ERRSRV, `ERRaccess`.
    pub const SRV_ACCESS: Self = Self { class: 0x02, code: 4 };
    /// ERRSRV, `ERRbaduid`.
    pub const BAD_UID: Self = Self { class: 0x02, code: 0x5b };
}

impl fmt::Display for DosError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class {
            0x00 => write!(f, "SUCCESS"),
            0x01 => write!(f, "ERRDOS/{:#04x}", self.code),
            0x02 => write!(f, "ERRSRV/{:#04x}", self.code),
            0x03 => write!(f, "ERRHRD/{:#04x}", self.code),
            0xff => write!(f, "ERRCMD/{:#04x}", self.code),
            class => write!(f, "class {class:#04x}/{:#04x}", self.code),
        }
    }
}

/// The status of an SMB answer, in whichever form it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// An NTSTATUS.
    Nt(NtStatus),
    /// A DOS class and code (SMB1 without `FLAGS2_NT_STATUS`).
    Dos(DosError),
}

impl Status {
    /// Plain success.
    pub const SUCCESS: Self = Self::Nt(NtStatus::SUCCESS);

    /// True if the request was carried out, `STATUS_PENDING` and the like included.
    #[must_use]
    pub const fn is_success(self) -> bool {
        match self {
            Self::Nt(status) => status.is_success(),
            Self::Dos(error) => error.class == 0,
        }
    }

    /// True if a pipe answered with a part of what it has, and the rest can be read (`STATUS_BUFFER_OVERFLOW`).
    #[must_use]
    pub fn is_more_data(self) -> bool {
        self == Self::Nt(NtStatus::BUFFER_OVERFLOW) || self == Self::Dos(DosError::MORE_DATA)
    }

    /// True if the server turned the client away because a limit is reached: error 71 and its kin (KB 328459,
    /// 258837).
    #[must_use]
    pub fn is_refusal(self) -> bool {
        match self {
            Self::Nt(status) => matches!(
                status,
                NtStatus::REQUEST_NOT_ACCEPTED
                    | NtStatus::TOO_MANY_SESSIONS
                    | NtStatus::LICENSE_QUOTA_EXCEEDED
            ),
            Self::Dos(DosError { class: 0x02, code }) => matches!(code, 0x59 | 0x5a),
            Self::Dos(DosError { class: 0x01, code }) => code == 71,
            Self::Dos(_) => false,
        }
    }

    /// True if the server answered "access denied".
    #[must_use]
    pub fn is_access_denied(self) -> bool {
        matches!(
            self,
            Self::Nt(NtStatus::ACCESS_DENIED | NtStatus::NETWORK_ACCESS_DENIED)
                | Self::Dos(DosError::NO_ACCESS | DosError::SRV_ACCESS)
        )
    }

    /// True if a pipe could not be opened for want of instances or of resources, whoever asked for it. Such an answer
    /// is no sign that the server's connection slots are taken.
    #[must_use]
    pub fn is_out_of_resources(self) -> bool {
        matches!(
            self,
            Self::Nt(
                NtStatus::INSUFFICIENT_RESOURCES
                    | NtStatus::INSTANCE_NOT_AVAILABLE
                    | NtStatus::PIPE_NOT_AVAILABLE
                    | NtStatus::PIPE_BUSY
                    | NtStatus::INSUFF_SERVER_RESOURCES
            ) | Self::Dos(DosError { class: 0x01, code: 231 })
        )
    }

    /// True if the server says that it does not know the session any more. One that has expired is set up anew under the
    /// same id; it has not ended for its holder.
    #[must_use]
    pub fn is_session_gone(self) -> bool {
        matches!(self, Self::Nt(NtStatus::USER_SESSION_DELETED) | Self::Dos(DosError::BAD_UID))
    }

    /// True if the server says that it does not know the tree any more.
    #[must_use]
    pub fn is_tree_gone(self) -> bool {
        self == Self::Nt(NtStatus::NETWORK_NAME_DELETED)
    }

    /// The Win32 error that a program on the client meets, where this library knows the mapping.
    #[must_use]
    pub fn win32(self) -> Option<u32> {
        match self {
            Self::Nt(NtStatus::SUCCESS) => Some(0),
            Self::Nt(NtStatus::REQUEST_NOT_ACCEPTED) => Some(71),
            Self::Nt(NtStatus::TOO_MANY_SESSIONS) => Some(69),
            Self::Nt(NtStatus::LICENSE_QUOTA_EXCEEDED) => Some(1395),
            Self::Nt(NtStatus::ACCESS_DENIED) => Some(5),
            Self::Nt(NtStatus::NETWORK_ACCESS_DENIED) => Some(65),
            Self::Nt(NtStatus::BAD_NETWORK_NAME) => Some(67),
            Self::Nt(NtStatus::LOGON_FAILURE) => Some(1326),
            Self::Nt(_) => None,
            Self::Dos(DosError { class: 0x02, code: 0x59 }) => Some(71),
            Self::Dos(DosError { class: 0x02, code: 0x5a }) => Some(69),
            Self::Dos(DosError { class: 0x01, code }) => Some(u32::from(code)),
            Self::Dos(_) => None,
        }
    }

    /// The 32 bits as they stand in the header.
    #[must_use]
    pub fn as_raw(self) -> u32 {
        match self {
            Self::Nt(status) => status.0,
            Self::Dos(DosError { class, code }) => {
                let [low, high] = code.to_le_bytes();
                u32::from_le_bytes([class, 0, low, high])
            }
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nt(status) => fmt::Display::fmt(status, f),
            Self::Dos(error) => fmt::Display::fmt(error, f),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Status {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_has_two_forms_and_both_are_error_71() {
        let nt = Status::Nt(NtStatus(0xc000_00d0));
        let dos = Status::Dos(DosError { class: 0x02, code: 0x59 });
        for status in [nt, dos] {
            assert!(status.is_refusal() && !status.is_success());
            assert_eq!(status.win32(), Some(71));
        }
        assert_eq!(nt.to_string(), "STATUS_REQUEST_NOT_ACCEPTED");
        assert_eq!(dos.to_string(), "ERRSRV/0x59");
        assert_eq!(dos.as_raw(), 0x0059_0002);
    }

    #[test]
    fn unknown_values_survive() {
        assert_eq!(NtStatus(0xc123_4567).to_string(), "0xc1234567");
        assert_eq!(Win32Error(71).to_string(), "ERROR_REQ_NOT_ACCEP");
    }
}
