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
    };
}

pub(crate) use wire_enum;
