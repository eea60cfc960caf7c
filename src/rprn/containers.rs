//! The containers that calls with handles carry (\[MS-RPRN\] 2.2.1.2). Each reader reads a structure and then the
//! pointees of its pointers, which NDR defers behind it.

use crate::dcerpc::ndr::{Ndr, NdrString};
use crate::error::{ParseError, Reason};
use crate::wire::wire_enum;

wire_enum! {
    /// The processor of a client (\[MS-RPRN\] 2.2.1.3.7, `wProcessorArchitecture`).
    pub struct ProcessorArchitecture(u16) {
        INTEL = 0, "x86";
        ARM = 5, "ARM";
        IA64 = 6, "IA64";
        AMD64 = 9, "x64";
        ARM64 = 12, "ARM64";
    }
}

/// Who the client says it is (\[MS-RPRN\] 2.2.1.11.1, `SPLCLIENT_INFO_1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientInfo<'a> {
    /// `pMachineName`.
    pub machine: Option<NdrString<'a>>,
    /// `pUserName`.
    pub user: Option<NdrString<'a>>,
    /// `dwBuildNum`, the build of the client's operating system.
    pub build: u32,
    /// `dwMajorVersion`.
    pub major: u32,
    /// `dwMinorVersion`.
    pub minor: u32,
    /// `wProcessorArchitecture`.
    pub architecture: ProcessorArchitecture,
}

/// `SPLCLIENT_CONTAINER` (\[MS-RPRN\] 2.2.1.2.14): its level, and the client if that is 1. The other levels are for
/// local calls; their bytes are left unread.
pub(super) fn client_container<'a>(ndr: &mut Ndr<'a>) -> Result<(u32, Option<ClientInfo<'a>>), ParseError> {
    let (level, present) = container(ndr, "pClientInfo")?;
    if level != 1 || !present {
        return Ok((level, None));
    }
    ndr.align_to_pointer();
    let _size = ndr.u32("dwSize")?;
    let machine = ndr.pointer("pMachineName")?;
    let user = ndr.pointer("pUserName")?;
    let build = ndr.u32("dwBuildNum")?;
    let major = ndr.u32("dwMajorVersion")?;
    let minor = ndr.u32("dwMinorVersion")?;
    let architecture = ProcessorArchitecture(ndr.u16("wProcessorArchitecture")?);
    ndr.align_to_pointer();
    let machine = ndr.deferred_string("pMachineName", machine)?;
    let user = ndr.deferred_string("pUserName", user)?;
    Ok((level, Some(ClientInfo { machine, user, build, major, minor, architecture })))
}

/// What a printer to be added is like (\[MS-RPRN\] 2.2.1.2.9, `PRINTER_CONTAINER`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "it lives on the stack for one call; a box would allocate")]
pub enum PrinterInfo<'a> {
    /// `PRINTER_INFO_1`.
    Level1(PrinterInfo1<'a>),
    /// `PRINTER_INFO_2`.
    Level2(PrinterInfo2<'a>),
    /// The container of that level is empty.
    Null(u32),
    /// A level that is not decoded; what follows the container cannot be found then.
    Other(u32),
}

impl<'a> PrinterInfo<'a> {
    /// The name of the printer, if the structure has one.
    #[must_use]
    pub const fn printer_name(&self) -> Option<NdrString<'a>> {
        match self {
            Self::Level1(info) => info.name,
            Self::Level2(info) => info.printer_name,
            Self::Null(_) | Self::Other(_) => None,
        }
    }
}

/// \[MS-RPRN\] 2.2.1.10.2, `PRINTER_INFO_1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrinterInfo1<'a> {
    /// `Flags`.
    pub flags: u32,
    /// `pDescription`.
    pub description: Option<NdrString<'a>>,
    /// `pName`.
    pub name: Option<NdrString<'a>>,
    /// `pComment`.
    pub comment: Option<NdrString<'a>>,
}

/// \[MS-RPRN\] 2.2.1.10.3, `PRINTER_INFO_2`. Its device mode and security descriptor stand in containers of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrinterInfo2<'a> {
    /// `pServerName`.
    pub server_name: Option<NdrString<'a>>,
    /// `pPrinterName`.
    pub printer_name: Option<NdrString<'a>>,
    /// `pShareName`.
    pub share_name: Option<NdrString<'a>>,
    /// `pPortName`.
    pub port_name: Option<NdrString<'a>>,
    /// `pDriverName`.
    pub driver_name: Option<NdrString<'a>>,
    /// `pComment`.
    pub comment: Option<NdrString<'a>>,
    /// `pLocation`.
    pub location: Option<NdrString<'a>>,
    /// `pSepFile`.
    pub sep_file: Option<NdrString<'a>>,
    /// `pPrintProcessor`.
    pub print_processor: Option<NdrString<'a>>,
    /// `pDatatype`.
    pub datatype: Option<NdrString<'a>>,
    /// `pParameters`.
    pub parameters: Option<NdrString<'a>>,
    /// `Attributes`.
    pub attributes: u32,
    /// `Priority`.
    pub priority: u32,
    /// `DefaultPriority`.
    pub default_priority: u32,
    /// `StartTime`, minutes after 00:00 UTC.
    pub start_time: u32,
    /// `UntilTime`, minutes after 00:00 UTC.
    pub until_time: u32,
    /// `Status`.
    pub status: u32,
    /// `cJobs`.
    pub jobs: u32,
    /// `AveragePPM`, pages a minute.
    pub average_ppm: u32,
}

