//! `wire_enum!`: a newtype with named constants, so that unknown values survive.

/// Declares a newtype over an integer with named constants, a `name` lookup, and `Debug` / `Display` that print the
/// name if there is one and the number otherwise.
macro_rules! wire_enum {
    ($(#[$doc:meta])* $visibility:vis struct $type:ident($integer:ty) {
        $($(#[$const_doc:meta])* $constant:ident = $value:expr, $name:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility struct $type(pub $integer);

        impl $type {
            $($(#[$const_doc])* #[doc = concat!("`", $name, "`")] pub const $constant: Self = Self($value);)*

            /// The specification's name of this value, if it has one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$constant => Some($name),)*
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, "{:#x}", self.0),
                }
            }
        }

        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        /// Its name, or the number in hexadecimal digits.
        #[cfg(feature = "serde")]
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    };
}

/// For a list on the wire that borrows its bytes and has `iter()`, giving `Result<Item, ParseError>`: serialises the
/// items that could be read, and examines each and tells of those that could not.
macro_rules! wire_list {
    ($($type:ident),* $(,)?) => {$(
        impl crate::error::Examine for $type<'_> {
            fn examine(&self, anomalies: &mut crate::error::Anomalies) {
                for item in self.iter() {
                    if let Some(item) = anomalies.ok(item) {
                        crate::error::Examine::examine(&item, anomalies);
                    }
                }
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $type<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::wire::serialise::list(self.iter().flatten(), serializer)
            }
        }
    )*};
}

/// Declares a structure whose fields stand one behind the other, each with its reader, and `read`, which reads it.
macro_rules! wire_struct {
    ($(#[$doc:meta])* pub struct $type:ident {
        $($(#[$field_doc:meta])* $field:ident: $of:ty = $reader:expr;)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub struct $type {
            $($(#[$field_doc])* pub $field: $of,)*
        }

        impl $type {
            pub(crate) fn read(input: &[u8]) -> crate::error::Read<'_, Self> {
                $(crate::wire::fields!(input => input; $field: $reader);)*
                Ok((input, Self { $($field),* }))
            }
        }
    };
}

/// Reads fields that stand one behind the other into variables of their names: `fields!(input => rest; flags: le_u16)` reads
/// `flags` at the start of `input`, and `rest` is what follows. An error names the field that is cut, as the specification
/// spells it: `FileId` of `file_id`; after `snake`, `frag_length` of `frag_length`; after `upper`, `DGM_ID` of `dgm_id`.
macro_rules! fields {
    (snake $($fields:tt)*) => { crate::wire::fields!(@ snake $($fields)*); };
    (upper $($fields:tt)*) => { crate::wire::fields!(@ upper $($fields)*); };
    (@ $case:ident $input:ident => $rest:ident; $first:ident: $reader:expr $(, $field:ident: $next:expr)* $(,)?) => {
        let ($rest, $first) = crate::error::named(crate::wire::field_name!($case $first), $reader($input))?;
        $(let ($rest, $field) = crate::error::named(crate::wire::field_name!($case $field), $next($rest))?;)*
    };
    ($($fields:tt)*) => { crate::wire::fields!(@ camel $($fields)*); };
}

/// The specification's name of a field, by its name in Rust.
macro_rules! field_name {
    ($case:ident $field:ident) => {{
        const IN_RUST: &str = stringify!($field);
        const NAME: [u8; crate::wire::spelling::$case::length(IN_RUST)] =
            crate::wire::spelling::$case::spell(IN_RUST);
        // A constant, since this stands on the path of every field that is read.
        const SPELLED: &str = match core::str::from_utf8(&NAME) {
            Ok(name) => name,
            Err(_) => IN_RUST,
        };
        SPELLED
    }};
}

/// Methods that set the public fields of options, which others cannot build from their parts since fields may be added.
macro_rules! options {
    ($type:ty { $($field:ident: $value:ty),* $(,)? }) => {
        impl $type {$(
            #[doc = concat!("Sets `", stringify!($field), "`.")]
            #[must_use]
            pub const fn $field(mut self, $field: $value) -> Self {
                self.$field = $field;
                self
            }
        )*}
    };
}

pub(crate) use field_name;
pub(crate) use fields;
pub(crate) use options;
pub(crate) use wire_enum;
pub(crate) use wire_list;
pub(crate) use wire_struct;

#[cfg(test)]
#[expect(unreachable_pub, reason = "what the macro declares is public")]
mod tests {
    use crate::error::{Read, Reason, Unread};
    use crate::wire::{array, le_u16, le_u32};

    wire_struct! {
        /// Two fields.
        pub struct Pair {
            /// The first.
            flags: u16 = le_u16;
            /// The second.
            end_of_file: u32 = le_u32;
        }
    }

    /// The field at which a cut stops a reader.
    fn cut_in<T>(result: Read<'_, T>) -> &'static str {
        match result.map_err(Unread::from) {
            Err(Unread { reason: Reason::Truncated { field }, .. }) => field,
            _ => "",
        }
    }

    #[test]
    fn a_cut_names_the_field_and_not_its_neighbour() {
        let bytes = [1, 0, 2, 0, 0, 0];
        let names: Vec<_> = (0..=6).map(|length| cut_in(Pair::read(&bytes[..length]))).collect();
        assert_eq!(names, ["Flags", "Flags", "EndOfFile", "EndOfFile", "EndOfFile", "EndOfFile", ""]);
    }

    #[test]
    fn a_field_is_named_in_the_case_of_its_specification() {
        fn read(input: &[u8]) -> Read<'_, (u16, u16)> {
            fields!(snake input => rest; frag_length: le_u16);
            fields!(upper rest => rest; dgm_id: le_u16);
            Ok((rest, (frag_length, dgm_id)))
        }
        assert_eq!([0, 2, 4].map(|length| cut_in(read(&[0; 4][..length]))), ["frag_length", "DGM_ID", ""]);
    }

    #[test]
    fn the_innermost_name_is_told_and_reserved_fields_have_theirs() {
        fn read(input: &[u8]) -> Read<'_, u16> {
            fields! {
                input => rest;
                pair: Pair::read,
                _reserved2: array::<4>,
            }
            Ok((rest, pair.flags))
        }
        let names = [1, 4, 6, 9, 10].map(|length| cut_in(read(&[0; 10][..length])));
        assert_eq!(names, ["Flags", "EndOfFile", "Reserved2", "Reserved2", ""]);
    }
}
