//! Create contexts: what a CREATE says and answers besides (\[MS-SMB2\] 2.2.13.2, 2.2.14.2).

use uuid::Uuid;

use super::FileId;
use crate::error::{Anomalies, Examine, Layer, ParseError, Parsed, Reason, parse};
use crate::fscc::{AccessMask, ExtendedAttributes};
use crate::wire::security::Security;
use crate::wire::{
    FileTime, NtStatus, Raw, Utf16, array, guid, le_u16, le_u32, le_u64, take, widen, wire_list,
};

/// The create contexts of a request or a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateContexts<'a> {
    /// Their length in bytes, as the message says.
    pub length: u32,
    /// Where they begin, in bytes from the SMB2 header.
    pub offset: u32,
    bytes: &'a [u8],
}

impl<'a> CreateContexts<'a> {
    pub(super) fn new(message: &'a [u8], offset: u32, length: u32) -> Self {
        Self { length, offset, bytes: super::body::buffer(message, widen(offset), widen(length)) }
    }

    /// Them all as they are.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The contexts, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<CreateContext<'a>, ParseError>> + use<'a> {
        let (bytes, offset) = (self.bytes, widen(self.offset));
        let mut at = (self.length > 0).then_some(0_usize);
        core::iter::from_fn(move || {
            let start = at.take()?;
            let element = bytes.get(start..).unwrap_or_default();
            match parse(Layer::Smb2, element, |input| context(input, element)) {
                Ok((_, (context, next))) => {
                    at = start.checked_add(widen(next)).filter(|_| next > 0);
                    Some(Ok(context))
                }
                Err(error) => {
                    let before = offset.saturating_add(start.min(bytes.len()));
                    Some(Err(ParseError { offset: error.offset.saturating_add(before), ..error }))
                }
            }
        })
    }
}

wire_list!(CreateContexts);

/// One create context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CreateContext<'a> {
    /// Name: four letters, or the 16 bytes of a GUID.
    #[cfg_attr(feature = "serde", serde(serialize_with = "name"))]
    pub name: &'a [u8],
    /// Data, by the name and its length; the same name stands for one thing in requests and another in responses.
    pub data: ContextData<'a>,
}

/// A lease (\[MS-SMB2\] 2.2.13.2.8, 2.2.13.2.10, 2.2.14.2.10, 2.2.14.2.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Lease {
    /// LeaseKey.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex"))]
    pub lease_key: [u8; 16],
    /// LeaseState: 1 read, 2 handle, 4 write caching.
    pub lease_state: u32,
    /// LeaseFlags.
    pub lease_flags: u32,
    /// ParentLeaseKey of version 2.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::wire::serialise::hex_option"))]
    pub parent_lease_key: Option<[u8; 16]>,
    /// Epoch of version 2.
    pub epoch: Option<u16>,
}

