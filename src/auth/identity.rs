//! The rule that says who has a session.

use core::fmt;

use super::{Credentials, Mechanism};

/// Who has a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Who {
    /// Nobody: an anonymous, or null, session.
    Null,
    /// Somebody whom the server let in as a guest.
    Guest,
    /// A user.
    User,
    /// What was seen does not say.
    Unknown,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Null => "null",
            Self::Guest => "guest",
            Self::User => "user",
            Self::Unknown => "unknown",
        })
    }
}

/// A fact that [`identify`] looked at. Prints, and serialises, as a short word: `lm_response_1_byte`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Evidence {
    /// The session setup's credentials were not seen, or could not be read.
    CredentialsNotSeen,
    /// The client named no account.
    EmptyAccount,
    /// The client named an account.
    AccountGiven,
    /// The client sent no NT response.
    NtResponseEmpty,
    /// The client sent an NT response.
    NtResponseGiven,
    /// The client sent no LM response.
    LmResponseEmpty,
    /// The client sent an LM response of a single byte, as anonymous clients do.
    LmResponse1Byte,
    /// The client sent an LM response.
    LmResponseGiven,
    /// The client set NTLMSSP's flag for anonymous connections.
    NegotiateAnonymousFlag,
    /// The client showed a Kerberos ticket.
    KerberosTicket {
        /// The service that it is for: `cifs/server`.
        service: String,
    },
    /// The server said that the session is anonymous.
    ServerNullFlag,
    /// The server said that the session is a guest's. Samba says so of anonymous sessions too.
    ServerGuestFlag,
    /// The server did not sign its answer, as it does to users.
    AnswerUnsigned,
    /// The server asks for the passwords of shares and not for those of users (share-level security).
    ShareLevelSecurity,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CredentialsNotSeen => "credentials_not_seen",
            Self::EmptyAccount => "empty_account",
            Self::AccountGiven => "account_given",
            Self::NtResponseEmpty => "nt_response_empty",
            Self::NtResponseGiven => "nt_response_given",
            Self::LmResponseEmpty => "lm_response_empty",
            Self::LmResponse1Byte => "lm_response_1_byte",
            Self::LmResponseGiven => "lm_response_given",
            Self::NegotiateAnonymousFlag => "negotiate_anonymous_flag",
            Self::KerberosTicket { service } => return write!(f, "kerberos_ticket {service}"),
            Self::ServerNullFlag => "server_null_flag",
            Self::ServerGuestFlag => "server_guest_flag",
            Self::AnswerUnsigned => "answer_unsigned",
            Self::ShareLevelSecurity => "share_level_security",
        })
    }
}

/// A word that is no evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a word for evidence")]
pub struct NotEvidence;

impl core::str::FromStr for Evidence {
    type Err = NotEvidence;

    fn from_str(text: &str) -> Result<Self, NotEvidence> {
        if let Some(service) = text.strip_prefix("kerberos_ticket ") {
            return Ok(Self::KerberosTicket { service: service.to_owned() });
        }
        Self::WORDS.iter().find(|known| known.to_string() == text).cloned().ok_or(NotEvidence)
    }
}

impl Evidence {
    /// All that a word alone says.
    const WORDS: [Self; 13] = [
        Self::CredentialsNotSeen,
        Self::EmptyAccount,
        Self::AccountGiven,
        Self::NtResponseEmpty,
        Self::NtResponseGiven,
        Self::LmResponseEmpty,
        Self::LmResponse1Byte,
        Self::LmResponseGiven,
        Self::NegotiateAnonymousFlag,
        Self::ServerNullFlag,
        Self::ServerGuestFlag,
        Self::AnswerUnsigned,
        Self::ShareLevelSecurity,
    ];
}

#[cfg(feature = "serde")]
crate::wire::serialise::deserialize_from_text!(Evidence);

