//! Handles of other interfaces than the spooler's: who gives them, what uses them, what ends them.

use crate::bytes::{Bytes, bytes};
use crate::ntlm::Who;
use crate::rpc::*;
use crate::smb2::Smb2;
use crate::wire::Wire;

/// 16 bytes of UUID as little-endian clients send them, and a version.
type Uuid = ([u8; 16], u32);

const LSARPC: Uuid =
    ([0x78, 0x57, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0, 1, 0x23, 0x45, 0x67, 0x89, 0xab], 0);
const SAMR: Uuid =
    ([0x78, 0x57, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0, 1, 0x23, 0x45, 0x67, 0x89, 0xac], 1);
const SVCCTL: Uuid =
    ([0x81, 0xbb, 0x7a, 0x36, 0x44, 0x98, 0xf1, 0x35, 0xad, 0x32, 0x98, 0xf0, 0x38, 0, 0x10, 3], 2);
const WINREG: Uuid =
    ([0x01, 0xd0, 0x8c, 0x33, 0x44, 0x22, 0xf1, 0x31, 0xaa, 0xaa, 0x90, 0, 0x38, 0, 0x10, 3], 1);

/// A null session with a pipe, 7, bound to an interface.
fn bound<'w>(wire: &'w Wire, pipe: &str, interface: Uuid) -> Smb2<'w> {
    let smb = Smb2::on(wire.connect(21, 10));
    smb.log_on(0x41, Who::Null);
    smb.ipc(1);
    smb.open(pipe, 7);
    let bind = NDR.bind(1, 0, &[(0, interface, NDR_SYNTAX)]);
    smb.pipe(7).exchange(&bind, &NDR.bind_ack(1, 5, &[Answer::Accepted(NDR_SYNTAX)]));
    smb
}

/// A call on pipe 7 and its answer. Calls are told apart by their opnums: none is made twice at once.
fn call(smb: &Smb2<'_>, opnum: u16, request: &[u8], response: &[u8]) {
    let id = u32::from(opnum) + 2;
    smb.pipe(7).exchange(&NDR.request(id, 0, opnum, request), &NDR.response(id, 0, response));
}

/// What closes a handle and gives nothing but its zeros back.
fn close(smb: &Smb2<'_>, opnum: u16, n: u8) {
    call(smb, opnum, &handle(n), &[0; 24]);
}

fn granted(n: u8) -> Vec<u8> {
    NDR.handle_and(handle(n), 0)
}

/// A conformant varying string, its NUL included.
fn string(bytes: Bytes, text: &str) -> Bytes {
    let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
    let bytes = bytes.align(4).u32(units.len()).u32(0).u32(units.len());
    units.into_iter().fold(bytes, |bytes, unit| bytes.u16(unit.into()))
}

/// A `RPC_UNICODE_STRING` and its buffer.
fn unicode(bytes: Bytes, text: &str) -> Bytes {
    let length = text.len() * 2 + 2;
    string(bytes.align(4).u16(length).u16(length).u32(0x0002_0000), text)
}

/// S-1-5-21-1-2-3 with its count in front.
#[rustfmt::skip]
fn sid(stub: Bytes) -> Bytes {
    let stub = stub.u32(4) // maximum count
        .raw(&[1, 4]) // Revision, SubAuthorityCount
        .raw(&[0, 0, 0, 0, 0, 5]); // IdentifierAuthority
    [21, 1, 2, 3].into_iter().fold(stub, Bytes::u32)
}

fn samr_connect_2(smb: &Smb2<'_>, n: u8) {
    let request = string(bytes().u32(0x0002_0000), r"\\SRV").align(4).u32(0x30);
    call(smb, 57, &request.0, &granted(n));
}

fn samr_open_domain(smb: &Smb2<'_>, server: u8, response: &[u8]) {
    call(smb, 7, &sid(bytes().raw(&handle(server)).u32(0x200)).0, response);
}

fn samr_open_user(smb: &Smb2<'_>, domain: u8, n: u8) {
    call(smb, 34, &bytes().raw(&handle(domain)).u32(0x11b).u32(1000).0, &granted(n));
}

fn lsar_open_policy_2(smb: &Smb2<'_>, n: u8) {
    let request = string(bytes().u32(0x0002_0000), r"\\SRV").align(4);
    // Length, RootDirectory, ObjectName, Attributes, SecurityDescriptor, SecurityQualityOfService; DesiredAccess
    let request = [24, 0, 0, 0, 0, 0, 0x801].into_iter().fold(request, Bytes::u32);
    call(smb, 44, &request.0, &granted(n));
}

#[test]
fn each_handle_of_samr_is_named_by_what_was_opened() {
    let wire = Wire::new();
    let smb = bound(&wire, "samr", SAMR);
    samr_connect_2(&smb, 1);
    samr_open_domain(&smb, 1, &granted(2));
    close(&smb, 1, 1);
    samr_open_user(&smb, 2, 3);
    wire.wait(100.0);
    wire.tells(
        r"null 41: leaked
        tree IPC$
        pipe samr
        handle 1 \\SRV (close_call)
        handle 2 S-1-5-21-1-2-3
        handle 3 1000",
    );
}