/// What a create context says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ContextData<'a> {
    /// `ExtA`: extended attributes of the new file.
    ExtendedAttributes(ExtendedAttributes<'a>),
    /// `SecD`: the security descriptor of the new file, self-relative.
    SecurityDescriptor(Security<'a>),
    /// `DHnQ` with 16 bytes: a durable handle is wanted. The bytes are reserved and stand where
    /// [`ContextData::DurableReconnect`] has its FileId.
    DurableRequest(FileId),
    /// `DHnQ` with 8 bytes, or none: it is granted.
    DurableResponse,
    /// `DHnC`: a durable handle is claimed again.
    DurableReconnect(FileId),
    /// `DH2Q` with 32 bytes.
    DurableRequestV2 {
        /// Timeout in milliseconds.
        timeout: u32,
        /// Flags: 2 persistent.
        flags: u32,
        /// CreateGuid.
        create_guid: Uuid,
    },
    /// `DH2Q` with 8 bytes.
    DurableResponseV2 {
        /// Timeout in milliseconds.
        timeout: u32,
        /// Flags: 2 persistent.
        flags: u32,
    },
    /// `DH2C`.
    DurableReconnectV2 {
        /// FileId.
        file_id: FileId,
        /// CreateGuid.
        create_guid: Uuid,
        /// Flags: 2 persistent.
        flags: u32,
    },
    /// `AlSi`: AllocationSize in bytes.
    AllocationSize(u64),
    /// `MxAc` with 8 bytes, or none: the maximal access is wanted, if the file changed since this time.
    MaximalAccessRequest(Option<FileTime>),
    /// `MxAc` of a response: QueryStatus and MaximalAccess.
    MaximalAccess {
        /// QueryStatus.
        query_status: NtStatus,
        /// MaximalAccess.
        maximal_access: AccessMask,
    },
    /// `TWrp`: the file as it was then.
    TimeWarp(FileTime),
    /// `QFid` without data: the file's number is wanted.
    DiskIdRequest,
    /// `QFid`: DiskFileId and VolumeId.
    DiskId {
        /// DiskFileId.
        disk_file_id: u64,
        /// VolumeId.
        volume_id: u64,
    },
    /// `RqLs`.
    Lease(Lease),
    /// SMB2_CREATE_APP_INSTANCE_ID.
    AppInstanceId(Uuid),
    /// SMB2_CREATE_APP_INSTANCE_VERSION.
    AppInstanceVersion {
        /// AppInstanceVersionHigh.
        high: u64,
        /// AppInstanceVersionLow.
        low: u64,
    },
    /// `AAPL`: what Apple's clients and servers tell each other.
    Apple {
        /// CommandCode: 1 a query of the server, 2 the resolution of an id.
        command_code: u32,
        /// What is wanted, or said: 1 the server's capabilities, 2 the volume's, 4 the model; else the id to resolve.
        bitmap: u64,
        /// Capabilities of the client or of the server: 1 READDIR with attributes, 2 copying of files, 4 UNIX modes,
        /// 8 NFS access control.
        capabilities: Option<u64>,
        /// Capabilities of the volume, in a response.
        volume_capabilities: Option<u64>,
        /// The server's model, in a response.
        model: Option<Utf16<'a>>,
    },
    /// `AAPL` in a response that resolves an id.
    AppleResolvedId {
        /// How that went.
        status: NtStatus,
        /// The path that the id stands for.
        path: Utf16<'a>,
    },
    /// Another one, and as it is.
    Other(Raw<'a>),
}

impl ContextData<'_> {
    /// The FileId in it, if it has the place of one.
    #[must_use]
    pub const fn file_id(&self) -> Option<FileId> {
        match self {
            Self::DurableRequest(id)
            | Self::DurableReconnect(id)
            | Self::DurableReconnectV2 { file_id: id, .. } => Some(*id),
            _ => None,
        }
    }
}

impl Examine for CreateContext<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match &self.data {
            ContextData::ExtendedAttributes(list) => list.examine(anomalies),
            ContextData::SecurityDescriptor(descriptor) => descriptor.examine(anomalies),
            ContextData::Other(bytes) => bytes.examine(anomalies),
            _ => {}
        }
    }
}

/// The name as letters, or as hex digits if it is a GUID.
#[cfg(feature = "serde")]
fn name<S: serde::Serializer>(name: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    if name.iter().all(u8::is_ascii_graphic) {
        serializer.serialize_str(&crate::wire::ascii(name))
    } else {
        serializer.serialize_str(&crate::wire::hex(name))
    }
}

const APP_INSTANCE_ID: [u8; 16] =
    [0x45, 0xbc, 0xa6, 0x6a, 0xef, 0xa7, 0xf7, 0x4a, 0x90, 0x08, 0xfa, 0x46, 0x2e, 0x14, 0x4d, 0x74];
const APP_INSTANCE_VERSION: [u8; 16] =
    [0xb9, 0x82, 0xd0, 0xb7, 0x3b, 0x56, 0x07, 0x4f, 0xa0, 0x7b, 0x52, 0x4a, 0x81, 0x16, 0xa0, 0x10];

/// Reads the context at the start of `element`, from which its offsets count, and Next.
fn context<'a>(input: &'a [u8], element: &'a [u8]) -> Parsed<'a, (CreateContext<'a>, u32)> {
    let (rest, next) = le_u32(input)?;
    let (rest, name_offset) = le_u16(rest)?;
    let (rest, name_length) = le_u16(rest)?;
    let (rest, _reserved) = le_u16(rest)?;
    let (at_length, data_offset) = le_u16(rest)?;
    let (rest, data_length) = le_u32(at_length)?;
    let part = |field, offset: u16, length: usize| {
        let from = element.get(usize::from(offset)..).unwrap_or_default();
        from.get(..length).ok_or_else(|| {
            let reason = Reason::Truncated { field };
            crate::error::Unread::error(&[], reason)
        })
    };
    let name = part("create context Name", name_offset, name_length.into())?;
    let data = part("create context Data", data_offset, widen(data_length))?;
    let data = parse(Layer::Smb2, data, |data| known(name, data))
        .map_or_else(|why| ContextData::Other(Raw::unreadable(data, why)), |(_, data)| data);
    Ok((rest, (CreateContext { name, data }, next)))
}

