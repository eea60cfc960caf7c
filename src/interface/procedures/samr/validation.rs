//! Passwords that are checked against the policy (\[MS-SAMR\] 2.2.9).

use crate::dcerpc::ndr::{Meaning, Type, Union, counted, member};
use crate::interface::parameters::{ENUM, UNICODE_STRING, arms};

/// SAM_VALIDATE_INPUT_ARG (\[MS-SAMR\] 2.2.9).
pub(super) const VALIDATE_IN: &Union = arms! {
    1 "ValidateAuthenticationInput" Type::Struct(&[member("InputPersistedFields", PERSISTED), member("PasswordMatched", Type::U8)]),
    2 "ValidatePasswordChangeInput" Type::Struct(&[
        member("InputPersistedFields", PERSISTED),
        member("ClearPassword", UNICODE_STRING),
        member("UserAccountName", UNICODE_STRING),
        member("HashedPassword", HASH),
        member("PasswordMatch", Type::U8),
    ]),
    3 "ValidatePasswordResetInput" Type::Struct(&[
        member("InputPersistedFields", PERSISTED),
        member("ClearPassword", UNICODE_STRING),
        member("UserAccountName", UNICODE_STRING),
        member("HashedPassword", HASH),
        member("PasswordMustChangeAtNextLogon", Type::U8),
        member("ClearLockout", Type::U8),
    ]),
};

/// SAM_VALIDATE_OUTPUT_ARG (\[MS-SAMR\] 2.2.9).
pub(super) const VALIDATE_OUT: &Union = arms! {
    1 "ValidateAuthenticationOutput" OUTPUT,
    2 "ValidatePasswordChangeOutput" OUTPUT,
    3 "ValidatePasswordResetOutput" OUTPUT,
};

/// SAM_VALIDATE_STANDARD_OUTPUT_ARG (\[MS-SAMR\] 2.2.9).
const OUTPUT: Type =
    Type::Struct(&[member("ChangedPersistedFields", PERSISTED), member("ValidationStatus", ENUM)]);

/// SAM_VALIDATE_PERSISTED_FIELDS (\[MS-SAMR\] 2.2.9).
const PERSISTED: Type = Type::Struct(&[
    member("PresentFields", Type::U32),
    member("PasswordLastSet", Type::I64),
    member("BadPasswordTime", Type::I64),
    member("LockoutTime", Type::I64),
    member("BadPasswordCount", Type::U32),
    member("PasswordHistoryLength", Type::U32),
    counted("PasswordHistory", Type::Unique(&Type::Array(&HASH)), "PasswordHistoryLength"),
]);

/// SAM_VALIDATE_PASSWORD_HASH (\[MS-SAMR\] 2.2.9).
const HASH: Type = Type::Struct(&[
    member("Length", Type::U32),
    counted("Hash", Type::Unique(&Type::Bytes(Meaning::Opaque)), "Length"),
]);
