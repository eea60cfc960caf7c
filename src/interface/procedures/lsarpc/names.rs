//! Names and SIDs that are translated (\[MS-LSAT\] 3.1.4).

use super::trust::TRUST_INFORMATION;
use crate::dcerpc::ndr::{Parameter, Type, counted, input, member};
use crate::interface::parameters::{ENUM, UNICODE_STRING, entries, exchanged, handle, number, result, value};

pub(super) const LOOKUP_NAMES: &[Parameter] =
    &[POLICY, COUNT, NAMES, REFERENCED, exchanged("TranslatedSids", TRANSLATED_SIDS), LEVEL, MAPPED];
pub(super) const LOOKUP_NAMES_2: &[Parameter] = &[
    POLICY,
    COUNT,
    NAMES,
    REFERENCED,
    exchanged("TranslatedSids", TRANSLATED_SIDS_EX),
    LEVEL,
    MAPPED,
    OPTIONS,
    REVISION,
];
pub(super) const LOOKUP_NAMES_3: &[Parameter] = &[
    POLICY,
    COUNT,
    NAMES,
    REFERENCED,
    exchanged("TranslatedSids", TRANSLATED_SIDS_EX2),
    LEVEL,
    MAPPED,
    OPTIONS,
    REVISION,
];
pub(super) const LOOKUP_NAMES_4: &[Parameter] = &[
    COUNT,
    NAMES,
    REFERENCED,
    exchanged("TranslatedSids", TRANSLATED_SIDS_EX2),
    LEVEL,
    MAPPED,
    OPTIONS,
    REVISION,
];
pub(super) const LOOKUP_SIDS: &[Parameter] =
    &[POLICY, SIDS, REFERENCED, exchanged("TranslatedNames", TRANSLATED_NAMES), LEVEL, MAPPED];
pub(super) const LOOKUP_SIDS_2: &[Parameter] = &[
    POLICY,
    SIDS,
    REFERENCED,
    exchanged("TranslatedNames", TRANSLATED_NAMES_EX),
    LEVEL,
    MAPPED,
    OPTIONS,
    REVISION,
];
pub(super) const LOOKUP_SIDS_3: &[Parameter] =
    &[SIDS, REFERENCED, exchanged("TranslatedNames", TRANSLATED_NAMES_EX), LEVEL, MAPPED, OPTIONS, REVISION];

const POLICY: Parameter = handle("PolicyHandle");
const COUNT: Parameter = number("Count");
const NAMES: Parameter = input(counted("Names", Type::Array(&UNICODE_STRING), "Count"));
const SIDS: Parameter = value(
    "SidEnumBuffer",
    entries!("Entries", "SidInfo", Type::Struct(&[member("Sid", Type::Unique(&Type::Sid))])),
);
const LEVEL: Parameter = value("LookupLevel", ENUM);
const MAPPED: Parameter = exchanged("MappedCount", Type::U32);
const OPTIONS: Parameter = number("LookupOptions");
const REVISION: Parameter = number("ClientRevision");

/// LSAPR_REFERENCED_DOMAIN_LIST (\[MS-LSAT\] 2.2.12).
const REFERENCED: Parameter = result(
    "ReferencedDomains",
    Type::Unique(&Type::Struct(&[
        member("Entries", Type::U32),
        counted("Domains", Type::Unique(&Type::Array(&TRUST_INFORMATION)), "Entries"),
        member("MaxEntries", Type::U32),
    ])),
);

/// LSAPR_TRANSLATED_SIDS and its successors (\[MS-LSAT\] 2.2).
const TRANSLATED_SIDS: Type = entries!(
    "Entries",
    "Sids",
    Type::Struct(&[member("Use", ENUM), member("RelativeId", Type::U32), member("DomainIndex", Type::I32),])
);
const TRANSLATED_SIDS_EX: Type = entries!(
    "Entries",
    "Sids",
    Type::Struct(&[
        member("Use", ENUM),
        member("RelativeId", Type::U32),
        member("DomainIndex", Type::I32),
        member("Flags", Type::U32),
    ])
);
const TRANSLATED_SIDS_EX2: Type = entries!(
    "Entries",
    "Sids",
    Type::Struct(&[
        member("Use", ENUM),
        member("Sid", Type::Unique(&Type::Sid)),
        member("DomainIndex", Type::I32),
        member("Flags", Type::U32),
    ])
);

/// LSAPR_TRANSLATED_NAMES and its successor (\[MS-LSAT\] 2.2).
const TRANSLATED_NAMES: Type = entries!(
    "Entries",
    "Names",
    Type::Struct(&[member("Use", ENUM), member("Name", UNICODE_STRING), member("DomainIndex", Type::I32),])
);
const TRANSLATED_NAMES_EX: Type = entries!(
    "Entries",
    "Names",
    Type::Struct(&[
        member("Use", ENUM),
        member("Name", UNICODE_STRING),
        member("DomainIndex", Type::I32),
        member("Flags", Type::U32),
    ])
);
