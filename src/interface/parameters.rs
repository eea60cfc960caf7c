//! Parameters that many interfaces have.

use crate::dcerpc::ndr::{Meaning, Parameter, Type, counted, in_out, input, member, output, sized};

/// A `RPC_UNICODE_STRING` (\[MS-DTYP\] 2.3.10): its sizes are in bytes.
pub(super) const UNICODE_STRING: Type = Type::Struct(&[
    member("Length", Type::U16),
    member("MaximumLength", Type::U16),
    sized("Buffer", Type::Unique(&Type::Text), "Length"),
]);

/// A `RPC_STRING` of 8-bit characters (\[MS-SAMR\] 2.2.2, \[MS-LSAD\] 2.2.3.1).
pub(super) const NARROW_STRING: Type = Type::Struct(&[
    member("Length", Type::U16),
    member("MaximumLength", Type::U16),
    counted("Buffer", Type::Unique(&Type::Ascii), "Length"),
]);

/// A self-relative security descriptor behind its size: `SAMPR_SR_SECURITY_DESCRIPTOR` (\[MS-SAMR\] 2.2.7) and
/// `LSAPR_SR_SECURITY_DESCRIPTOR` (\[MS-LSAD\] 2.2.2.8).
pub(super) const SECURITY_DESCRIPTOR: Type = Type::Struct(&[
    member("Length", Type::U32),
    counted("SecurityDescriptor", Type::Unique(&Type::Bytes(Meaning::SECURITY_DESCRIPTOR)), "Length"),
]);

/// An `enum` whose values are told as numbers.
pub(super) const ENUM: Type = Type::Enum(|_| None);

/// A `[string]` that may be missing.
pub(super) const OPTIONAL_TEXT: Type = Type::Unique(&Type::Text);

/// A `[string]` of 8-bit characters that may be missing.
pub(super) const OPTIONAL_ASCII: Type = Type::Unique(&Type::Ascii);

/// An `[in]` parameter.
pub(super) const fn value(name: &'static str, of: Type) -> Parameter {
    input(member(name, of))
}

/// An `[out]` parameter.
pub(super) const fn result(name: &'static str, of: Type) -> Parameter {
    output(member(name, of))
}

/// An `[in, out]` parameter.
pub(super) const fn exchanged(name: &'static str, of: Type) -> Parameter {
    in_out(member(name, of))
}

/// A handle that is used.
pub(super) const fn handle(name: &'static str) -> Parameter {
    value(name, Type::Handle)
}

/// A handle that is given.
pub(super) const fn given(name: &'static str) -> Parameter {
    result(name, Type::Handle)
}

/// A handle that is closed, and comes back as zeros.
pub(super) const fn taken(name: &'static str) -> Parameter {
    exchanged(name, Type::Handle)
}

/// A `[in] unsigned long`.
pub(super) const fn number(name: &'static str) -> Parameter {
    value(name, Type::U32)
}

/// A `[out] unsigned long*`.
pub(super) const fn number_out(name: &'static str) -> Parameter {
    result(name, Type::U32)
}

/// A `[in] RPC_UNICODE_STRING*`.
pub(super) const fn unicode(name: &'static str) -> Parameter {
    value(name, UNICODE_STRING)
}

/// A `[in, string] wchar_t*`.
pub(super) const fn text(name: &'static str) -> Parameter {
    value(name, Type::Text)
}

/// A `[in, unique, string] wchar_t*`.
pub(super) const fn optional_text(name: &'static str) -> Parameter {
    value(name, OPTIONAL_TEXT)
}

/// A `[in, unique] wchar_t*` that is no `[string]`: the first character of a server's name, which means nothing.
pub(super) const fn server_character(name: &'static str) -> Parameter {
    value(name, Type::Unique(&Type::Characters(1)))
}

/// A structure of a number of entries and a unique pointer to as many: `entries!("Count", "Element", Type::U32)`.
macro_rules! entries {
    ($count:literal, $name:literal, $of:expr) => {
        $crate::dcerpc::ndr::Type::Struct(&[
            $crate::dcerpc::ndr::member($count, $crate::dcerpc::ndr::Type::U32),
            $crate::dcerpc::ndr::counted(
                $name,
                $crate::dcerpc::ndr::Type::Unique(&$crate::dcerpc::ndr::Type::Array(&$of)),
                $count,
            ),
        ])
    };
}
pub(super) use entries;

/// The arms of a union whose tag is an `enum`: `arms! { 1 "Password" PASSWORD, … }`.
macro_rules! arms {
    ($($tag:literal $name:literal $of:expr),* $(,)?) => {
        &$crate::dcerpc::ndr::Union {
            is_enum: true,
            arms: &[$($crate::dcerpc::ndr::Arm { tag: $tag, name: $name, of: $of }),*],
        }
    };
}
pub(super) use arms;
