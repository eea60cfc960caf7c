//! Create contexts: what a CREATE says and answers besides (\[MS-SMB2\] 2.2.13.2, 2.2.14.2).
//!
//! The same name stands for one thing in requests and another in responses. [`ROWS`] says for each name what it is in
//! either, and where it may not stand at all; what the contexts hold has a file for each subject.

mod app_instance;
mod apple;
mod disk_id;
mod durable;
mod lease;
mod maximal_access;

use core::marker::PhantomData;

use uuid::Uuid;

use super::{FileId, Message};
use crate::error::{Anomalies, Examine, Layer, ParseError, Read, Reason, Unread, named, parse};
use crate::fscc::ExtendedAttributes;
use crate::wire::security::Security;
use crate::wire::{FileTime, Raw, fields, le_u16, le_u32, le_u64, widen};

pub use app_instance::AppInstanceVersion;
pub use apple::{AppleRequest, AppleResolvedId, AppleServer};
pub use disk_id::DiskId;
pub use durable::{DurableReconnectV2, DurableRequestV2, DurableResponseV2};
pub use lease::Lease;
pub use maximal_access::MaximalAccess;

/// The create contexts of a request.
pub type RequestContexts<'a> = CreateContexts<'a, RequestData<'a>>;

/// The create contexts of a response.
pub type ResponseContexts<'a> = CreateContexts<'a, ResponseData<'a>>;

/// The create contexts of a message: [`RequestContexts`] or [`ResponseContexts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateContexts<'a, D> {
    /// Their length in bytes, as the message says.
    pub length: u32,
    /// Where they begin, in bytes from the SMB2 header.
    pub offset: u32,
    bytes: &'a [u8],
    data: PhantomData<D>,
}

impl<'a, D> CreateContexts<'a, D> {
    pub(super) fn new(message: &Message<'a>, offset: u32, length: u32) -> Self {
        let bytes = super::body::buffer(message, widen(offset), widen(length));
        Self { length, offset, bytes, data: PhantomData }
    }

    /// Them all as they are.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }
}

impl<'a, D: ContextData<'a>> CreateContexts<'a, D> {
    /// The contexts, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<CreateContext<'a, D>, ParseError>> + use<'a, D> {
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
                    Some(Err(error.behind(before)))
                }
            }
        })
    }
}

impl<'a, D: ContextData<'a>> Examine for CreateContexts<'a, D> {
    fn examine(&self, anomalies: &mut Anomalies) {
        for context in self.iter() {
            if let Some(context) = anomalies.ok(context) {
                context.data.examine(anomalies);
            }
        }
    }
}

#[cfg(feature = "serde")]
impl<'a, D: ContextData<'a> + serde::Serialize> serde::Serialize for CreateContexts<'a, D> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::wire::serialise::list(self.iter().flatten(), serializer)
    }
}

/// One create context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CreateContext<'a, D> {
    /// Name: four letters, or the 16 bytes of a GUID.
    #[cfg_attr(feature = "serde", serde(serialize_with = "name"))]
    pub name: &'a [u8],
    /// Data: [`RequestData`] or [`ResponseData`].
    pub data: D,
}

