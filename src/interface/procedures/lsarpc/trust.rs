//! What is told of trusted domains and forests (\[MS-LSAD\] 2.2.7).

use crate::dcerpc::ndr::{Meaning, Type, Union, counted, member, switched};
use crate::interface::parameters::{ENUM, UNICODE_STRING, arms, entries};

/// LSAPR_TRUSTED_DOMAIN_INFO.
pub(super) const TRUSTED_DOMAIN_INFO: &Union = arms! {
    1 "TrustedDomainNameInfo" Type::Struct(&[member("Name", UNICODE_STRING)]),
    2 "TrustedControllersInfo" entries!("Entries", "Names", UNICODE_STRING),
    3 "TrustedPosixOffsetInfo" POSIX_OFFSET,
    4 "TrustedPasswordInfo" Type::Struct(&[member("Password", CIPHER), member("OldPassword", CIPHER)]),
    5 "TrustedDomainInfoBasic" TRUST_INFORMATION,
    6 "TrustedDomainInfoEx" INFORMATION_EX,
    7 "TrustedAuthInfo" AUTH_INFORMATION,
    8 "TrustedFullInfo" Type::Struct(&[
        member("Information", INFORMATION_EX),
        member("PosixOffset", POSIX_OFFSET),
        member("AuthInformation", AUTH_INFORMATION),
    ]),
    9 "TrustedAuthInfoInternal" AUTH_INFORMATION_INTERNAL,
    10 "TrustedFullInfoInternal" Type::Struct(&[
        member("Information", INFORMATION_EX),
        member("PosixOffset", POSIX_OFFSET),
        member("AuthInformation", AUTH_INFORMATION_INTERNAL),
    ]),
    11 "TrustedDomainInfoEx2" INFORMATION_EX2,
    12 "TrustedFullInfo2" Type::Struct(&[
        member("Information", INFORMATION_EX2),
        member("PosixOffset", POSIX_OFFSET),
        member("AuthInformation", AUTH_INFORMATION),
    ]),
    13 "TrustedDomainSETs" Type::Struct(&[member("SupportedEncryptionTypes", Type::U32)]),
};

/// LSAPR_TRUST_INFORMATION.
pub(super) const TRUST_INFORMATION: Type =
    Type::Struct(&[member("Name", UNICODE_STRING), member("Sid", SID)]);

/// LSAPR_TRUSTED_DOMAIN_INFORMATION_EX.
pub(super) const INFORMATION_EX: Type = Type::Struct(&[
    member("Name", UNICODE_STRING),
    member("FlatName", UNICODE_STRING),
    member("Sid", SID),
    member("TrustDirection", Type::U32),
    member("TrustType", Type::U32),
    member("TrustAttributes", Type::U32),
]);

/// LSAPR_TRUSTED_DOMAIN_INFORMATION_EX2.
const INFORMATION_EX2: Type = Type::Struct(&[
    member("Name", UNICODE_STRING),
    member("FlatName", UNICODE_STRING),
    member("Sid", SID),
    member("TrustDirection", Type::U32),
    member("TrustType", Type::U32),
    member("TrustAttributes", Type::U32),
    member("ForestTrustLength", Type::U32),
    counted("ForestTrustInfo", OPTIONAL_BYTES, "ForestTrustLength"),
]);

/// LSAPR_TRUSTED_DOMAIN_AUTH_INFORMATION.
pub(super) const AUTH_INFORMATION: Type = Type::Struct(&[
    member("IncomingAuthInfos", Type::U32),
    member("IncomingAuthenticationInformation", AUTH_INFO),
    member("IncomingPreviousAuthenticationInformation", AUTH_INFO),
    member("OutgoingAuthInfos", Type::U32),
    member("OutgoingAuthenticationInformation", AUTH_INFO),
    member("OutgoingPreviousAuthenticationInformation", AUTH_INFO),
]);

/// LSAPR_AUTH_INFORMATION.
const AUTH_INFO: Type = Type::Unique(&Type::Struct(&[
    member("LastUpdateTime", Type::I64),
    member("AuthType", Type::U32),
    member("AuthInfoLength", Type::U32),
    counted("AuthInfo", OPTIONAL_BYTES, "AuthInfoLength"),
]));

/// LSAPR_TRUSTED_DOMAIN_AUTH_INFORMATION_INTERNAL.
pub(super) const AUTH_INFORMATION_INTERNAL: Type = Type::Struct(&[member(
    "AuthBlob",
    Type::Struct(&[member("AuthSize", Type::U32), counted("AuthBlob", OPTIONAL_BYTES, "AuthSize")]),
)]);

/// LSAPR_TRUSTED_DOMAIN_AUTH_INFORMATION_INTERNAL_AES.
pub(super) const AUTH_INFORMATION_AES: Type = Type::Struct(&[
    member("AuthData", Type::Opaque(64)),
    member("Salt", Type::Opaque(16)),
    member("cbCipher", Type::U32),
    counted("Cipher", OPTIONAL_BYTES, "cbCipher"),
]);

/// LSA_FOREST_TRUST_INFORMATION: an array of pointers to records.
pub(super) const FOREST_TRUST: Type = entries!("RecordCount", "Entries", Type::Unique(&FOREST_RECORD));

/// LSA_FOREST_TRUST_RECORD.
const FOREST_RECORD: Type = Type::Struct(&[
    member("Flags", Type::U32),
    member("ForestTrustType", ENUM),
    member("Time", Type::I64),
    switched("ForestTrustData", FOREST_DATA, "ForestTrustType"),
]);
const FOREST_DATA: &Union = arms! {
    0 "TopLevelName" UNICODE_STRING,
    1 "TopLevelName" UNICODE_STRING,
    2 "DomainInfo" Type::Struct(&[
        member("Sid", SID),
        member("DnsName", UNICODE_STRING),
        member("NetbiosName", UNICODE_STRING),
    ]),
};

/// LSA_FOREST_TRUST_COLLISION_INFORMATION: an array of pointers to records.
pub(super) const COLLISIONS: Type = entries!(
    "RecordCount",
    "Entries",
    Type::Unique(&Type::Struct(&[
        member("Index", Type::U32),
        member("Type", ENUM),
        member("Flags", Type::U32),
        member("Name", UNICODE_STRING),
    ]))
);

const POSIX_OFFSET: Type = Type::Struct(&[member("Offset", Type::U32)]);
const SID: Type = Type::Unique(&Type::Sid);
const OPTIONAL_BYTES: Type = Type::Unique(&Type::Bytes(Meaning::Opaque));

/// LSAPR_CR_CIPHER_VALUE (\[MS-LSAD\] 2.2.6): a secret, encrypted.
pub(super) const CIPHER: Type = Type::Unique(&CIPHER_VALUE);
const CIPHER_VALUE: Type = Type::Struct(&[
    member("Length", Type::U32),
    member("MaximumLength", Type::U32),
    counted("Buffer", Type::Unique(&Type::VaryingBytes(Meaning::Opaque)), "Length"),
]);
