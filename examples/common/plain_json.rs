//! JSON that a terminal may show: what would steer it stands as `\u009b` in strings.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use smbscope::finding::Plain;

/// Writes a value in a layout: `CompactFormatter`, or `PrettyFormatter` for people to read as well.
pub(crate) fn write(out: &mut impl Write, value: &impl Serialize, layout: impl Formatter) -> io::Result<()> {
    Ok(value.serialize(&mut Serializer::with_formatter(out, PlainStrings(layout)))?)
}

/// The layout of another formatter, with other strings.
struct PlainStrings<F>(F);

/// Hands each method on.
macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty)?);)*) => {$(
        fn $method<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $type)?) -> io::Result<()> {
            self.0.$method(writer $(, $argument)?)
        }
    )*};
}

impl<F: Formatter> Formatter for PlainStrings<F> {
    forward! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| !Plain::shows(*c)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}
