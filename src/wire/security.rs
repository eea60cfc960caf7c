//! Self-relative security descriptors: \[MS-DTYP\] 2.4.
//!
//! ```
//! use smbscope::wire::security::SecurityDescriptor;
//!
//! let bytes = [
//!     1, 0, 0x00, 0x80, // Revision, Sbz1, Control: self-relative
//!     20, 0, 0, 0, 0, 0, 0, 0, // OffsetOwner, OffsetGroup: none
//!     0, 0, 0, 0, 0, 0, 0, 0, // OffsetSacl, OffsetDacl: none
//!     1, 2, 0, 0, 0, 0, 0, 5, // owner: Revision, SubAuthorityCount, IdentifierAuthority
//!     32, 0, 0, 0, 0x20, 2, 0, 0, // SubAuthority
//! ];
//! let descriptor = SecurityDescriptor::parse(&bytes)?;
//! let owner = descriptor.owner.map(|sid| sid.to_string());
//! assert_eq!(owner.as_deref(), Some("S-1-5-32-544")); // BUILTIN\Administrators
//! assert!(descriptor.dacl.is_none());
//! # Ok::<(), smbscope::ParseError>(())
//! ```

use core::fmt;

use super::{Raw, array, fields, guid, le_u16, le_u32, take, u8, widen, wire_enum, wire_list};
use crate::error::{Anomalies, Examine, Layer, ParseError, Parsed, Read, Reason, Unread, parse, prefix};

/// A SID (\[MS-DTYP\] 2.4.2): who.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sid<'a> {
    /// Revision, always 1.
    pub revision: u8,
    /// IdentifierAuthority.
    pub identifier_authority: u64,
    sub_authorities: &'a [u8],
}

impl<'a> Sid<'a> {
    /// Reads a SID at the start of `input`.
    ///
    /// # Errors
    /// It is cut, or has more than 15 sub-authorities.
    pub fn parse(input: &'a [u8]) -> Parsed<'a, Self> {
        prefix(Layer::Dtyp, input, Self::read)
    }

    pub(crate) fn read(input: &'a [u8]) -> Read<'a, Self> {
        fields!(input => rest; revision: u8, count: u8);
        if count > 15 {
            let value = count.into();
            return Err(Unread::error(input, Reason::BadValue { field: "SubAuthorityCount", value }));
        }
        fields!(rest => rest; authority: array::<6>);
        let identifier_authority = authority.into_iter().fold(0, |sum, byte| sum << 8 | u64::from(byte));
        let (rest, sub_authorities) = take("SubAuthority", usize::from(count).saturating_mul(4))(rest)?;
        Ok((rest, Self { revision, identifier_authority, sub_authorities }))
    }

    /// SubAuthority: the last one is the RID.
    pub fn sub_authorities(&self) -> impl Iterator<Item = u32> + use<'a> {
        self.sub_authorities.as_chunks().0.iter().map(|number| u32::from_le_bytes(*number))
    }
}

/// As `S-1-5-21-…`.
impl fmt::Display for Sid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S-{}-{}", self.revision, self.identifier_authority)?;
        self.sub_authorities().try_for_each(|number| write!(f, "-{number}"))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Sid<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

bitflags::bitflags! {
    /// Control of a security descriptor (\[MS-DTYP\] 2.4.6).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
    pub struct SecurityControl: u16 {
        /// The owner was set by default.
        const OWNER_DEFAULTED = 0x0001;
        /// The group was set by default.
        const GROUP_DEFAULTED = 0x0002;
        /// There is a DACL, or a null one, which allows everything.
        const DACL_PRESENT = 0x0004;
        /// The DACL was set by default.
        const DACL_DEFAULTED = 0x0008;
        /// There is a SACL.
        const SACL_PRESENT = 0x0010;
        /// The SACL was set by default.
        const SACL_DEFAULTED = 0x0020;
        /// The DACL inherits from the parent.
        const DACL_AUTO_INHERITED = 0x0400;
        /// The SACL inherits from the parent.
        const SACL_AUTO_INHERITED = 0x0800;
        /// The DACL is protected from what the parent hands down.
        const DACL_PROTECTED = 0x1000;
        /// The SACL is protected from what the parent hands down.
        const SACL_PROTECTED = 0x2000;
        /// The parts stand behind the header.
        const SELF_RELATIVE = 0x8000;
    }
}

/// SECURITY_DESCRIPTOR (\[MS-DTYP\] 2.4.6), self-relative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SecurityDescriptor<'a> {
    /// Revision.
    pub revision: u8,
    /// Control.
    pub control: SecurityControl,
    /// OwnerSid.
    pub owner: Option<Sid<'a>>,
    /// GroupSid.
    pub group: Option<Sid<'a>>,
    /// Sacl: what is audited.
    pub sacl: Option<Acl<'a>>,
    /// Dacl: who may do what.
    pub dacl: Option<Acl<'a>>,
}

