//! What a client said of itself, owned.

use super::blob::{Token, token};
use super::kerberos::ApReq;
use super::ntlm::{Authenticate, NegotiateFlags};
use crate::wire::ascii;

/// How a client showed its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Mechanism {
    /// NTLMSSP.
    Ntlm,
    /// Kerberos.
    Kerberos,
    /// The fields of an SMB1 session setup without a security blob.
    Plain,
}

/// The credentials of one session setup. Made once for each, so they own their texts.
///
/// Lengths are those of the wire in bytes: they decide, also where the capture has less.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Credentials {
    /// How they were shown.
    pub mechanism: Mechanism,
    /// The account's name.
    pub account: String,
    /// Length of the account's name.
    pub account_length: usize,
    /// The account's domain; with Kerberos the realm of the ticket.
    pub domain: String,
    /// The client's name for its computer.
    pub workstation: String,
    /// Length of the LM response.
    pub lm_length: usize,
    /// Length of the NT response.
    pub nt_length: usize,
    /// True if an NTLMSSP client said that it wants to be anonymous. Not every anonymous client does.
    pub has_anonymous_flag: bool,
    /// The service that a Kerberos ticket is for: `cifs/server`.
    pub service: String,
    /// The version of the client's system as an NTLMSSP client tells it: `5.1.2600`.
    pub client_version: Option<String>,
}

impl Credentials {
    /// Of a session setup's security blob, if it holds the message that says who the client is.
    #[must_use]
    pub fn from_blob(blob: &[u8]) -> Option<Self> {
        match token(blob) {
            Token::NtlmAuthenticate(message) => Some(Self::from_ntlm(&message)),
            Token::KerberosApReq(request) => Some(Self::from_kerberos(&request)),
            _ => None,
        }
    }

    /// Of an NTLMSSP AUTHENTICATE_MESSAGE.
    #[must_use]
    pub fn from_ntlm(message: &Authenticate<'_>) -> Self {
        Self {
            mechanism: Mechanism::Ntlm,
            account: message.user.to_string(),
            account_length: message.user_length.into(),
            domain: message.domain.to_string(),
            workstation: message.workstation.to_string(),
            lm_length: message.lm_length.into(),
            nt_length: message.nt_length.into(),
            has_anonymous_flag: message.flags.contains(NegotiateFlags::ANONYMOUS),
            service: String::new(),
            client_version: message.version.map(|version| version.to_string()),
        }
    }

    /// Of a Kerberos AP-REQ. The account's name is in the encrypted part of the ticket.
    #[must_use]
    pub fn from_kerberos(request: &ApReq<'_>) -> Self {
        Self {
            mechanism: Mechanism::Kerberos,
            domain: ascii(request.realm),
            service: request.service.to_string(),
            ..Self::plain("", "", &[], &[])
        }
    }

    /// Of an SMB1 session setup without a security blob (\[MS-CIFS\] 2.2.4.53.1): AccountName, PrimaryDomain,
    /// OEMPassword and UnicodePassword.
    #[must_use]
    pub fn plain(
        account: impl Into<String>,
        domain: impl Into<String>,
        lm_response: &[u8],
        nt_response: &[u8],
    ) -> Self {
        let account = account.into();
        Self {
            mechanism: Mechanism::Plain,
            account_length: account.len(),
            account,
            domain: domain.into(),
            workstation: String::new(),
            lm_length: lm_response.len(),
            nt_length: nt_response.len(),
            has_anonymous_flag: false,
            service: String::new(),
            client_version: None,
        }
    }

    /// The version of the NT response, 1 or 2, if there is one (\[MS-NLMP\] 2.2.2.6, 2.2.2.8).
    #[must_use]
    pub const fn ntlm_version(&self) -> Option<u8> {
        match self.nt_length {
            0 => None,
            1..=24 => Some(1),
            _ => Some(2),
        }
    }

    /// True if these are the credentials of nobody: no account, no NT response, and an LM response of no byte or one
    /// (\[MS-NLMP\] 3.2.5.1.2).
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.mechanism != Mechanism::Kerberos
            && self.account_length == 0
            && self.nt_length == 0
            && self.lm_length <= 1
    }
}

#[cfg(test)]
mod tests {
    use super::super::kerberos;
    use super::super::ntlm::authenticate_fixtures::{alice, anonymous};
    use super::*;

    #[test]
    fn anonymous_is_an_empty_account_with_empty_responses() {
        for (account, lm, nt, is_anonymous) in [
            ("", 0, 0, true),
            ("", 1, 0, true),
            ("", 2, 0, false),
            ("", 24, 0, false),
            ("", 0, 1, false),
            ("", 1, 24, false),
            ("a", 0, 0, false),
        ] {
            let credentials = Credentials::plain(account, "WG", &vec![0; lm], &vec![0; nt]);
            assert_eq!(credentials.is_anonymous(), is_anonymous, "{account:?} {lm} {nt}");
        }
    }

    #[test]
    fn of_ntlm() {
        let bytes = alice();
        let credentials = Credentials::from_ntlm(&Authenticate::parse(&bytes).unwrap());
        assert_eq!(credentials.account, "alice");
        assert_eq!((credentials.domain.as_str(), credentials.workstation.as_str()), ("WG", "WS-21"));
        assert_eq!((credentials.lm_length, credentials.nt_length), (24, 52));
        assert!(!credentials.is_anonymous() && !credentials.has_anonymous_flag);

        let bytes = anonymous();
        let credentials = Credentials::from_ntlm(&Authenticate::parse(&bytes).unwrap());
        assert!(credentials.is_anonymous() && credentials.has_anonymous_flag);
    }

    #[test]
    fn a_name_that_the_capture_cut_off_is_not_an_empty_one() {
        let bytes = alice();
        let mut bytes = bytes[..88].to_vec();
        bytes[12..28].fill(0); // LmChallengeResponseFields, NtChallengeResponseFields
        let credentials = Credentials::from_ntlm(&Authenticate::parse(&bytes).unwrap());
        assert_eq!((credentials.account.as_str(), credentials.account_length), ("", 10));
        assert!(!credentials.is_anonymous());
    }

    #[test]
    fn of_kerberos() {
        let bytes = kerberos::tests::fixture();
        let credentials = Credentials::from_kerberos(&ApReq::parse(&bytes).unwrap());
        assert_eq!((credentials.domain.as_str(), credentials.service.as_str()), ("EXAMPLE.ORG", "cifs/SRV"));
        assert!(!credentials.is_anonymous());
    }
}