/// What a create context of a request says (\[MS-SMB2\] 2.2.13.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum RequestData<'a> {
    /// `ExtA`: extended attributes of the new file.
    ExtendedAttributes(ExtendedAttributes<'a>),
    /// `SecD`: the security descriptor of the new file, self-relative.
    SecurityDescriptor(Security<'a>),
    /// `DHnQ`: a durable handle is requested. The bytes are reserved and stand where [`RequestData::DurableReconnect`] has
    /// its FileId.
    DurableRequest(FileId),
    /// `DHnC`: a durable handle is claimed again.
    DurableReconnect(FileId),
    /// `DH2Q`.
    DurableRequestV2(DurableRequestV2),
    /// `DH2C`.
    DurableReconnectV2(DurableReconnectV2),
    /// `AlSi`: AllocationSize in bytes.
    AllocationSize(u64),
    /// `MxAc`: the maximal access is requested, if the file changed since this time.
    MaximalAccessRequest(Option<FileTime>),
    /// `TWrp`: the file as it was then.
    TimeWarp(FileTime),
    /// `QFid`: the file's number is requested.
    DiskIdRequest,
    /// `RqLs`.
    Lease(Lease),
    /// `SMB2_CREATE_APP_INSTANCE_ID`.
    AppInstanceId(Uuid),
    /// `SMB2_CREATE_APP_INSTANCE_VERSION`.
    AppInstanceVersion(AppInstanceVersion),
    /// `AAPL`.
    Apple(AppleRequest),
    /// Another one, or one that stands in responses only, as it is.
    Other(Raw<'a>),
}

/// What a create context of a response says (\[MS-SMB2\] 2.2.14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ResponseData<'a> {
    /// `DHnQ`: a durable handle is granted.
    DurableResponse,
    /// `DH2Q`.
    DurableResponseV2(DurableResponseV2),
    /// `MxAc`.
    MaximalAccess(MaximalAccess),
    /// `QFid`.
    DiskId(DiskId),
    /// `RqLs`.
    Lease(Lease),
    /// `AAPL`: what the server can do.
    Apple(AppleServer<'a>),
    /// `AAPL`: what an id stands for.
    AppleResolvedId(AppleResolvedId<'a>),
    /// Another one, or one that stands in requests only, as it is.
    Other(Raw<'a>),
}

impl RequestData<'_> {
    /// The FileId in it, if it has the place of one.
    #[must_use]
    pub const fn file_id(&self) -> Option<FileId> {
        match self {
            Self::DurableRequest(id)
            | Self::DurableReconnect(id)
            | Self::DurableReconnectV2(DurableReconnectV2 { file_id: id, .. }) => Some(*id),
            _ => None,
        }
    }
}

type RequestReader = for<'a> fn(&'a [u8]) -> Read<'a, RequestData<'a>>;
type ResponseReader = for<'a> fn(&'a [u8]) -> Read<'a, ResponseData<'a>>;

/// What a name stands for.
pub struct Row {
    name: &'static [u8],
    /// Reads it in a request, if it may stand there.
    request: Option<RequestReader>,
    /// Reads it in a response, if it may stand there.
    response: Option<ResponseReader>,
}

/// The contexts that are known, and where they may stand.
static ROWS: [Row; 14] = {
    use {RequestData as Request, ResponseData as Response};
    [
        Row {
            name: b"ExtA",
            request: Some(|data| Ok((&[], Request::ExtendedAttributes(ExtendedAttributes(data))))),
            response: None,
        },
        Row {
            name: b"SecD",
            request: Some(|data| Ok((&[], Request::SecurityDescriptor(Security::read(data))))),
            response: None,
        },
        Row {
            name: b"DHnQ",
            request: Some(|data| of(named("DurableRequest", FileId::read(data)), Request::DurableRequest)),
            response: Some(|_reserved| Ok((&[], Response::DurableResponse))),
        },
        Row {
            name: b"DHnC",
            request: Some(|data| of(named("FileId", FileId::read(data)), Request::DurableReconnect)),
            response: None,
        },
        Row {
            name: b"DH2Q",
            request: Some(|data| of(DurableRequestV2::read(data), Request::DurableRequestV2)),
            response: Some(|data| of(DurableResponseV2::read(data), Response::DurableResponseV2)),
        },
        Row {
            name: b"DH2C",
            request: Some(|data| of(DurableReconnectV2::read(data), Request::DurableReconnectV2)),
            response: None,
        },
        Row {
            name: b"AlSi",
            request: Some(|data| of(named("AllocationSize", le_u64(data)), Request::AllocationSize)),
            response: None,
        },
        Row {
            name: b"MxAc",
            request: Some(|data| of(maximal_access::timestamp(data), Request::MaximalAccessRequest)),
            response: Some(|data| of(MaximalAccess::read(data), Response::MaximalAccess)),
        },
        Row {
            name: b"TWrp",
            request: Some(|data| of(named("Timestamp", FileTime::read(data)), Request::TimeWarp)),
            response: None,
        },
        Row {
            name: b"QFid",
            request: Some(|data| of(nothing(data), |()| Request::DiskIdRequest)),
            response: Some(|data| of(DiskId::read(data), Response::DiskId)),
        },
        Row {
            name: b"RqLs",
            request: Some(|data| of(Lease::read(data), Request::Lease)),
            response: Some(|data| of(Lease::read(data), Response::Lease)),
        },
        Row {
            name: app_instance::ID,
            request: Some(|data| of(app_instance::id(data), Request::AppInstanceId)),
            response: None,
        },
        Row {
            name: app_instance::VERSION,
            request: Some(|data| of(AppInstanceVersion::read(data), Request::AppInstanceVersion)),
            response: None,
        },
        Row {
            name: b"AAPL",
            request: Some(|data| of(AppleRequest::read(data), Request::Apple)),
            response: Some(apple::response),
        },
    ]
};

/// What was read, as one of the things that a context may say.
fn of<T, D>(read: Read<'_, T>, data: impl FnOnce(T) -> D) -> Read<'_, D> {
    read.map(|(rest, value)| (rest, data(value)))
}

/// A context that says all by its name.
fn nothing(data: &[u8]) -> Read<'_, ()> {
    if data.is_empty() {
        Ok((data, ()))
    } else {
        Err(Unread::error(data, Reason::LeftOver { bytes: data.len() }))
    }
}

/// What the contexts of one kind of message say: [`RequestData`] or [`ResponseData`].
pub trait ContextData<'a>: Examine + Sized + sealed::Sealed<'a> {}

impl<'a> ContextData<'a> for RequestData<'a> {}
impl<'a> ContextData<'a> for ResponseData<'a> {}

mod sealed {
    #![expect(private_interfaces, reason = "nobody outside can name this trait")]

    use super::{Raw, Read, RequestData, ResponseData, Row};

    pub trait Sealed<'a>: Sized {
        /// Reads it by its row, if it may stand in such a message.
        fn read(row: &Row, data: &'a [u8]) -> Option<Read<'a, Self>>;

        fn other(data: Raw<'a>) -> Self;
    }

    impl<'a> Sealed<'a> for RequestData<'a> {
        fn read(row: &Row, data: &'a [u8]) -> Option<Read<'a, Self>> {
            row.request.map(|read| read(data))
        }

        fn other(data: Raw<'a>) -> Self {
            Self::Other(data)
        }
    }

    impl<'a> Sealed<'a> for ResponseData<'a> {
        fn read(row: &Row, data: &'a [u8]) -> Option<Read<'a, Self>> {
            row.response.map(|read| read(data))
        }

        fn other(data: Raw<'a>) -> Self {
            Self::Other(data)
        }
    }
}

/// Reads the context at the start of `element`, from which its offsets count, and Next.
fn context<'a, D: ContextData<'a>>(
    input: &'a [u8],
    element: &'a [u8],
) -> Read<'a, (CreateContext<'a, D>, u32)> {
    fields! {
        input => rest;
        next: le_u32,
        name_offset: le_u16,
        name_length: le_u16,
        _reserved: le_u16,
        data_offset: le_u16,
        data_length: le_u32,
    }
    let part = |field, offset: u16, length: usize| {
        let from = element.get(usize::from(offset)..).unwrap_or_default();
        from.get(..length).ok_or_else(|| Unread::error(&[], Reason::Truncated { field }))
    };
    let name = part(NAME, name_offset, name_length.into())?;
    let data = part("create context Data", data_offset, widen(data_length))?;
    Ok((rest, (CreateContext { name, data: known(name, data) }, next)))
}

const NAME: &str = "create context Name";

/// What a context says by its name; as it is, if that is not known, or may not stand in such a message.
fn known<'a, D: ContextData<'a>>(name: &[u8], data: &'a [u8]) -> D {
    let value = name.first_chunk().map_or(0, |name| u32::from_be_bytes(*name));
    let Some(row) = ROWS.iter().find(|row| row.name == name) else {
        return D::other(Raw::unknown(Layer::Smb2, NAME, value, data));
    };
    let read = |data| {
        D::read(row, data).unwrap_or_else(|| {
            Err(Unread::error(data, Reason::BadValue { field: NAME, value: value.into() }))
        })
    };
    parse(Layer::Smb2, data, read).map_or_else(|why| D::other(Raw::unreadable(data, why)), |(_, read)| read)
}

impl Examine for RequestData<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::ExtendedAttributes(list) => list.examine(anomalies),
            Self::SecurityDescriptor(descriptor) => descriptor.examine(anomalies),
            Self::Other(bytes) => bytes.examine(anomalies),
            _ => {}
        }
    }
}