/// `PRINTER_CONTAINER`.
pub(super) fn printer_container<'a>(ndr: &mut Ndr<'a>) -> Result<PrinterInfo<'a>, ParseError> {
    match container(ndr, "pPrinterContainer")? {
        (1, true) => printer_info_1(ndr).map(PrinterInfo::Level1),
        (2, true) => printer_info_2(ndr).map(PrinterInfo::Level2),
        (level, false) => Ok(PrinterInfo::Null(level)),
        (level, true) => Ok(PrinterInfo::Other(level)),
    }
}

fn printer_info_1<'a>(ndr: &mut Ndr<'a>) -> Result<PrinterInfo1<'a>, ParseError> {
    ndr.align_to_pointer();
    let flags = ndr.u32("Flags")?;
    let description = ndr.pointer("pDescription")?;
    let name = ndr.pointer("pName")?;
    let comment = ndr.pointer("pComment")?;
    Ok(PrinterInfo1 {
        flags,
        description: ndr.deferred_string("pDescription", description)?,
        name: ndr.deferred_string("pName", name)?,
        comment: ndr.deferred_string("pComment", comment)?,
    })
}

fn printer_info_2<'a>(ndr: &mut Ndr<'a>) -> Result<PrinterInfo2<'a>, ParseError> {
    ndr.align_to_pointer();
    let server_name = ndr.pointer("pServerName")?;
    let printer_name = ndr.pointer("pPrinterName")?;
    let share_name = ndr.pointer("pShareName")?;
    let port_name = ndr.pointer("pPortName")?;
    let driver_name = ndr.pointer("pDriverName")?;
    let comment = ndr.pointer("pComment")?;
    let location = ndr.pointer("pLocation")?;
    let _ignored = ndr.uptr("pDevMode")?;
    let sep_file = ndr.pointer("pSepFile")?;
    let print_processor = ndr.pointer("pPrintProcessor")?;
    let datatype = ndr.pointer("pDatatype")?;
    let parameters = ndr.pointer("pParameters")?;
    let _ignored = ndr.uptr("pSecurityDescriptor")?;
    let attributes = ndr.u32("Attributes")?;
    let priority = ndr.u32("Priority")?;
    let default_priority = ndr.u32("DefaultPriority")?;
    let start_time = ndr.u32("StartTime")?;
    let until_time = ndr.u32("UntilTime")?;
    let status = ndr.u32("Status")?;
    let jobs = ndr.u32("cJobs")?;
    let average_ppm = ndr.u32("AveragePPM")?;
    Ok(PrinterInfo2 {
        server_name: ndr.deferred_string("pServerName", server_name)?,
        printer_name: ndr.deferred_string("pPrinterName", printer_name)?,
        share_name: ndr.deferred_string("pShareName", share_name)?,
        port_name: ndr.deferred_string("pPortName", port_name)?,
        driver_name: ndr.deferred_string("pDriverName", driver_name)?,
        comment: ndr.deferred_string("pComment", comment)?,
        location: ndr.deferred_string("pLocation", location)?,
        sep_file: ndr.deferred_string("pSepFile", sep_file)?,
        print_processor: ndr.deferred_string("pPrintProcessor", print_processor)?,
        datatype: ndr.deferred_string("pDatatype", datatype)?,
        parameters: ndr.deferred_string("pParameters", parameters)?,
        attributes,
        priority,
        default_priority,
        start_time,
        until_time,
        status,
        jobs,
        average_ppm,
    })
}

/// `DEVMODE_CONTAINER` and `SECURITY_CONTAINER` (\[MS-RPRN\] 2.2.1.2.1 and 2.2.1.2.13): a size and that many opaque
/// bytes.
pub(super) fn bytes_container<'a>(ndr: &mut Ndr<'a>, field: &'static str) -> Result<&'a [u8], ParseError> {
    ndr.align_to_pointer();
    let size = ndr.u32("cbBuf")?;
    ndr.unique_byte_array(field, size)
}

/// What every container with levels begins with: the level, the tag of its union, which repeats the level, and a
/// pointer to the structure. Gives the level, and whether the pointer is not null.
fn container(ndr: &mut Ndr<'_>, field: &'static str) -> Result<(u32, bool), ParseError> {
    ndr.align_to_pointer();
    let level = ndr.u32("Level")?;
    ndr.align_to_pointer();
    let tag = ndr.u32("Level")?;
    if tag != level {
        return Err(ndr.error(Reason::BadValue { field: "Level", value: tag.into() }));
    }
    Ok((level, ndr.pointer(field)?))
}
