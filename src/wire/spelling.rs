//! How specifications spell the names of fields, from their names in Rust, when the crate is compiled. A reserved field
//! begins with an underscore in Rust and with none in its specification.

/// Names of Microsoft's: `FileId`.
pub(crate) mod camel {
    /// How many letters the name of a field has.
    pub(crate) const fn length(in_rust: &str) -> usize {
        let (mut bytes, mut count) = (in_rust.as_bytes(), 0_usize);
        while let Some((byte, rest)) = bytes.split_first() {
            count = count.saturating_add(if *byte == b'_' { 0 } else { 1 });
            bytes = rest;
        }
        count
    }

    /// A capital in place of each underscore, and at the start.
    pub(crate) const fn spell<const LENGTH: usize>(in_rust: &str) -> [u8; LENGTH] {
        let mut name = [0; LENGTH];
        let (mut bytes, mut places, mut capital) = (in_rust.as_bytes(), name.as_mut_slice(), true);
        while let Some((byte, rest)) = bytes.split_first() {
            bytes = rest;
            if *byte == b'_' {
                capital = true;
                continue;
            }
            let Some((place, left)) = places.split_first_mut() else { break };
            *place = if capital { byte.to_ascii_uppercase() } else { *byte };
            capital = false;
            places = left;
        }
        name
    }
}

/// Names of C706's and of TLS: `frag_length`.
pub(crate) mod snake {
    /// How many letters the name of a field has.
    pub(crate) const fn length(in_rust: &str) -> usize {
        super::letters(in_rust).len()
    }

    /// As it is.
    pub(crate) const fn spell<const LENGTH: usize>(in_rust: &str) -> [u8; LENGTH] {
        match super::letters(in_rust).first_chunk() {
            Some(name) => *name,
            None => [0; LENGTH],
        }
    }
}

/// Names of RFC 1001 and 1002: `DGM_ID`.
pub(crate) mod upper {
    pub(crate) use super::snake::length;

    /// All capitals.
    pub(crate) const fn spell<const LENGTH: usize>(in_rust: &str) -> [u8; LENGTH] {
        let mut name: [u8; LENGTH] = super::snake::spell(in_rust);
        name.make_ascii_uppercase();
        name
    }
}

/// A name without the underscore of a reserved field.
const fn letters(in_rust: &str) -> &[u8] {
    match in_rust.as_bytes() {
        [b'_', rest @ ..] => rest,
        all => all,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelt_as_their_specifications_do() {
        assert_eq!((camel::length("end_of_file"), camel::spell("end_of_file")), (9, *b"EndOfFile"));
        assert_eq!((camel::length("_reserved2"), camel::spell("_reserved2")), (9, *b"Reserved2"));
        assert_eq!((snake::length("frag_length"), snake::spell("frag_length")), (11, *b"frag_length"));
        assert_eq!((snake::length("_reserved"), snake::spell("_reserved")), (8, *b"reserved"));
        assert_eq!((upper::length("dgm_id"), upper::spell("dgm_id")), (6, *b"DGM_ID"));
    }
}