impl<'a> SecurityDescriptor<'a> {
    /// Reads a descriptor; its offsets count from the start of `bytes`.
    ///
    /// # Errors
    /// It is cut, or an offset leads out of it.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        let (_, (revision, control, offsets)) = parse(Layer::Dtyp, bytes, |input| {
            fields! {
                input => rest;
                revision: u8,
                _sbz1: u8,
                control: le_u16,
                owner: le_u32,
                group: le_u32,
                sacl: le_u32,
                dacl: le_u32,
            }
            Ok((rest, (revision, control, [owner, group, sacl, dacl])))
        })?;
        let [owner, group, sacl, dacl] = offsets;
        Ok(Self {
            revision,
            control: SecurityControl::from_bits_retain(control),
            owner: part(bytes, owner, Sid::read)?,
            group: part(bytes, group, Sid::read)?,
            sacl: part(bytes, sacl, Acl::read)?,
            dacl: part(bytes, dacl, Acl::read)?,
        })
    }
}

/// A security descriptor, or the bytes of one that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
pub enum Security<'a> {
    /// None, as where a buffer was too small for one.
    None {},
    /// A descriptor.
    Descriptor(SecurityDescriptor<'a>),
    /// What cannot be read.
    Unreadable(Raw<'a>),
}

impl<'a> Security<'a> {
    /// Reads a descriptor, and keeps what cannot be read as it is.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Self {
        match SecurityDescriptor::parse(bytes) {
            _ if bytes.is_empty() => Self::None {},
            Ok(descriptor) => Self::Descriptor(descriptor),
            Err(why) => Self::Unreadable(Raw::unreadable(bytes, why)),
        }
    }

    /// How many bytes its header and its parts have.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::None {} => 0,
            Self::Descriptor(SecurityDescriptor { owner, group, sacl, dacl, .. }) => {
                let sids = [owner, group]
                    .into_iter()
                    .flatten()
                    .map(|sid| sid.sub_authorities.len().saturating_add(8));
                let acls = [sacl, dacl].into_iter().flatten().map(|acl| acl.bytes.len().saturating_add(8));
                sids.chain(acls).fold(20, usize::saturating_add)
            }
            Self::Unreadable(raw) => raw.bytes.len(),
        }
    }
}

impl Examine for Security<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        match self {
            Self::None {} => {}
            Self::Descriptor(descriptor) => descriptor.examine(anomalies),
            Self::Unreadable(bytes) => bytes.examine(anomalies),
        }
    }
}

/// What stands at an offset, if it is not 0.
fn part<'a, T>(
    bytes: &'a [u8],
    offset: u32,
    read: impl FnOnce(&'a [u8]) -> Read<'a, T>,
) -> Result<Option<T>, ParseError> {
    if offset == 0 {
        return Ok(None);
    }
    let rest = bytes.get(widen(offset)..).unwrap_or_default();
    let before = bytes.len().saturating_sub(rest.len());
    parse(Layer::Dtyp, rest, read).map(|(_, value)| Some(value)).map_err(|error| error.behind(before))
}

impl Examine for SecurityDescriptor<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        [self.sacl, self.dacl].iter().flatten().for_each(|acl| acl.examine(anomalies));
    }
}

/// An ACL (\[MS-DTYP\] 2.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acl<'a> {
    /// AceCount.
    pub ace_count: u16,
    bytes: &'a [u8],
}

impl<'a> Acl<'a> {
    fn read(input: &'a [u8]) -> Read<'a, Self> {
        fields! {
            input => rest;
            _revision: u8,
            _sbz1: u8,
            size: le_u16,
            ace_count: le_u16,
            _sbz2: le_u16,
        }
        let (rest, bytes) = take("Acl", usize::from(size).saturating_sub(8))(rest)?;
        Ok((rest, Self { ace_count, bytes }))
    }

    /// The entries, up to one error.
    pub fn iter(&self) -> impl Iterator<Item = Result<Ace<'a>, ParseError>> + use<'a> {
        let (mut left, mut rest, total) = (self.ace_count, self.bytes, self.bytes.len());
        core::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let before = total.saturating_sub(rest.len());
            Some(match parse(Layer::Dtyp, rest, Ace::read) {
                Ok((after, ace)) => {
                    rest = after;
                    Ok(ace)
                }
                Err(error) => {
                    left = 0;
                    Err(error.behind(before))
                }
            })
        })
    }
}

