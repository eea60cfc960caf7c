//! The types of NDR as data: what an interface definition declares, in tables.

use super::Syntax;
use super::meaning::{Meaning, Scope};

/// The name of a value of an enumeration or a mask, if it has one.
pub type Names = fn(u32) -> Option<String>;

/// A type of a parameter or a member, as it stands on the wire (C706 14, \[MS-RPCE\] 2.2.5).
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Type {
    /// One byte.
    U8,
    /// 16 bits.
    U16,
    /// 16 bits that have names.
    Named16(Names),
    /// 16 bits whose names depend on what stands beside them.
    NamedBy(fn(u32, &Scope<'_, '_>) -> Option<String>),
    /// 16 bits with a sign.
    I16,
    /// 32 bits.
    U32,
    /// 32 bits that have names.
    Named(Names),
    /// 32 bits with a sign.
    I32,
    /// 64 bits.
    U64,
    /// 64 bits with a sign.
    I64,
    /// A single-precision floating-point number.
    F32,
    /// A number of the size of a pointer.
    Uptr,
    /// A number of the size of a pointer that says nothing. Where the structure stands in a buffer and not in a stub, it
    /// is the offset of bytes that mean something.
    Offset(Meaning),
    /// An `enum`: 16 bits in NDR, 32 in NDR64.
    Enum(Names),
    /// A context handle.
    Handle,
    /// A `GUID`.
    Guid,
    /// A `FILETIME`, as two halves of 32 bits.
    FileTime,
    /// A `RPC_SID` (\[MS-DTYP\] 2.4.2.3).
    Sid,
    /// A `[string]` of 16-bit characters.
    Text,
    /// A `[string]` of 8-bit characters.
    Ascii,
    /// A unique pointer; what it points to is deferred to the end of what encloses it.
    Unique(&'static Self),
    /// A structure. One that ends with a conformant array has its count in front.
    Struct(&'static [Member]),
    /// A union with its tag.
    Union(&'static Union),
    /// A conformant array.
    Array(&'static Self),
    /// A conformant varying array.
    Varying(&'static Self),
    /// A varying `[string]` of 8-bit characters, of fixed size.
    VaryingAscii,
    /// A fixed number of 16-bit characters.
    Characters(usize),
    /// A fixed array.
    Fixed(&'static Self, usize),
    /// A conformant array of bytes, and what they mean.
    Bytes(Meaning),
    /// A conformant varying array of bytes, and what they mean.
    VaryingBytes(Meaning),
    /// A fixed number of bytes that the specification calls opaque.
    Opaque(usize),
    /// A conformant array of 16-bit characters that is no `[string]`: a text up to its NUL.
    Wide,
    /// A conformant array of 16-bit characters: texts, each with a NUL, and one more NUL behind the last.
    MultiText,
}

/// A member of a structure, or a parameter.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its name in the specification.
    pub name: &'static str,
    /// Its type.
    pub of: Type,
    /// What other member says how large it is, or which arm it has.
    pub by: Option<By>,
}

/// What another member of the same structure says of this one.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// `size_is`: the number of elements.
    Count(&'static str),
    /// `size_is`: the number of bytes of an array of 16-bit characters.
    Size(&'static str),
    /// `switch_is`: the tag, as far as a mask leaves it.
    Switch(&'static str, u32),
}

/// A union whose arm a tag chooses.
#[derive(Debug, Clone, Copy)]
pub struct Union {
    /// True if the tag is an `enum`, false if it has 32 bits.
    pub is_enum: bool,
    /// The arms.
    pub arms: &'static [Arm],
}

/// An arm of a [`Union`].
#[derive(Debug, Clone, Copy)]
pub struct Arm {
    /// The tag.
    pub tag: u32,
    /// Its name in the specification.
    pub name: &'static str,
    /// Its type.
    pub of: Type,
}

/// Which way a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `[in]`
    In,
    /// `[out]`
    Out,
    /// `[in, out]`
    InOut,
}

impl Direction {
    /// True if requests, or responses, have it.
    #[must_use]
    pub const fn is_in(self, request: bool) -> bool {
        match self {
            Self::In => request,
            Self::Out => !request,
            Self::InOut => true,
        }
    }
}

/// A parameter of a procedure.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Which way it goes.
    pub direction: Direction,
    /// Its name and type.
    pub member: Member,
}

impl Type {
    /// What its place on the wire is a multiple of.
    pub(super) fn alignment(&self, syntax: Syntax) -> usize {
        let pointer = || if syntax == Syntax::Ndr64 { 8 } else { 4 };
        match self {
            Self::U8 | Self::Bytes(_) | Self::Opaque(_) => 1,
            Self::U16
            | Self::Named16(_)
            | Self::NamedBy(_)
            | Self::I16
            | Self::Characters(_)
            | Self::Wide
            | Self::MultiText => 2,
            Self::U32
            | Self::Named(_)
            | Self::I32
            | Self::F32
            | Self::Handle
            | Self::Guid
            | Self::FileTime
            | Self::Sid => 4,
            Self::U64 | Self::I64 => 8,
            Self::Enum(_) if syntax == Syntax::Ndr => 2,
            Self::Enum(_) => 4,
            Self::Uptr
            | Self::Offset(_)
            | Self::Unique(_)
            | Self::Text
            | Self::Ascii
            | Self::VaryingAscii
            | Self::VaryingBytes(_) => pointer(),
            Self::Array(of) | Self::Varying(of) | Self::Fixed(of, _) => of.alignment(syntax),
            Self::Struct(members) => {
                members.iter().map(|member| member.of.alignment(syntax)).max().unwrap_or(1)
            }
            Self::Union(union) => union.alignment(syntax).max(union.tag().alignment(syntax)),
        }
    }
}

impl Union {
    /// The type of the tag.
    pub(super) const fn tag(&self) -> Type {
        if self.is_enum { Type::Enum(|_| None) } else { Type::U32 }
    }

    /// That of its arms.
    pub(super) fn alignment(&self, syntax: Syntax) -> usize {
        self.arms.iter().map(|arm| arm.of.alignment(syntax)).max().unwrap_or(1)
    }
}

/// A member that stands alone.
pub(crate) const fn member(name: &'static str, of: Type) -> Member {
    Member { name, of, by: None }
}

/// A member whose number of elements another says.
pub(crate) const fn counted(name: &'static str, of: Type, count: &'static str) -> Member {
    Member { name, of, by: Some(By::Count(count)) }
}

/// A member of 16-bit characters whose number of bytes another says.
pub(crate) const fn sized(name: &'static str, of: Type, size: &'static str) -> Member {
    Member { name, of, by: Some(By::Size(size)) }
}

/// A union whose tag another member says.
pub(crate) const fn switched(name: &'static str, union: &'static Union, tag: &'static str) -> Member {
    Member { name, of: Type::Union(union), by: Some(By::Switch(tag, u32::MAX)) }
}

/// An `[in]` parameter.
pub(crate) const fn input(member: Member) -> Parameter {
    Parameter { direction: Direction::In, member }
}

/// An `[out]` parameter.
pub(crate) const fn output(member: Member) -> Parameter {
    Parameter { direction: Direction::Out, member }
}

/// An `[in, out]` parameter.
pub(crate) const fn in_out(member: Member) -> Parameter {
    Parameter { direction: Direction::InOut, member }
}
