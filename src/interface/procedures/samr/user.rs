//! What is told of users (\[MS-SAMR\] 2.2.6).

use crate::dcerpc::ndr::{Meaning, Type, Union, counted, member, sized};
use crate::interface::parameters::{SECURITY_DESCRIPTOR, UNICODE_STRING, arms};

/// An encrypted hash: ENCRYPTED_LM_OWF_PASSWORD and ENCRYPTED_NT_OWF_PASSWORD (\[MS-SAMR\] 2.2.7).
pub(super) const ENCRYPTED_HASH: Type = Type::Struct(&[member("data", Type::Opaque(16))]);

/// SAMPR_ENCRYPTED_USER_PASSWORD (\[MS-SAMR\] 2.2.6).
pub(super) const ENCRYPTED_PASSWORD: Type = Type::Struct(&[member("Buffer", Type::Opaque(516))]);

/// SAMPR_ENCRYPTED_USER_PASSWORD_NEW (\[MS-SAMR\] 2.2.6).
const ENCRYPTED_PASSWORD_NEW: Type = Type::Struct(&[member("Buffer", Type::Opaque(532))]);

/// SAMPR_ENCRYPTED_PASSWORD_AES (\[MS-SAMR\] 2.2.6).
pub(super) const ENCRYPTED_PASSWORD_AES: Type = Type::Struct(&[
    member("AuthData", Type::Opaque(64)),
    member("Salt", Type::Opaque(16)),
    member("cbCipher", Type::U32),
    counted("Cipher", Type::Unique(&Type::Bytes(Meaning::Opaque)), "cbCipher"),
    member("PBKDF2Iterations", Type::U64),
]);

/// RPC_SHORT_BLOB (\[MS-SAMR\] 2.2.2): a hash, if any.
const SHORT_BLOB: Type = Type::Struct(&[
    member("Length", Type::U16),
    member("MaximumLength", Type::U16),
    sized("Buffer", Type::Unique(&Type::Varying(&Type::U16)), "Length"),
]);

/// SAMPR_LOGON_HOURS (\[MS-SAMR\] 2.2.6): a bit for each unit of the week.
const LOGON_HOURS: Type = Type::Struct(&[
    member("UnitsPerWeek", Type::U16),
    member("LogonHours", Type::Unique(&Type::VaryingBytes(Meaning::Opaque))),
]);

/// SAMPR_USER_INFO_BUFFER (\[MS-SAMR\] 2.2.6).
pub(super) const USER_INFO: &Union = arms! {
    1 "General" GENERAL,
    2 "Preferences" PREFERENCES,
    3 "Logon" LOGON,
    4 "LogonHours" Type::Struct(&[member("LogonHours", LOGON_HOURS)]),
    5 "Account" ACCOUNT,
    6 "Name" Type::Struct(&[member("UserName", UNICODE_STRING), member("FullName", UNICODE_STRING)]),
    7 "AccountName" Type::Struct(&[member("UserName", UNICODE_STRING)]),
    8 "FullName" Type::Struct(&[member("FullName", UNICODE_STRING)]),
    9 "PrimaryGroup" Type::Struct(&[member("PrimaryGroupId", Type::U32)]),
    10 "Home" Type::Struct(&[member("HomeDirectory", UNICODE_STRING), member("HomeDirectoryDrive", UNICODE_STRING)]),
    11 "Script" Type::Struct(&[member("ScriptPath", UNICODE_STRING)]),
    12 "Profile" Type::Struct(&[member("ProfilePath", UNICODE_STRING)]),
    13 "AdminComment" Type::Struct(&[member("AdminComment", UNICODE_STRING)]),
    14 "WorkStations" Type::Struct(&[member("WorkStations", UNICODE_STRING)]),
    16 "Control" Type::Struct(&[member("UserAccountControl", Type::U32)]),
    17 "Expires" Type::Struct(&[member("AccountExpires", Type::FileTime)]),
    18 "Internal1" INTERNAL1,
    20 "Parameters" Type::Struct(&[member("Parameters", UNICODE_STRING)]),
    21 "All" ALL,
    23 "Internal4" Type::Struct(&[member("I1", ALL), member("UserPassword", ENCRYPTED_PASSWORD)]),
    24 "Internal5" Type::Struct(&[member("UserPassword", ENCRYPTED_PASSWORD), member("PasswordExpired", Type::U8)]),
    25 "Internal4New" Type::Struct(&[member("I1", ALL), member("UserPassword", ENCRYPTED_PASSWORD_NEW)]),
    26 "Internal5New" Type::Struct(&[member("UserPassword", ENCRYPTED_PASSWORD_NEW), member("PasswordExpired", Type::U8)]),
    31 "Internal7" Type::Struct(&[member("UserPassword", ENCRYPTED_PASSWORD_AES), member("PasswordExpired", Type::U8)]),
    32 "Internal8" Type::Struct(&[member("I1", ALL), member("UserPassword", ENCRYPTED_PASSWORD_AES)]),
};

