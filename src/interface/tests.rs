//! What must hold of all interfaces.

use uuid::Uuid;

use super::*;
use crate::dcerpc::ndr::{Direction, Parameter, Type};

#[test]
fn each_interface_has_a_uuid_of_its_own_and_is_found_by_it() {
    for interface in all() {
        assert!(core::ptr::eq(of(&interface.uuid).unwrap(), interface), "{interface:?}");
        assert_eq!(name(&interface.uuid), Some(interface.name), "{interface:?}: names.rs has no line for it");
        assert_eq!(named(interface.name).unwrap().name, interface.name);
    }
    assert_eq!(of(&Uuid::nil()), None);
}

#[test]
fn a_pipe_tells_the_interface_if_nothing_else_is_called_there() {
    assert_eq!(of_pipe(r"\PIPE\SPOOLSS"), Some(&SPOOLSS));
    assert_eq!(of_pipe("spoolss"), Some(&SPOOLSS));
    assert_eq!(of_pipe("xspoolss"), None);
    // Windows serves several interfaces there.
    assert_eq!(of_pipe("lsarpc"), None);
}

#[test]
fn procedures_stand_in_the_order_of_their_numbers() {
    for interface in all() {
        assert!(interface.procedures.is_sorted_by(|a, b| a.opnum < b.opnum), "{interface:?}");
        for procedure in interface.procedures {
            let found = interface.procedure(procedure.opnum).map(|found| found.name);
            assert_eq!(found, Some(procedure.name));
        }
    }
    assert!(SPOOLSS.procedure(124).is_none() && IREMOTEWINSPOOL.procedure(75).is_none());
}

#[test]
fn procedures_have_the_numbers_of_their_specifications() {
    for (interface, opnum, name) in [
        ("spoolss", 69, "RpcOpenPrinterEx"),
        ("srvsvc", 15, "NetrShareEnum"),
        ("srvsvc", 21, "NetrServerGetInfo"),
        ("srvsvc", 36, "NetrShareEnumSticky"),
        ("wkssvc", 30, "NetrEnumerateComputerNames"),
        ("winreg", 15, "BaseRegOpenKey"),
        ("winreg", 35, "BaseRegDeleteKeyEx"),
        ("lsarpc", 44, "LsarOpenPolicy2"),
        ("lsarpc", 68, "LsarLookupNames3"),
        ("lsarpc", 77, "LsarLookupNames4"),
        ("samr", 50, "SamrCreateUser2InDomain"),
        ("samr", 64, "SamrConnect5"),
        ("netlogon", 26, "NetrServerAuthenticate3"),
        ("netlogon", 39, "NetrLogonSamLogonEx"),
        ("svcctl", 15, "ROpenSCManagerW"),
        ("svcctl", 47, "RNotifyServiceStatusChange"),
        ("svcctl", 60, "RCreateWowService"),
        ("epmapper", 3, "ept_map"),
        ("drsuapi", 12, "IDL_DRSCrackNames"),
        ("netdfs", 21, "NetrDfsEnumEx"),
        ("isystemactivator", 4, "RemoteCreateInstance"),
    ] {
        let found = named(interface).and_then(|interface| interface.procedure(opnum));
        assert_eq!(found.map(|procedure| procedure.name), Some(name));
    }
    assert!(SRVSVC.procedure(0).is_none() && SRVSVC.procedure(58).is_none());
}

/// All procedures that have known parameters.
fn known() -> impl Iterator<Item = (&'static Interface, &'static Procedure)> {
    let all = all().flat_map(|interface| interface.procedures.iter().map(move |own| (interface, own)));
    all.filter(|(_, procedure)| !procedure.parameters.known().is_empty())
}

#[test]
fn it_is_known_what_each_handle_that_is_granted_stands_for() {
    for (interface, procedure) in known().filter(|(_, procedure)| procedure.gives_handle()) {
        for parameter in procedure.handles(false) {
            assert!(interface.object(procedure, parameter).is_some(), "{} {parameter}", procedure.name);
        }
    }
    for (_, procedure) in known().filter(|(_, procedure)| procedure.grants.is_some()) {
        assert_eq!(procedure.handles(false).count(), 1, "{}: of which handle?", procedure.name);
    }
}