wire_list!(Acl);

wire_enum! {
    /// AceType (\[MS-DTYP\] 2.4.4.1).
    pub struct AceType(u8) {
        ACCESS_ALLOWED = 0x00, "ACCESS_ALLOWED_ACE_TYPE";
        ACCESS_DENIED = 0x01, "ACCESS_DENIED_ACE_TYPE";
        SYSTEM_AUDIT = 0x02, "SYSTEM_AUDIT_ACE_TYPE";
        SYSTEM_ALARM = 0x03, "SYSTEM_ALARM_ACE_TYPE";
        ACCESS_ALLOWED_OBJECT = 0x05, "ACCESS_ALLOWED_OBJECT_ACE_TYPE";
        ACCESS_DENIED_OBJECT = 0x06, "ACCESS_DENIED_OBJECT_ACE_TYPE";
        SYSTEM_AUDIT_OBJECT = 0x07, "SYSTEM_AUDIT_OBJECT_ACE_TYPE";
        SYSTEM_ALARM_OBJECT = 0x08, "SYSTEM_ALARM_OBJECT_ACE_TYPE";
        ACCESS_ALLOWED_CALLBACK = 0x09, "ACCESS_ALLOWED_CALLBACK_ACE_TYPE";
        ACCESS_DENIED_CALLBACK = 0x0a, "ACCESS_DENIED_CALLBACK_ACE_TYPE";
        ACCESS_ALLOWED_CALLBACK_OBJECT = 0x0b, "ACCESS_ALLOWED_CALLBACK_OBJECT_ACE_TYPE";
        ACCESS_DENIED_CALLBACK_OBJECT = 0x0c, "ACCESS_DENIED_CALLBACK_OBJECT_ACE_TYPE";
        SYSTEM_AUDIT_CALLBACK = 0x0d, "SYSTEM_AUDIT_CALLBACK_ACE_TYPE";
        SYSTEM_AUDIT_CALLBACK_OBJECT = 0x0f, "SYSTEM_AUDIT_CALLBACK_OBJECT_ACE_TYPE";
        SYSTEM_MANDATORY_LABEL = 0x11, "SYSTEM_MANDATORY_LABEL_ACE_TYPE";
        SYSTEM_RESOURCE_ATTRIBUTE = 0x12, "SYSTEM_RESOURCE_ATTRIBUTE_ACE_TYPE";
        SYSTEM_SCOPED_POLICY_ID = 0x13, "SYSTEM_SCOPED_POLICY_ID_ACE_TYPE";
    }
}

impl AceType {
    /// True for the types that name an object's kind by GUIDs.
    const fn is_object(self) -> bool {
        matches!(self.0, 0x05..=0x08 | 0x0b | 0x0c | 0x0f | 0x10)
    }
}

/// An entry of an ACL (\[MS-DTYP\] 2.4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Ace<'a> {
    /// AceType.
    pub ace_type: AceType,
    /// AceFlags: 1 handed down to objects, 2 to containers, 4 one level only, 8 handed down only, 0x10 inherited, 0x40
    /// success and 0x80 failure are audited.
    pub ace_flags: u8,
    /// What it says.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub body: AceBody<'a>,
}

/// What an entry says, by its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(untagged))]
#[non_exhaustive]
pub enum AceBody<'a> {
    /// A mask for somebody.
    Known {
        /// Mask.
        #[cfg_attr(feature = "serde", serde(serialize_with = "super::serialise::hex_number"))]
        mask: u32,
        /// ObjectType.
        object_type: Option<uuid::Uuid>,
        /// InheritedObjectType.
        inherited_object_type: Option<uuid::Uuid>,
        /// Sid.
        sid: Sid<'a>,
    },
    /// Of a type that is not known.
    Other {
        /// The bytes.
        bytes: Raw<'a>,
    },
}

