//! Forms (\[MS-RPRN\] 3.1.4.5).

use super::common::{CB_BUF, CB_NEEDED, Call, LEVEL, PRINTER, RETURNED, TEXT, buffer, container, text};
use crate::dcerpc::ndr::{Meaning, Member, Type, input, member};
use crate::rprn::marshalled;
use crate::rprn::names::{FORM, FORM_STRING};

/// `RpcAddForm`.
pub(crate) const ADD_FORM: Call = &[PRINTER, input(member("pFormInfoContainer", FORM_CONTAINER))];

/// `RpcDeleteForm`.
pub(crate) const DELETE_FORM: Call = &[PRINTER, text("pFormName")];

/// `RpcGetForm`.
pub(crate) const GET_FORM: Call =
    &[PRINTER, text("pFormName"), LEVEL, buffer("pForm", FORM_INFO), CB_BUF, CB_NEEDED];

/// `RpcSetForm`.
pub(crate) const SET_FORM: Call =
    &[PRINTER, text("pFormName"), input(member("pFormInfoContainer", FORM_CONTAINER))];

/// `RpcEnumForms`.
pub(crate) const ENUM_FORMS: Call =
    &[PRINTER, LEVEL, buffer("pForm", FORM_INFO), CB_BUF, CB_NEEDED, RETURNED];

/// `FORM_CONTAINER` (\[MS-RPRN\] 2.2.1.2.5).
const FORM_CONTAINER: Type = container!("FormInfo", 1 "pFormInfo1" FORM_INFO_1, 2 "pFormInfo2" FORM_INFO_2);

/// `SIZE`: in thousandths of a millimetre.
const SIZE: Type = Type::Struct(&[member("cx", Type::I32), member("cy", Type::I32)]);

/// `RECTL`: in thousandths of a millimetre.
const RECTANGLE: Type = Type::Struct(&[
    member("left", Type::I32),
    member("top", Type::I32),
    member("right", Type::I32),
    member("bottom", Type::I32),
]);

/// `FORM_INFO` in buffers (\[MS-RPRN\] 2.2.2.5).
const FORM_INFO: Type = Type::Unique(&Type::Bytes(Meaning::Known(|bytes, scope, anomalies| {
    marshalled::information(bytes, scope, anomalies, |level| match level {
        1 => Some(FORM_INFO_1),
        2 => Some(FORM_INFO_2),
        _ => None,
    })
})));

/// `FORM_INFO_1` (\[MS-RPRN\] 2.2.1.6.1).
const FORM_INFO_1: &[Member] = &[
    member("Flags", Type::Named(FORM)),
    member("pName", TEXT),
    member("Size", SIZE),
    member("ImageableArea", RECTANGLE),
];

/// `RPC_FORM_INFO_2` (\[MS-RPRN\] 2.2.1.6.2).
const FORM_INFO_2: &[Member] = &[
    member("Flags", Type::Named(FORM)),
    member("pName", TEXT),
    member("Size", SIZE),
    member("ImageableArea", RECTANGLE),
    member("pKeyword", Type::Unique(&Type::Ascii)),
    member("StringType", Type::Named(FORM_STRING)),
    member("pMuiDll", TEXT),
    member("dwResourceId", Type::U32),
    member("pDisplayName", TEXT),
    member("wLangID", Type::U16),
];