#[test]
fn all_handles_of_a_call_are_kept() {
    for (_, procedure) in known() {
        for is_request in [true, false] {
            assert!(procedure.handles(is_request).count() <= Handles::default().len(), "{}", procedure.name);
        }
    }
}

#[test]
fn a_call_that_closes_a_handle_names_no_other() {
    // So what it closes when it succeeds is each handle of its request.
    for (interface, procedure) in known().filter(|(_, procedure)| procedure.takes_handle()) {
        assert_eq!(procedure.handles(true).count(), 1, "{} {}", interface.name, procedure.name);
    }
}

#[test]
fn what_names_an_object_is_there() {
    fn has(of: &Type, name: &str) -> bool {
        match of {
            Type::Unique(of) => has(of, name),
            Type::Struct(members) => {
                members.iter().any(|member| member.name == name || has(&member.of, name))
            }
            Type::Union(union) => union.arms.iter().any(|arm| arm.name == name || has(&arm.of, name)),
            _ => false,
        }
    }
    for (_, procedure) in known() {
        for place in procedure.named_by {
            let (parameter, member) = place.split_once('.').map_or((*place, None), |(a, b)| (a, Some(b)));
            let is_it = |own: &&Parameter| own.direction != Direction::Out && own.member.name == parameter;
            let own = procedure.parameters.known().iter().find(is_it);
            let is_there = own.is_some_and(|own| member.is_none_or(|member| has(&own.member.of, member)));
            assert!(is_there && procedure.gives_handle(), "{} {place}", procedure.name);
        }
    }
}

/// The handles that a procedure uses, gives and takes.
fn roles(interface: &Interface, role: fn(&Procedure) -> bool) -> Vec<u16> {
    let rows = interface.procedures.iter().filter(move |procedure| role(procedure));
    rows.map(|procedure| procedure.opnum).collect()
}

#[test]
fn the_print_calls_that_give_or_take_handles_are_these() {
    let also_uses = |procedure: &Procedure| procedure.gives_handle() && procedure.uses_handle();
    assert_eq!(roles(&SPOOLSS, Procedure::gives_handle), [1, 5, 40, 58, 69, 70]);
    assert_eq!(roles(&SPOOLSS, also_uses), [40]);
    assert_eq!(roles(&SPOOLSS, Procedure::takes_handle), [29, 42, 60]);
    assert_eq!(roles(&IREMOTEWINSPOOL, Procedure::gives_handle), [0, 1, 35, 58]);
    assert_eq!(roles(&IREMOTEWINSPOOL, also_uses), [35, 58]);
    assert_eq!(roles(&IREMOTEWINSPOOL, Procedure::takes_handle), [20, 37, 59]);
    assert_eq!(roles(&SPOOLSS, |procedure| !procedure.on_wire).len(), 36);
    assert_eq!(roles(&IREMOTEWINSPOOL, |procedure| !procedure.on_wire).len(), 0);
}

#[test]
fn a_number_stands_for_different_handles_on_different_interfaces() {
    let grants = |interface: &Interface, opnum| {
        let procedure = interface.procedure(opnum).unwrap();
        procedure.handles(false).next().and_then(|parameter| interface.object(procedure, parameter))
    };
    assert_eq!(grants(&SPOOLSS, 58), Some(ObjectKind::BackChannel));
    assert_eq!(grants(&IREMOTEWINSPOOL, 58), Some(ObjectKind::Notifications));
    assert_eq!(grants(&SPOOLSS, 69), Some(ObjectKind::Printer));
    assert_eq!(grants(&SPOOLSS, 70), Some(ObjectKind::AddedPrinter));
    assert_eq!(grants(&SPOOLSS, 40), Some(ObjectKind::InformationContext));
    assert_eq!(grants(&SPOOLSS, 59), None);
}

#[test]
fn print_calls_that_tell_more_than_a_handle_are_asked_for_it() {
    const TELLING: [&str; 4] = ["pClientInfo", "pszLocalMachine", "pDocInfoContainer", "pDriverContainer"];
    for interface in [&SPOOLSS, &IREMOTEWINSPOOL] {
        for procedure in interface.procedures {
            let mut own = procedure.parameters.known().iter();
            let tells = own.any(|own| TELLING.contains(&own.member.name));
            assert!(!tells || procedure.details.is_some(), "{}", procedure.name);
        }
    }
}
