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
            /// Reads the structure at the start of `input`.
            ///
            /// # Errors
            /// The input ends before it does.
            pub fn read(input: &[u8]) -> crate::error::Parsed<'_, Self> {
                $(let (input, $field) = $reader(input)?;)*
                Ok((input, Self { $($field),* }))
            }
        }
    };
}

pub(crate) use wire_enum;
pub(crate) use wire_list;
pub(crate) use wire_struct;