impl Examine for ResponseData<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if let Self::Other(bytes) = self {
            bytes.examine(anomalies);
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

    fn contexts<'a, D>(bytes: &'a [u8]) -> CreateContexts<'a, D> {
        cut(bytes, bytes.len())
    }

    /// The contexts of a message that should have `length` bytes of them.
    fn cut<'a, D>(bytes: &'a [u8], length: usize) -> CreateContexts<'a, D> {
        let header = crate::smb2::fixture::header(5, 0);
        CreateContexts::new(&Message { bytes, ..crate::smb2::fixture::of(header.leak()) }, 0, length as u32)
    }

    fn of_request(bytes: &[u8]) -> Vec<RequestData<'_>> {
        contexts::<RequestData<'_>>(bytes).iter().map(|context| context.unwrap().data).collect()
    }

    fn of_response(bytes: &[u8]) -> Vec<ResponseData<'_>> {
        contexts::<ResponseData<'_>>(bytes).iter().map(|context| context.unwrap().data).collect()
    }

    fn anomalies(of: &impl Examine) -> Vec<String> {
        let mut anomalies = Anomalies::default();
        of.examine(&mut anomalies);
        anomalies.iter().map(ToString::to_string).collect()
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
        let data = of_request(&bytes);
        assert_eq!(data[0].file_id(), Some(FileId { persistent: 0, volatile: 0 }));
        let RequestData::DurableRequestV2(durable) = data[1] else { panic!() };
        assert_eq!((durable.timeout, durable.flags), (10_000, 2));
        assert_eq!((data[2], data[3]), (RequestData::MaximalAccessRequest(None), RequestData::DiskIdRequest));
        let RequestData::Lease(lease) = data[4] else { panic!() };
        assert_eq!((lease.lease_key, lease.lease_state, lease.epoch), ([7; 16], 5, Some(2)));
        assert!(matches!(data[5], RequestData::Other(Raw { bytes: [1, 2, 3], .. })));
        let unknown = "SMB2: unknown value 0x41424344 of create context Name at byte 0";
        assert_eq!(anomalies(&contexts::<RequestData<'_>>(&bytes)), [unknown]);
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
        let data = of_response(&bytes);
        let ResponseData::MaximalAccess(access) = data[0] else { panic!() };
        assert_eq!(access.maximal_access.bits(), 0x001f_01ff);
        assert!(matches!(data[1], ResponseData::DiskId(_)));
        assert_eq!(data[2], ResponseData::DurableResponse);
        assert_eq!(anomalies(&contexts::<ResponseData<'_>>(&bytes)), [""; 0]);
    }

    #[test]
    fn the_same_bytes_are_a_time_in_a_request_and_a_status_and_a_mask_in_a_response() {
        for low in [0_u32, 1, 0x8000_0005, 0xc000_0022, u32::MAX] {
            let data = [low.to_le_bytes(), 0x01da_0000_u32.to_le_bytes()].concat();
            let bytes = element(b"MxAc", &data, true);
            let time = FileTime(0x01da_0000 << 32 | u64::from(low));
            assert_eq!(of_request(&bytes), [RequestData::MaximalAccessRequest(Some(time))]);
            let [ResponseData::MaximalAccess(access)] = of_response(&bytes)[..] else { panic!() };
            assert_eq!((access.query_status.0, access.maximal_access.bits()), (low, 0x01da_0000));
        }
    }

    #[test]
    fn what_may_not_stand_in_a_message_is_kept_as_it_is_and_told() {
        for name in [b"ExtA", b"SecD", b"DHnC", b"AlSi", b"TWrp", b"DH2C"] {
            let bytes = element(name, &[0; 40], true);
            let [ResponseData::Other(raw)] = of_response(&bytes)[..] else { panic!() };
            assert_eq!(raw.bytes, [0; 40]);
            let value = u32::from_be_bytes(*name);
            let misplaced = format!("SMB2: bad value {value:#x} of create context Name at byte 0");
            assert_eq!(anomalies(&contexts::<ResponseData<'_>>(&bytes)), [misplaced]);
            assert!(!matches!(of_request(&bytes)[..], [RequestData::Other(_)]), "{name:?}");
        }
        // A name that stands in both says something else in each.
        let bytes = element(b"QFid", &[3; 32], true);
        assert!(matches!(of_request(&bytes)[..], [RequestData::Other(Raw { bytes: [3, ..], .. })]));
        assert!(matches!(of_response(&bytes)[..], [ResponseData::DiskId(_)]));
    }

    #[test]
    fn what_is_cut_names_the_field() {
        let told = |name, length: usize| {
            let bytes = element(name, &[0; 32][..length], true);
            let told = anomalies(&contexts::<RequestData<'_>>(&bytes));
            told.first().cloned().unwrap_or_default()
        };
        assert_eq!(told(b"DH2Q", 31), "SMB2: cut short in CreateGuid at byte 16");
        assert_eq!(told(b"DH2Q", 7), "SMB2: cut short in Flags at byte 4");
        assert_eq!(told(b"DH2Q", 32), "");
        assert_eq!(told(b"DHnC", 15), "SMB2: cut short in FileId at byte 8");
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
        let [ResponseData::AppleResolvedId(resolved)] = of_response(&bytes)[..] else { panic!() };
        assert_eq!((resolved.status.0, resolved.path.to_string().as_str()), (0, "to"));
        // A request has the id in the place of the status and the length.
        let bytes = element(b"AAPL", &reply[..16], true);
        let [RequestData::Apple(apple)] = of_request(&bytes)[..] else { panic!() };
        assert_eq!((apple.command_code, apple.bitmap), (2, 4 << 32));
    }

    #[test]
    fn an_apple_server_tells_what_its_bitmap_says() {
        let reply = [
            &[1, 0, 0, 0][..],          // CommandCode: query of the server
            &[0; 4],                    // Reserved
            &[5, 0, 0, 0, 0, 0, 0, 0],  // bitmap: the server's capabilities and the model
            &[13, 0, 0, 0, 0, 0, 0, 0], // the server's capabilities
            &[0; 4],                    // padding
            &[4, 0, 0, 0],              // length of the model
            b"M\0a\0",
        ]
        .concat();
        let bytes = element(b"AAPL", &reply, true);
        let [ResponseData::Apple(server)] = of_response(&bytes)[..] else { panic!() };
        assert_eq!((server.capabilities, server.volume_capabilities), (Some(13), None));
        assert_eq!(server.model.map(|model| model.to_string()).as_deref(), Some("Ma"));
    }

    #[cfg(feature = "serde")]
    #[test]
    fn the_json_has_the_names_of_the_contexts() {
        let bytes = [element(b"DHnQ", &[0; 8], false), element(b"MxAc", &[0; 8], true)].concat();
        let json = serde_json::to_value(contexts::<ResponseData<'_>>(&bytes)).unwrap();
        assert_eq!(json[0], serde_json::json!({ "name": "DHnQ", "data": "durable_response" }));
        let access = &json[1]["data"]["maximal_access"];
        assert_eq!(access["query_status"], "STATUS_SUCCESS");
        let json =
            serde_json::to_value(contexts::<RequestData<'_>>(&element(b"AlSi", &[1; 8], true))).unwrap();
        assert_eq!(json[0]["data"]["allocation_size"], 0x0101_0101_0101_0101_u64);
    }

    #[test]
    fn what_is_cut_is_one_error() {
        let bytes = [element(b"AlSi", &[1; 8], false), element(b"TWrp", &[2; 8], true)].concat();
        for length in 0..bytes.len() {
            let contexts: RequestContexts<'_> = cut(&bytes[..length], bytes.len());
            assert_eq!(anomalies(&contexts).len(), 1, "at {length}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_end(bytes: Vec<u8>) {
            proptest::prop_assert!(contexts::<RequestData<'_>>(&bytes).iter().count() <= bytes.len());
            proptest::prop_assert!(contexts::<ResponseData<'_>>(&bytes).iter().count() <= bytes.len());
        }
    }
}