#[cfg(feature = "serde")]
impl serde::Serialize for Evidence {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Who has a session, by which names, and what says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Identity {
    /// Who has it.
    #[cfg_attr(feature = "serde", serde(rename = "kind"))]
    pub who: Who,
    /// The account's name, if the client gave one.
    pub account: Option<String>,
    /// The account's domain, if the client gave one; with Kerberos the realm of the ticket.
    pub domain: Option<String>,
    /// The client's name for its computer, if it gave one.
    pub workstation: Option<String>,
    /// How the client showed its credentials, if they were seen.
    pub mechanism: Option<Mechanism>,
    /// The version of its NTLM response, 1 or 2, if there is one.
    pub ntlm_version: Option<u8>,
    /// The version of the client's system as NTLMSSP tells it: `5.1.2600`.
    pub client_version: Option<String>,
    /// Everything that was seen, whether it decided or not.
    pub evidence: Vec<Evidence>,
}

impl Identity {
    /// True for a null session.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.who == Who::Null
    }

    /// True if a null session is what it is, or may be: nobody knows whose, since the credentials were not seen, or are
    /// those of nobody but for an unusual LM response.
    #[must_use]
    pub fn may_be_null(&self) -> bool {
        let shown = |evidence: &Evidence| self.evidence.contains(evidence);
        let unseen = shown(&Evidence::CredentialsNotSeen) || shown(&Evidence::ShareLevelSecurity);
        let unusual = shown(&Evidence::EmptyAccount) && shown(&Evidence::NtResponseEmpty);
        self.is_null() || (self.who == Who::Unknown && (unseen || unusual))
    }

    /// Whoever connects to a share without a session setup, on a server that asks for the passwords of shares alone.
    #[must_use]
    pub fn let_in_by_share() -> Self {
        let nobody = identify(None, false, false);
        Self { evidence: vec![Evidence::ShareLevelSecurity], ..nobody }
    }

    /// The same on a server that lets in whoever knows a share's password, whoever he says he is.
    #[must_use]
    pub fn of_share_level(mut self) -> Self {
        if self.who == Who::User {
            self.who = Who::Unknown;
        }
        self.evidence.push(Evidence::ShareLevelSecurity);
        self
    }
}

/// Says who has a session, from the client's credentials (`None` if they were not seen) and the flags that the server
/// gave the session.
///
/// The client's credentials decide null, whatever the guest flag says; so does the server's null flag. Otherwise the
/// guest flag decides guest, unless the credentials were not seen, for then the session may be anonymous too. An empty
/// account with a real response is nobody that could be named: unknown.
#[must_use]
pub fn identify(credentials: Option<&Credentials>, server_guest: bool, server_null: bool) -> Identity {
    let who = match credentials {
        _ if server_null => Who::Null,
        None => Who::Unknown,
        Some(credentials) if credentials.is_anonymous() => Who::Null,
        Some(_) if server_guest => Who::Guest,
        Some(credentials) if credentials.mechanism == Mechanism::Kerberos => Who::User,
        Some(credentials) if credentials.account_length == 0 => Who::Unknown,
        Some(_) => Who::User,
    };
    let mut evidence = credentials.map_or_else(|| vec![Evidence::CredentialsNotSeen], facts);
    evidence.extend(server_null.then_some(Evidence::ServerNullFlag));
    evidence.extend(server_guest.then_some(Evidence::ServerGuestFlag));
    let text = |of: fn(&Credentials) -> &String| credentials.map(of).filter(|text| !text.is_empty()).cloned();
    Identity {
        who,
        account: text(|credentials| &credentials.account),
        domain: text(|credentials| &credentials.domain),
        workstation: text(|credentials| &credentials.workstation),
        mechanism: credentials.map(|credentials| credentials.mechanism),
        ntlm_version: credentials.and_then(Credentials::ntlm_version),
        client_version: credentials.and_then(|credentials| credentials.client_version.clone()),
        evidence,
    }
}

/// As [`identify`], where the server's answer and so its flags were not seen: it may have let in as a guest whoever
/// named an account.
#[must_use]
pub fn identify_unanswered(credentials: Option<&Credentials>) -> Identity {
    let identity = identify(credentials, false, false);
    let who = if identity.who == Who::User { Who::Unknown } else { identity.who };
    Identity { who, ..identity }
}

