//! Object identifiers of security mechanisms.

use core::fmt;

/// An object identifier in its DER form (X.690 8.19), without tag and length.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oid<'a>(pub &'a [u8]);

impl Oid<'static> {
    /// SPNEGO, 1.3.6.1.5.5.2 (RFC 4178).
    pub const SPNEGO: Self = Self(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x02]);
    /// NTLMSSP, 1.3.6.1.4.1.311.2.2.10 (\[MS-NLMP\] 1.9).
    pub const NTLMSSP: Self = Self(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a]);
    /// NegoEx, 1.3.6.1.4.1.311.2.2.30 (\[MS-NEGOEX\] 1.9).
    pub const NEGOEX: Self = Self(&[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x1e]);
    /// Kerberos, 1.2.840.113554.1.2.2 (RFC 4121).
    pub const KERBEROS: Self = Self(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02]);
    /// Kerberos with the identifier that Windows 2000 truncated, 1.2.840.48018.1.2.2 (\[MS-SPNG\] 2.2).
    pub const MS_KERBEROS: Self = Self(&[0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 0x01, 0x02, 0x02]);
    /// Kerberos user to user, 1.2.840.113554.1.2.2.3.
    pub const KERBEROS_USER_TO_USER: Self =
        Self(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02, 0x03]);
    /// Kerberos by way of the server (IAKERB), 1.3.6.1.5.2.5.
    pub const IAKERB: Self = Self(&[0x2b, 0x06, 0x01, 0x05, 0x02, 0x05]);
}

impl Oid<'_> {
    /// The name of a known mechanism.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        const NAMES: [(Oid<'static>, &str); 7] = [
            (Oid::SPNEGO, "SPNEGO"),
            (Oid::NTLMSSP, "NTLMSSP"),
            (Oid::NEGOEX, "NEGOEX"),
            (Oid::KERBEROS, "Kerberos"),
            (Oid::MS_KERBEROS, "MS Kerberos"),
            (Oid::KERBEROS_USER_TO_USER, "Kerberos user to user"),
            (Oid::IAKERB, "IAKERB"),
        ];
        NAMES.iter().find(|(oid, _)| oid.0 == self.0).map(|(_, name)| *name)
    }

    /// True for Kerberos under any of its identifiers, by way of the server or not.
    #[must_use]
    pub fn is_kerberos(self) -> bool {
        [Oid::KERBEROS, Oid::MS_KERBEROS, Oid::KERBEROS_USER_TO_USER, Oid::IAKERB]
            .iter()
            .any(|oid| oid.0 == self.0)
    }
}

/// Numbers and dots: `1.3.6.1.5.5.2`.
impl fmt::Display for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut number = 0u64;
        let mut is_first = true;
        for byte in self.0 {
            number = number.wrapping_shl(7) | u64::from(byte & 0x7f);
            if byte & 0x80 != 0 {
                continue;
            }
            if core::mem::take(&mut is_first) {
                let root = number.wrapping_div(40).min(2);
                write!(f, "{root}.{}", number.saturating_sub(root.saturating_mul(40)))?;
            } else {
                write!(f, ".{number}")?;
            }
            number = 0;
        }
        Ok(())
    }
}

/// Its name, else numbers and dots.
#[cfg(feature = "serde")]
impl serde::Serialize for Oid<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.name() {
            Some(name) => serializer.serialize_str(name),
            None => serializer.collect_str(self),
        }
    }
}

impl fmt::Debug for Oid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_dots_and_knows_names() {
        for (oid, text, name) in [
            (Oid::SPNEGO, "1.3.6.1.5.5.2", "SPNEGO"),
            (Oid::NTLMSSP, "1.3.6.1.4.1.311.2.2.10", "NTLMSSP"),
            (Oid::NEGOEX, "1.3.6.1.4.1.311.2.2.30", "NEGOEX"),
            (Oid::KERBEROS, "1.2.840.113554.1.2.2", "Kerberos"),
            (Oid::MS_KERBEROS, "1.2.840.48018.1.2.2", "MS Kerberos"),
            (Oid::KERBEROS_USER_TO_USER, "1.2.840.113554.1.2.2.3", "Kerberos user to user"),
        ] {
            assert_eq!((oid.to_string().as_str(), oid.name()), (text, Some(name)));
            assert_eq!(oid.is_kerberos(), name.contains("Kerberos"));
        }
        assert!(Oid::IAKERB.is_kerberos());
        assert_eq!(Oid(&[0x88, 0x37, 0x03]).to_string(), "2.999.3");
        assert_eq!(Oid(&[]).to_string(), "");
        assert_eq!(Oid(&[0xff; 12]).name(), None);
        assert_eq!(Oid(&[0xff; 12]).to_string(), "", "a number without an end");
    }
}