/// SAMPR_USER_GENERAL_INFORMATION (\[MS-SAMR\] 2.2.6).
const GENERAL: Type = Type::Struct(&[
    member("UserName", UNICODE_STRING),
    member("FullName", UNICODE_STRING),
    member("PrimaryGroupId", Type::U32),
    member("AdminComment", UNICODE_STRING),
    member("UserComment", UNICODE_STRING),
]);

/// SAMPR_USER_PREFERENCES_INFORMATION (\[MS-SAMR\] 2.2.6).
const PREFERENCES: Type = Type::Struct(&[
    member("UserComment", UNICODE_STRING),
    member("Reserved1", UNICODE_STRING),
    member("CountryCode", Type::U16),
    member("CodePage", Type::U16),
]);

/// SAMPR_USER_LOGON_INFORMATION (\[MS-SAMR\] 2.2.6).
const LOGON: Type = Type::Struct(&[
    member("UserName", UNICODE_STRING),
    member("FullName", UNICODE_STRING),
    member("UserId", Type::U32),
    member("PrimaryGroupId", Type::U32),
    member("HomeDirectory", UNICODE_STRING),
    member("HomeDirectoryDrive", UNICODE_STRING),
    member("ScriptPath", UNICODE_STRING),
    member("ProfilePath", UNICODE_STRING),
    member("WorkStations", UNICODE_STRING),
    member("LastLogon", Type::FileTime),
    member("LastLogoff", Type::FileTime),
    member("PasswordLastSet", Type::FileTime),
    member("PasswordCanChange", Type::FileTime),
    member("PasswordMustChange", Type::FileTime),
    member("LogonHours", LOGON_HOURS),
    member("BadPasswordCount", Type::U16),
    member("LogonCount", Type::U16),
    member("UserAccountControl", Type::U32),
]);

/// SAMPR_USER_ACCOUNT_INFORMATION (\[MS-SAMR\] 2.2.6).
const ACCOUNT: Type = Type::Struct(&[
    member("UserName", UNICODE_STRING),
    member("FullName", UNICODE_STRING),
    member("UserId", Type::U32),
    member("PrimaryGroupId", Type::U32),
    member("HomeDirectory", UNICODE_STRING),
    member("HomeDirectoryDrive", UNICODE_STRING),
    member("ScriptPath", UNICODE_STRING),
    member("ProfilePath", UNICODE_STRING),
    member("AdminComment", UNICODE_STRING),
    member("WorkStations", UNICODE_STRING),
    member("LastLogon", Type::FileTime),
    member("LastLogoff", Type::FileTime),
    member("LogonHours", LOGON_HOURS),
    member("BadPasswordCount", Type::U16),
    member("LogonCount", Type::U16),
    member("PasswordLastSet", Type::FileTime),
    member("AccountExpires", Type::FileTime),
    member("UserAccountControl", Type::U32),
]);

/// SAMPR_USER_INTERNAL1_INFORMATION (\[MS-SAMR\] 2.2.6).
const INTERNAL1: Type = Type::Struct(&[
    member("EncryptedNtOwfPassword", ENCRYPTED_HASH),
    member("EncryptedLmOwfPassword", ENCRYPTED_HASH),
    member("NtPasswordPresent", Type::U8),
    member("LmPasswordPresent", Type::U8),
    member("PasswordExpired", Type::U8),
]);

/// SAMPR_USER_ALL_INFORMATION (\[MS-SAMR\] 2.2.6).
const ALL: Type = Type::Struct(&[
    member("LastLogon", Type::FileTime),
    member("LastLogoff", Type::FileTime),
    member("PasswordLastSet", Type::FileTime),
    member("AccountExpires", Type::FileTime),
    member("PasswordCanChange", Type::FileTime),
    member("PasswordMustChange", Type::FileTime),
    member("UserName", UNICODE_STRING),
    member("FullName", UNICODE_STRING),
    member("HomeDirectory", UNICODE_STRING),
    member("HomeDirectoryDrive", UNICODE_STRING),
    member("ScriptPath", UNICODE_STRING),
    member("ProfilePath", UNICODE_STRING),
    member("AdminComment", UNICODE_STRING),
    member("WorkStations", UNICODE_STRING),
    member("UserComment", UNICODE_STRING),
    member("Parameters", UNICODE_STRING),
    member("LmOwfPassword", SHORT_BLOB),
    member("NtOwfPassword", SHORT_BLOB),
    member("PrivateData", UNICODE_STRING),
    member("SecurityDescriptor", SECURITY_DESCRIPTOR),
    member("UserId", Type::U32),
    member("PrimaryGroupId", Type::U32),
    member("UserAccountControl", Type::U32),
    member("WhichFields", Type::U32),
    member("LogonHours", LOGON_HOURS),
    member("BadPasswordCount", Type::U16),
    member("LogonCount", Type::U16),
    member("CountryCode", Type::U16),
    member("CodePage", Type::U16),
    member("LmPasswordPresent", Type::U8),
    member("NtPasswordPresent", Type::U8),
    member("PasswordExpired", Type::U8),
    member("PrivateDataSensitive", Type::U8),
]);