impl<'a> Ace<'a> {
    fn read(input: &'a [u8]) -> Read<'a, Self> {
        fields!(input => rest; ace_type: u8, ace_flags: u8, size: le_u16);
        let (rest, bytes) = take("Ace", usize::from(size).saturating_sub(4))(rest)?;
        let ace_type = AceType(ace_type);
        let body = if matches!(ace_type.0, 0..=3 | 5..=0x0d | 0x0f..=0x13) {
            parse(Layer::Dtyp, bytes, |input| known(ace_type, input))
                .map_or_else(|why| AceBody::Other { bytes: Raw::unreadable(bytes, why) }, |(_, body)| body)
        } else {
            AceBody::Other { bytes: Raw::unknown(Layer::Dtyp, "AceType", ace_type.0, bytes) }
        };
        Ok((rest, Self { ace_type, ace_flags, body }))
    }
}

fn known(ace_type: AceType, input: &[u8]) -> Read<'_, AceBody<'_>> {
    fields!(input => rest; mask: le_u32);
    let (rest, flags) = if ace_type.is_object() { le_u32(rest)? } else { (rest, 0) };
    let optional = |present: bool, rest| {
        if present { guid(rest).map(|(rest, guid)| (rest, Some(guid))) } else { Ok((rest, None)) }
    };
    let (rest, object_type) = optional(flags & 1 != 0, rest)?;
    let (rest, inherited_object_type) = optional(flags & 2 != 0, rest)?;
    fields!(rest => rest; sid: Sid::read);
    Ok((rest, AceBody::Known { mask, object_type, inherited_object_type, sid }))
}

impl Examine for Ace<'_> {
    fn examine(&self, anomalies: &mut Anomalies) {
        if let AceBody::Other { bytes } = &self.body {
            bytes.examine(anomalies);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const DESCRIPTOR: [u8; 76] = [
        1, 0,                         // Revision, Sbz1
        0x04, 0x80,                   // Control: self-relative, with a DACL
        20, 0, 0, 0,                  // OffsetOwner
        0, 0, 0, 0,                   // OffsetGroup
        0, 0, 0, 0,                   // OffsetSacl
        36, 0, 0, 0,                  // OffsetDacl
        1, 2, 0, 0, 0, 0, 0, 5,       // Revision, SubAuthorityCount, IdentifierAuthority
        32, 0, 0, 0, 0x20, 2, 0, 0,   // SubAuthority: BUILTIN, Administrators
        2, 0, 40, 0, 2, 0, 0, 0,      // AclRevision, Sbz1, AclSize, AceCount, Sbz2
        0, 3, 20, 0,                  // AceType, AceFlags, AceSize
        0xff, 0x01, 0x1f, 0,          // Mask
        1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, // Sid: Everyone
        0x77, 0, 12, 0,               // an unknown type
        1, 2, 3, 4, 5, 6, 7, 8,
    ];

    #[test]
    fn owner_and_dacl() {
        let descriptor = SecurityDescriptor::parse(&DESCRIPTOR).unwrap();
        assert_eq!(descriptor.owner.unwrap().to_string(), "S-1-5-32-544");
        assert_eq!((descriptor.group, descriptor.sacl), (None, None));
        let aces: Vec<_> = descriptor.dacl.unwrap().iter().map(Result::unwrap).collect();
        let AceBody::Known { mask: 0x001f_01ff, object_type: None, sid, .. } = aces[0].body else { panic!() };
        assert_eq!((aces[0].ace_type, sid.to_string()), (AceType::ACCESS_ALLOWED, "S-1-1-0".into()));
        let mut anomalies = Anomalies::default();
        descriptor.examine(&mut anomalies);
        assert_eq!(
            anomalies.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["MS-DTYP: unknown value 0x77 of AceType at byte 0"]
        );
        for length in 0..DESCRIPTOR.len() {
            assert!(SecurityDescriptor::parse(&DESCRIPTOR[..length]).is_err(), "at {length}");
        }
    }

    #[test]
    fn an_entry_for_a_kind_of_object() {
        let ace = [
            &[5, 0, 56, 0][..], // AceType, AceFlags, AceSize
            &[1, 0, 0, 0],      // Mask
            &[3, 0, 0, 0],      // Flags: both types are there
            &[7; 16],           // ObjectType
            &[8; 16],           // InheritedObjectType
            &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0],
        ]
        .concat();
        let (rest, ace) = Ace::read(&ace).unwrap();
        let AceBody::Known { object_type, sid, .. } = ace.body else { panic!() };
        assert_eq!((rest, object_type), (&[][..], Some(uuid::Uuid::from_bytes([7; 16]))));
        assert_eq!(sid.to_string(), "S-1-5-18");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes(bytes: Vec<u8>) {
            if let Ok(descriptor) = SecurityDescriptor::parse(&bytes) {
                descriptor.examine(&mut Anomalies::default());
            }
        }
    }
}