#[test]
fn a_call_that_fails_gives_no_handle_whatever_it_carries() {
    let wire = Wire::new();
    let smb = bound(&wire, "samr", SAMR);
    samr_connect_2(&smb, 1);
    let no_such_domain = 0xc000_00df;
    samr_open_domain(&smb, 1, &NDR.handle_and(handle(2), no_such_domain));
    samr_open_domain(&smb, 1, &NDR.handle_and([0; 20], 0));
    wire.tells(
        r"null 41: open
        tree IPC$
        pipe samr
        handle 1 \\SRV",
    );
}

#[test]
fn a_user_that_is_deleted_takes_its_handle_with_it_and_a_member_that_is_removed_does_not() {
    let wire = Wire::new();
    let smb = bound(&wire, "samr", SAMR);
    samr_connect_2(&smb, 1);
    samr_open_domain(&smb, 1, &granted(2));
    samr_open_user(&smb, 2, 3);
    close(&smb, 35, 3);
    // SamrRemoveMemberFromForeignDomain
    call(&smb, 45, &sid(bytes().raw(&handle(2))).0, &NDR.value(0));
    wire.tells(
        r"null 41: open
        tree IPC$
        pipe samr
        handle 1 \\SRV
        handle 2 S-1-5-21-1-2-3
        handle 3 1000 (close_call)",
    );
}

#[test]
fn the_last_parameter_may_be_the_handle() {
    let wire = Wire::new();
    let smb = bound(&wire, "samr", SAMR);
    let request = string(bytes().u32(0x0002_0000), r"\\SRV").align(4);
    // DesiredAccess, InVersion, the tag, Revision, SupportedFeatures
    let request = [0x30, 1, 1, 3, 0].into_iter().fold(request, Bytes::u32);
    // OutVersion, the tag, Revision, SupportedFeatures
    let response = [1, 1, 3, 0].into_iter().fold(bytes(), Bytes::u32);
    call(&smb, 64, &request.0, &response.raw(&handle(9)).u32(0).0);
    wire.tells(
        r"null 41: open
        tree IPC$
        pipe samr
        handle 9 \\SRV",
    );
}

#[test]
fn a_policy_is_run_down_with_its_pipe() {
    let wire = Wire::new();
    let smb = bound(&wire, "lsarpc", LSARPC);
    lsar_open_policy_2(&smb, 1);
    lsar_open_policy_2(&smb, 2);
    close(&smb, 0, 1);
    smb.close(7);
    smb.disconnect();
    smb.log_off();
    wire.tells(
        r"null 41 (own_close): abandoned
        tree IPC$ (own_close)
        pipe lsarpc (own_close)
        handle 1 \\SRV (close_call)
        handle 2 \\SRV (pipe_close)",
    );
}

#[test]
fn a_policy_that_is_in_use_is_no_leak() {
    let wire = Wire::new();
    let smb = bound(&wire, "lsarpc", LSARPC);
    lsar_open_policy_2(&smb, 1);
    wire.wait(80.0);
    // LsarQueryInformationPolicy: no information, STATUS_INVALID_PARAMETER
    call(&smb, 7, &bytes().raw(&handle(1)).u16(99).0, &bytes().u32(0).u32(0xc000_000d).0);
    wire.wait(80.0);
    assert_eq!(wire.verdicts(), ["open"]);
    wire.wait(20.0);
    assert_eq!(wire.verdicts(), ["leaked"]);
}

#[test]
fn a_service_that_is_deleted_keeps_its_handle() {
    let wire = Wire::new();
    let smb = bound(&wire, "svcctl", SVCCTL);
    // lpMachineName, lpDatabaseName, dwDesiredAccess
    let request = string(bytes().u32(0x0002_0000), r"\\SRV").align(4).u32(0).u32(1);
    call(&smb, 15, &request.0, &granted(1));
    let request = string(bytes().raw(&handle(1)), "Spooler").align(4).u32(4);
    call(&smb, 16, &request.0, &granted(2));
    call(&smb, 2, &handle(2), &NDR.value(0)); // RDeleteService
    close(&smb, 0, 1);
    wire.tells(
        r"null 41: open
        tree IPC$
        pipe svcctl
        handle 1 \\SRV (close_call)
        handle 2 Spooler",
    );
}

#[test]
fn keys_of_the_registry_end_with_their_connection() {
    let wire = Wire::new();
    let smb = bound(&wire, "winreg", WINREG);
    call(&smb, 2, &bytes().u32(0).u32(0x0200_0000).0, &granted(1)); // OpenLocalMachine
    let request = unicode(bytes().raw(&handle(1)), "SOFTWARE").align(4).u32(0).u32(0x0002_0019);
    call(&smb, 15, &request.0, &granted(2)); // BaseRegOpenKey
    call(&smb, 15, &request.0, &NDR.handle_and([0; 20], 2)); // ERROR_FILE_NOT_FOUND
    smb.tcp.rst(crate::wire::End::Client);
    wire.tells(
        r"null 41 (connection_end): abandoned
        tree IPC$ (connection_end)
        pipe winreg (connection_end)
        handle 1 HKEY_LOCAL_MACHINE (connection_end)
        handle 2 SOFTWARE (connection_end)",
    );
}