fn known<'a>(name: &[u8], data: &'a [u8]) -> Parsed<'a, ContextData<'a>> {
    use ContextData as Data;
    Ok(match (name, data.len()) {
        (b"ExtA", _) => (&[], Data::ExtendedAttributes(ExtendedAttributes(data))),
        (b"SecD", _) => (&[], Data::SecurityDescriptor(Security::read(data))),
        (b"DHnQ", 0..16) => (data, Data::DurableResponse),
        (b"DHnQ", _) => {
            let (rest, id) = FileId::read(data)?;
            (rest, Data::DurableRequest(id))
        }
        (b"DHnC", _) => {
            let (rest, id) = FileId::read(data)?;
            (rest, Data::DurableReconnect(id))
        }
        (b"DH2Q", length) => {
            let (rest, timeout) = le_u32(data)?;
            let (rest, flags) = le_u32(rest)?;
            if length < 32 {
                return Ok((rest, Data::DurableResponseV2 { timeout, flags }));
            }
            let (rest, _reserved) = array::<8>(rest)?;
            let (rest, create_guid) = guid(rest)?;
            (rest, Data::DurableRequestV2 { timeout, flags, create_guid })
        }
        (b"DH2C", _) => {
            let (rest, file_id) = FileId::read(data)?;
            let (rest, create_guid) = guid(rest)?;
            let (rest, flags) = le_u32(rest)?;
            (rest, Data::DurableReconnectV2 { file_id, create_guid, flags })
        }
        (b"AlSi", _) => {
            let (rest, size) = le_u64(data)?;
            (rest, Data::AllocationSize(size))
        }
        (b"MxAc", 0) => (data, Data::MaximalAccessRequest(None)),
        (b"MxAc", _) => {
            // A request's time and a response's status and mask have the same length; statuses are told by their form.
            let (rest, low) = le_u32(data)?;
            let (rest, high) = le_u32(rest)?;
            if low == 0 || low >> 30 == 3 {
                let query_status = NtStatus(low);
                let maximal_access = AccessMask::from_bits_retain(high);
                return Ok((rest, Data::MaximalAccess { query_status, maximal_access }));
            }
            (rest, Data::MaximalAccessRequest(Some(FileTime(u64::from(high) << 32 | u64::from(low)))))
        }
        (b"TWrp", _) => {
            let (rest, time) = FileTime::read(data)?;
            (rest, Data::TimeWarp(time))
        }
        (b"QFid", 0) => (data, Data::DiskIdRequest),
        (b"QFid", _) => {
            let (rest, disk_file_id) = le_u64(data)?;
            let (rest, volume_id) = le_u64(rest)?;
            (rest, Data::DiskId { disk_file_id, volume_id })
        }
        (b"RqLs", length) => {
            let (rest, lease_key) = array::<16>(data)?;
            let (rest, lease_state) = le_u32(rest)?;
            let (rest, lease_flags) = le_u32(rest)?;
            let (rest, _duration) = le_u64(rest)?;
            let mut lease =
                Lease { lease_key, lease_state, lease_flags, parent_lease_key: None, epoch: None };
            if length >= 50 {
                let (rest, parent) = array::<16>(rest)?;
                let (rest, epoch) = le_u16(rest)?;
                (lease.parent_lease_key, lease.epoch) = (Some(parent), Some(epoch));
                return Ok((rest, Data::Lease(lease)));
            }
            (rest, Data::Lease(lease))
        }
        (name, _) if name == APP_INSTANCE_ID => {
            let (rest, _size_reserved) = array::<4>(data)?;
            let (rest, id) = guid(rest)?;
            (rest, Data::AppInstanceId(id))
        }
        (name, _) if name == APP_INSTANCE_VERSION => {
            let (rest, _size_reserved_padding) = array::<8>(data)?;
            let (rest, high) = le_u64(rest)?;
            let (rest, low) = le_u64(rest)?;
            (rest, Data::AppInstanceVersion { high, low })
        }
        (b"AAPL", length) => {
            let (rest, command_code) = le_u32(data)?;
            let (rest, _reserved) = le_u32(rest)?;
            if command_code == 2 && length > 16 {
                let (rest, status) = le_u32(rest)?;
                let (rest, length) = le_u32(rest)?;
                let (rest, path) = take("NameLength", widen(length))(rest)?;
                return Ok((
                    rest,
                    Data::AppleResolvedId { status: NtStatus(status), path: Utf16::new(path) },
                ));
            }
            let (rest, bitmap) = le_u64(rest)?;
            let (rest, capabilities) = if length < 24 {
                (rest, None)
            } else {
                le_u64(rest).map(|(rest, capabilities)| (rest, Some(capabilities)))?
            };
            let (mut volume_capabilities, mut model) = (None, None);
            if length > 24 {
                let (rest, volume) = le_u64(rest)?;
                let (rest, _padding) = le_u32(rest)?;
                let (rest, length) = le_u32(rest)?;
                let text = rest.get(..widen(length)).unwrap_or(rest);
                (volume_capabilities, model) = (Some(volume), Some(Utf16::new(text)));
            }
            (&[], Data::Apple { command_code, bitmap, capabilities, volume_capabilities, model })
        }
        (name, _) => {
            let value = name.first_chunk().map_or(0, |name| u32::from_be_bytes(*name));
            (&[], Data::Other(Raw::unknown(Layer::Smb2, "create context Name", value, data)))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A context of a four-letter name, and how far the next one is.
    fn element(name: &[u8; 4], data: &[u8], last: bool) -> Vec<u8> {
        let padded = data.len().next_multiple_of(8);
        let next = if last { 0 } else { 24 + padded as u32 };
        let mut bytes = [
            &next.to_le_bytes()[..],            // Next
            &[16, 0],                           // NameOffset
            &[4, 0],                            // NameLength
            &[0, 0],                            // Reserved
            &[24, 0],                           // DataOffset
            &(data.len() as u32).to_le_bytes(), // DataLength
            name,                               // Buffer: name
            &[0; 4],
            data, // data
        ]
        .concat();
        bytes.resize(24 + padded, 0);
        bytes
    }

    fn read(bytes: &[u8]) -> Vec<CreateContext<'_>> {
        let length = bytes.len() as u32;
        CreateContexts { length, offset: 0, bytes }.iter().map(Result::unwrap).collect()
    }

    #[test]
    fn the_contexts_of_a_request() {
        let lease = [&[7; 16][..], &[5, 0, 0, 0], &[0; 4], &[0; 8], &[8; 16], &[2, 0, 0, 0]].concat();
        let durable = [&[0x10, 0x27, 0, 0][..], &[2, 0, 0, 0], &[0; 8], &[9; 16]].concat();
        let bytes = [
            element(b"DHnQ", &[0; 16], false),
            element(b"DH2Q", &durable, false),
            element(b"MxAc", &[], false),
            element(b"QFid", &[], false),
            element(b"RqLs", &lease, false),
            element(b"ABCD", &[1, 2, 3], true),
        ]
        .concat();
        let contexts = read(&bytes);
        let data: Vec<_> = contexts.iter().map(|context| context.data).collect();
        assert_eq!(data[0].file_id(), Some(FileId { persistent: 0, volatile: 0 }));
        assert!(matches!(data[1], ContextData::DurableRequestV2 { timeout: 10_000, flags: 2, .. }));
        assert_eq!((data[2], data[3]), (ContextData::MaximalAccessRequest(None), ContextData::DiskIdRequest));
        let ContextData::Lease(lease) = data[4] else { panic!() };
        assert_eq!((lease.lease_key, lease.lease_state, lease.epoch), ([7; 16], 5, Some(2)));
        assert!(matches!(data[5], ContextData::Other(Raw { bytes: [1, 2, 3], .. })));
    }

    #[test]
    fn the_contexts_of_a_response() {
        let access = [&[0; 4][..], &[0xff, 0x01, 0x1f, 0x00]].concat();
        let bytes = [
            element(b"MxAc", &access, false),
            element(b"QFid", &[3; 32], false),
            element(b"DHnQ", &[0; 8], true),
        ]
        .concat();
        let data: Vec<_> = read(&bytes).iter().map(|context| context.data).collect();
        let ContextData::MaximalAccess { maximal_access, .. } = data[0] else { panic!() };
        assert_eq!(maximal_access.bits(), 0x001f_01ff);
        assert!(matches!(data[1], ContextData::DiskId { .. }));
        assert_eq!(data[2], ContextData::DurableResponse);
    }

    #[test]
    fn a_name_that_apple_resolved() {
        let reply = [
            &[2, 0, 0, 0][..], // CommandCode: resolve an id
            &[0; 4],           // Reserved
            &[0; 4],           // status
            &[4, 0, 0, 0],     // length of the path
            b"t\0o\0",
        ]
        .concat();
        let bytes = element(b"AAPL", &reply, true);
        let ContextData::AppleResolvedId { status, path } = read(&bytes)[0].data else { panic!() };
        assert_eq!((status.0, path.to_string().as_str()), (0, "to"));
    }

    #[test]
    fn what_is_cut_is_one_error() {
        let bytes = [element(b"AlSi", &[1; 8], false), element(b"TWrp", &[2; 8], true)].concat();
        for length in 0..bytes.len() {
            let cut = CreateContexts { length: bytes.len() as u32, offset: 0, bytes: &bytes[..length] };
            let mut anomalies = Anomalies::default();
            cut.examine(&mut anomalies);
            assert_eq!(anomalies.iter().count(), 1, "at {length}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end(bytes: Vec<u8>) {
            let contexts = CreateContexts { length: bytes.len() as u32, offset: 0, bytes: &bytes };
            proptest::prop_assert!(contexts.iter().count() <= bytes.len());
        }
    }
}