fn facts(credentials: &Credentials) -> Vec<Evidence> {
    if credentials.mechanism == Mechanism::Kerberos {
        return vec![Evidence::KerberosTicket { service: credentials.service.clone() }];
    }
    let account = match credentials.account_length {
        0 => Evidence::EmptyAccount,
        _ => Evidence::AccountGiven,
    };
    let nt_response = match credentials.nt_length {
        0 => Evidence::NtResponseEmpty,
        _ => Evidence::NtResponseGiven,
    };
    let lm_response = match credentials.lm_length {
        0 => Evidence::LmResponseEmpty,
        1 => Evidence::LmResponse1Byte,
        _ => Evidence::LmResponseGiven,
    };
    let mut facts = vec![account, nt_response, lm_response];
    facts.extend(credentials.has_anonymous_flag.then_some(Evidence::NegotiateAnonymousFlag));
    facts
}

#[cfg(test)]
mod tests {
    use super::super::kerberos::{self, ApReq};
    use super::super::ntlm::Authenticate;
    use super::super::ntlm::authenticate_fixtures::{alice, anonymous};
    use super::*;

    const NOBODY: fn() -> Credentials = || Credentials::plain("", "", &[0], &[]);
    const NAMELESS: fn() -> Credentials = || Credentials::plain("", "", &[], &[7; 24]);
    const BOB: fn() -> Credentials = || Credentials::plain("bob", "WG", &[7; 24], &[7; 24]);

    fn ticket() -> Credentials {
        Credentials::from_kerberos(&ApReq::parse(&kerberos::tests::fixture()).unwrap())
    }

    #[test]
    fn the_rule() {
        for (credentials, [none, guest, null, both]) in [
            (Some(NOBODY()), [Who::Null, Who::Null, Who::Null, Who::Null]),
            (Some(NAMELESS()), [Who::Unknown, Who::Guest, Who::Null, Who::Null]),
            (Some(BOB()), [Who::User, Who::Guest, Who::Null, Who::Null]),
            (Some(ticket()), [Who::User, Who::Guest, Who::Null, Who::Null]),
            (None, [Who::Unknown, Who::Unknown, Who::Null, Who::Null]),
        ] {
            for (server_guest, server_null, who) in
                [(false, false, none), (true, false, guest), (false, true, null), (true, true, both)]
            {
                let identity = identify(credentials.as_ref(), server_guest, server_null);
                assert_eq!(identity.who, who, "{credentials:?} {server_guest} {server_null}");
            }
        }
    }

    fn evidence(identity: &Identity) -> Vec<String> {
        identity.evidence.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn evidence_is_recorded_whether_it_decided_or_not() {
        let bytes = anonymous();
        let credentials = Credentials::from_ntlm(&Authenticate::parse(&bytes).unwrap());
        let identity = identify(Some(&credentials), true, true);
        assert_eq!(
            evidence(&identity),
            [
                "empty_account",
                "nt_response_empty",
                "lm_response_1_byte",
                "negotiate_anonymous_flag",
                "server_null_flag",
                "server_guest_flag",
            ]
        );
        assert_eq!((identity.account, identity.domain, identity.workstation), (None, None, None));
        assert_eq!(evidence(&identify(None, true, false)), ["credentials_not_seen", "server_guest_flag"]);
    }

    #[test]
    fn names_are_those_the_client_gave() {
        let bytes = alice();
        let credentials = Credentials::from_ntlm(&Authenticate::parse(&bytes).unwrap());
        let identity = identify(Some(&credentials), false, false);
        assert_eq!(identity.account.as_deref(), Some("alice"));
        assert_eq!(identity.domain.as_deref(), Some("WG"));
        assert_eq!(identity.workstation.as_deref(), Some("WS-21"));

        let identity = identify(Some(&ticket()), false, false);
        assert_eq!((identity.account.as_deref(), identity.domain.as_deref()), (None, Some("EXAMPLE.ORG")));
        assert_eq!(evidence(&identity), ["kerberos_ticket cifs/SRV"]);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serialises_with_the_words_of_the_report() {
        let json = serde_json::to_value(identify(Some(&NOBODY()), false, false)).unwrap();
        let expected = serde_json::json!({
            "kind": "null",
            "account": null,
            "domain": null,
            "workstation": null,
            "mechanism": "plain",
            "ntlm_version": null,
            "client_version": null,
            "evidence": ["empty_account", "nt_response_empty", "lm_response_1_byte"],
        });
        assert_eq!(json, expected);
    }
}
