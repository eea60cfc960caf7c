"""Writes the stories: captures of a workgroup of Windows 2000 clients and an XP Professional server that shares a printer, and of the same with
a Windows 11 or Samba server and devices that print. usage: stories.py [OUTDIR]

A story is a function that tells its clients what to do, in order; the file has its name. What the program has to say of each stands in
testdata/stories/EXPECTED.tsv. The files are the same, byte for byte, each time they are written.
"""
import os
import struct
import sys

import smb2
import story
from smb2 import Smb2
from story import ACCESS_DENIED, ACK, CLIENT, LOGON_FAILURE, REQUEST_NOT_ACCEPTED, SERVER, SYN, Network, Smb, Tcp

HERE = os.path.dirname(os.path.abspath(__file__))
XPSRV = "192.168.1.10"
STORIES = []
NOVEMBER_2023 = 1700000000.0
WINDOWS_11 = 22621                                      # build
INVALID_PRINTER_NAME = 1801                             # Win32 error


def tells(function):
    STORIES.append(function)
    return function


def machine(number):
    return f"192.168.1.{number}"


def client(network, number=21, **more):
    """A connection of WS`number` to the server, not set up."""
    return Smb(network, machine(number), XPSRV, **{"name": f"WS{number}", **more})


def negotiated(network, number=21, **more):
    return client(network, number, **more).connect().negotiate()


def null_pipe(network, number=21, **more):
    """A null session with a bound pipe to the spooler."""
    return negotiated(network, number, **more).session().tree().spooler()


def null_spooler(network, number=21, **more):
    """A null session that holds a printer handle and has used it."""
    return null_pipe(network, number, **more).open_printer().get_printer()


def user_in_folder(network, number, user, **more):
    return negotiated(network, number, **more).session(user).folder()


def user_at_printer(network, **more):
    return negotiated(network, **more).session("alice").tree().spooler().open_printer()


def knock(network, number=22):
    """Somebody connects and says no more: the capture goes on."""
    client(network, number).connect()


def refused(network, number, user, domain=""):
    negotiated(network, number).session(user, domain, status=REQUEST_NOT_ACCEPTED).tcp.fin()


def then_keep_alive(network, connection, seconds=300):
    network.wait(seconds)
    connection.keep_alive()


# a: all ten slots are taken.

@tells
def a_full10(network):
    for _ in range(7):
        null_spooler(network)
        network.wait(120)
    null_spooler(network, 22, extended=False)
    network.wait(60)
    null_spooler(network, 22, extended=False)
    network.wait(60)
    bob = negotiated(network, 23).session("bob", "OFFICE").tree("docs", service=b"A:\0", file_system="NTFS").create("\\report.doc", pipe=False)
    network.wait(200)
    refused(network, 24, "carol", "OFFICE")
    network.wait(30)
    refused(network, 24, "carol", "OFFICE")
    network.wait(30)
    negotiated(network, 25).session(first_status=REQUEST_NOT_ACCEPTED).tcp.fin()
    network.wait(100)
    bob.echo()


# b: several null sessions of a client.

@tells
def b1_4uids_one_vc(network):
    ws21 = negotiated(network)
    for number in range(4):
        ws21.session().tree(tid=0x0800 + number).spooler(fid=0x4000 + number).open_printer(number=100 + number)
        network.wait(20)
    then_keep_alive(network, ws21, 400)


@tells
def b2_two_nulls(network):
    null_spooler(network)
    null_spooler(network)
    network.wait(300)
    knock(network)


@tells
def b3_three_sequential(network):
    for _ in range(3):
        null_spooler(network).close_printer().leave()
        network.wait(30)
    network.wait(200)
    knock(network)


# c: servers that deny anonymous clients something.

@tells
def c1_denied_setup(network):
    for _ in range(3):
        negotiated(network).session(status=ACCESS_DENIED)
        network.wait(60)
    network.wait(300)
    knock(network)


@tells
def c2_denied_tree(network):
    for _ in range(3):
        negotiated(network).session().tree(status=ACCESS_DENIED)
        network.wait(60)
    network.wait(300)
    knock(network)


@tells
def c3_denied_pipe(network):
    for _ in range(3):
        negotiated(network).session().tree().create(status=ACCESS_DENIED)
        network.wait(60)
    network.wait(300)
    knock(network)


@tells
def c4_wrong_password(network):
    negotiated(network).session("alice", status=LOGON_FAILURE)
    network.wait(360)
    knock(network)


@tells
def c5_null_docs_share_denied_only(network):
    negotiated(network).session().tree("docs", status=ACCESS_DENIED).tree().spooler().open_printer().close_printer().leave()
    network.wait(300)
    knock(network)


@tells
def c6_denied_fill(network):
    for _ in range(8):
        negotiated(network).session(status=ACCESS_DENIED)
        network.wait(10)
    user_in_folder(network, 22, "bob")
    user_in_folder(network, 23, "eve")
    network.wait(5)
    refused(network, 24, "carol")


# d: null sessions that live as long as is usual.

@tells
def d_temporary(network):
    printing = []
    for number in (21, 22, 23):
        network.at((number - 21) * 5)
        printing.append(null_spooler(network, number).close_printer())
    for seconds, session in zip((30, 65, 98), printing):
        network.at(seconds)
        session.leave()
    network.at(140)
    browsing = negotiated(network, 25).session().tree().list_servers()
    network.at(170)
    browsing.disconnect_tree().log_off().tcp.fin()
    network.at(180)
    null_spooler(network, 26)
    network.at(265)
    knock(network, 27)


# e: an OpenPrinterEx that waits.

@tells
def e1_hang(network):
    ws21 = null_pipe(network).open_printer(answer=False)
    ws21.tcp.ack(SERVER)
    for _ in range(6):
        then_keep_alive(network, ws21, 60)


@tells
def e2_hang_then_client_gone(network):
    ws21 = null_pipe(network).open_printer(answer=False)
    ws21.tcp.ack(SERVER)
    network.wait(400)
    ws21.tcp.rst()
    network.wait(100)
    knock(network)


@tells
def e3_slow_85s(network):
    ws21 = null_pipe(network).open_printer(number=9, answer=False)
    network.wait(85)
    ws21.printer_answer().close_printer().leave()
    network.wait(200)
    knock(network)


@tells
def e4_hang_cancelled(network):
    ws21 = null_pipe(network).open_printer(answer=False)
    network.wait(100)
    ws21.cancel()
    then_keep_alive(network, ws21, 200)


@tells
def e5_no_ack(network):
    null_pipe(network).open_printer(answer=False)
    network.wait(300)
    knock(network)


# f: two machines print on each other.

@tells
def f_mutual(network):
    def from_server(**more):
        return Smb(network, XPSRV, machine(21), name="XPSRV", server_name="WS21", guid=b"WS21GUID00000001", **more)

    ws21 = null_spooler(network).want_changes()
    network.wait(0.2)
    back = from_server().connect().negotiate().session().tree().spooler().reply_open("\\\\XPSRV\\lp1", 777).router_reply()
    network.wait(60)
    from_server().connect().negotiate().session().tree().spooler().open_printer(user="SYSTEM").want_changes(cookie=0x5555)
    network.wait(0.2)
    forth = negotiated(network).session().tree().spooler().reply_open("\\\\WS21\\lp1", 778, 0x5555)
    then_keep_alive(network, forth, 1200)
    back.keep_alive()
    ws21.keep_alive()


# g: a client asks 139 and 445 at once and drops one.

@tells
def g1_race_rst(network):
    direct = client(network, port=445, client_port=1050)
    netbios = client(network, client_port=1051)
    for flags, end in ((SYN, CLIENT), (SYN | ACK, SERVER)):
        direct.tcp.segment(end, flags)
        netbios.tcp.segment(end, flags)
    direct.tcp.ack(CLIENT)
    netbios.tcp.rst()
    direct.negotiate().session("alice").folder()
    network.wait(200)
    direct.echo()


def race(network, negotiates=False):
    """Asks 139 and 445, maybe negotiates on both, and drops 139."""
    netbios = client(network, client_port=1051)
    direct = client(network, port=445, client_port=1050)
    for connection in (netbios, direct):
        connection.connect()
        if negotiates:
            connection.negotiate()
    netbios.tcp.fin()
    return direct


@tells
def g2_race_nbss_then_fin(network):
    direct = race(network).negotiate().session("alice").folder()
    network.wait(200)
    direct.echo()


@tells
def g3_race_negotiate_then_fin(network):
    direct = race(network, negotiates=True).session("alice").folder()
    network.wait(200)
    direct.echo()


@tells
def g4_user445_null139(network):
    direct = race(network)
    null_spooler(network, client_port=1055)
    direct.negotiate().session("alice").folder()
    network.wait(200)
    direct.echo()


# h, i: other limits, other accounts.

@tells
def h_xphome5(network):
    for _ in range(3):
        null_spooler(network)
    user_in_folder(network, 22, "bob")
    user_in_folder(network, 23, "eve")
    network.wait(120)
    refused(network, 24, "carol")


@tells
def i_service_user(network):
    ws21 = negotiated(network).session("alice", "OFFICE").folder()
    network.wait(10)
    ws21.session("svc_backup", "OFFICE").folder(tid=0x0801)
    network.wait(10)
    null_spooler(network)
    network.wait(300)
    ws21.echo()


# j: null sessions that leaked and have ended.

@tells
def j1_net_session_delete(network):
    sessions = [null_spooler(network) for _ in range(3)]
    network.wait(300)
    for session in sessions:
        session.tcp.fin(SERVER)
    network.wait(100)
    knock(network)


@tells
def j3_held_5h_then_reboot(network):
    sessions = [null_spooler(network) for _ in range(2)]
    for _ in range(60):
        network.wait(300)
        for session in sessions:
            session.keep_alive()
    for session in sessions:
        session.tcp.rst()
    network.wait(60)
    knock(network)


@tells
def j5_held_3h_then_closed(network):
    ws21 = null_spooler(network)
    network.wait(3 * 3600)
    ws21.close_printer().leave()
    network.wait(200)
    knock(network)


# k: users that do nothing.

@tells
def k1_idle_user_no_refusal(network):
    user_in_folder(network, 21, "bob")
    network.wait(900)
    knock(network, 23)


@tells
def k2_idle_users_refusal(network):
    for number in range(10):
        user_in_folder(network, 30 + number, f"user{number}")
    network.wait(900)
    refused(network, 23, "bob")


# m: the capture begins late.

@tells
def m1_midstream_getprinter(network):
    ws21 = null_spooler(network)
    network.wait(30)
    network.cut()
    ws21.get_printer()
    network.wait(30)
    ws21.get_printer()
    then_keep_alive(network, ws21)


@tells
def m2_midstream_keepalive_only(network):
    ws21 = null_spooler(network)
    network.wait(60)
    network.cut()
    for _ in range(10):
        ws21.keep_alive()
        network.wait(60)


# n: a VcNumber of 0 that does not end what was before.

@tells
def n_vc0_but_lives(network):
    ws21 = null_spooler(network)
    network.wait(20)
    negotiated(network).session("alice", circuit=0).folder()
    network.wait(20)
    ws21.get_printer()
    then_keep_alive(network, ws21)


# r: each rule of the findings, and beside it what is no finding.

def idle_pipes(network, count):
    alice = negotiated(network).session("alice").tree()
    for number in range(count):
        alice.spooler(fid=0x4100 + number).open_printer(number=50 + number)
    network.wait(300)
    knock(network, 99)


@tells
def r1_idle4(network):
    idle_pipes(network, 4)


@tells
def r1_idle5(network):
    idle_pipes(network, 5)


@tells
def r2_folder_of_25_printers(network):
    alice = negotiated(network).session("alice").tree()
    for number in range(25):
        alice.spooler(fid=0x4100 + number).open_printer(f"\\\\XPSRV\\lp{number}", 50 + number).get_printer().close_printer().close()
        network.wait(0.5)
    alice.log_off().tcp.fin()
    network.wait(300)
    knock(network, 99)


def open_over_and_over(network, times, seconds):
    ws21 = null_pipe(network)
    for number in range(times):
        ws21.open_printer(number=50 + number).get_printer().close_printer()
        network.wait(seconds)
    ws21.leave()
    network.wait(300)
    knock(network, 99)


@tells
def r2_loop19(network):
    open_over_and_over(network, 19, 2.5)


@tells
def r2_loop20(network):
    open_over_and_over(network, 20, 2.5)


@tells
def r2_loop25_4s(network):
    open_over_and_over(network, 25, 4)


def faulted(network, status):
    user_at_printer(network).get_printer_fault(status).leave()
    network.wait(300)
    knock(network, 99)


@tells
def r4_stale(network):
    faulted(network, 0x1c00001a)                        # nca_s_fault_context_mismatch


@tells
def r4_fault5(network):
    faulted(network, 5)                                 # ERROR_ACCESS_DENIED


@tells
def r4_badstub(network):
    faulted(network, 1783)                              # RPC_X_BAD_STUB_DATA


def back_channel(network, local=None, error=0, name="WS21", comes=False):
    """Asks for a back channel to `local`, and whether it comes."""
    user_at_printer(network, name=name).want_changes(local, error=error)
    network.wait(0.2)
    if comes:
        server = Smb(network, XPSRV, machine(21), name="XPSRV", server_name=name, guid=b"WS21GUID00000001")
        server.connect().negotiate().session().tree().spooler().reply_open("\\\\XPSRV\\lp1", 777)
    network.wait(300)
    knock(network, 99)


@tells
def r5_by_addr_nochannel(network):
    back_channel(network, f"\\\\{machine(21)}")


@tells
def r5_evil(network):
    back_channel(network, "\\\\EVIL")


@tells
def r5_evil_refused(network):
    back_channel(network, "\\\\EVIL", error=5)


@tells
def r5_longname(network):
    back_channel(network, "\\\\VERYLONGCLIENTNAME1", name="VERYLONGCLIENTN", comes=True)


@tells
def r5_own(network):
    back_channel(network, comes=True)


def driver(network, data_file):
    user_at_printer(network).add_driver(data_file)
    network.wait(300)
    knock(network, 99)


@tells
def r6_evil(network):
    driver(network, "\\\\EVIL\\share\\x.dll")


@tells
def r6_local(network):
    driver(network, "C:\\x.dll")


@tells
def r6_own_print(network):
    driver(network, "\\\\XPSRV\\print$\\W32X86\\x.dll")


@tells
def r6_unc2(network):
    driver(network, "\\\\?\\UNC\\EVIL\\share\\x.dll")


# s: the printer is refused, the pipe stays.

@tells
def s1_open_refused_pipe_kept(network):
    then_keep_alive(network, null_pipe(network).open_printer(error=INVALID_PRINTER_NAME))


# t: what is not SMB, or sealed inside it.

def find_spooler(network):
    """Asks the endpoint mapper for the spooler's port, and connects to it."""
    network.begin(NOVEMBER_2023)
    mapper = Tcp(network, (machine(21), 1101), (XPSRV, 135))
    mapper.connect()
    mapper.send(CLIENT, story.bind(1, story.EPMAPPER))
    mapper.send(SERVER, story.bind_ack(1, 7, b"135\0"))
    mapper.send(CLIENT, story.request(2, 3, story.ept_map()))
    mapper.send(SERVER, story.response(2, story.ept_map_answer(49670, story.address(XPSRV))))
    mapper.fin()
    spooler = Tcp(network, (machine(21), 1102), (XPSRV, 49670))
    spooler.connect()
    return spooler


def ten_minutes_later(network, tcp):
    network.wait(600)
    tcp.ack(CLIENT)
    tcp.ack(SERVER)


def alice_token(network):
    return story.ntlm_authenticate("alice", "OFFICE", "WS21", network.random.randbytes(24), network.random.randbytes(300))


def sealed_open(network):
    """A sealed OpenPrinterEx and its answer."""
    stub = story.open_printer_ex("\\\\XPSRV\\lp1", "\\\\WS21", "alice")
    signatures = [network.random.randbytes(16) for _ in range(2)]
    return story.sealed_request(2, story.OPEN_PRINTER_EX, stub, signatures[0]), story.sealed_response(2, bytes(24), signatures[1])


@tells
def t1_tcp_plain_leak(network):
    spooler = find_spooler(network)
    spooler.send(CLIENT, story.bind(1))
    spooler.send(SERVER, story.bind_ack(1, 153, b"49670\0"))
    spooler.send(CLIENT, story.request(2, story.OPEN_PRINTER_EX, story.open_printer_ex("\\\\XPSRV\\lp1", "\\\\WS21", "alice", WINDOWS_11)))
    spooler.send(SERVER, story.response(2, story.printer_handle(321) + bytes(4)))
    ten_minutes_later(network, spooler)


@tells
def t3_tcp_sealed(network):
    spooler = find_spooler(network)
    spooler.send(CLIENT, story.bind(1, auth=story.verifier(story.ntlm_negotiate())))
    spooler.send(SERVER, story.bind_ack(1, 153, b"49670\0", story.verifier(story.ntlm_challenge("XPSRV"))))
    spooler.send(CLIENT, story.auth3(1, alice_token(network)))
    for end, data in enumerate(sealed_open(network)):
        spooler.send(end, data)
    ten_minutes_later(network, spooler)


@tells
def t8_pipe_sealed_on_null(network):
    network.begin(NOVEMBER_2023)
    ws21 = negotiated(network, port=445).session().tree().create()
    ws21.write(story.bind(1, auth=story.verifier(story.ntlm_negotiate())))
    ws21.read(story.bind_ack(1, 77, auth=story.verifier(story.ntlm_challenge("XPSRV"))))
    ws21.write(story.auth3(1, alice_token(network)))
    ws21.transact(*sealed_open(network))
    network.wait(600)
    ws21.echo()


@tells
def t9_quic443(network):
    """Initial packets of QUIC (RFC 9000 17.2.2) with nothing readable in them."""
    network.begin(NOVEMBER_2023)
    long_header, length = bytes.fromhex("c300000001"), struct.pack(">H", 0x4000 | 1182)
    ends = (machine(21), 50123), (XPSRV, 443)
    for _ in range(20):
        for end in (CLIENT, SERVER):
            name = network.random.randbytes(8)
            names = b"\x08" + name + b"\0" if end == CLIENT else b"\0\x08" + name
            network.udp(*ends[end], *ends[1 - end], long_header + names + b"\0" + length + network.random.randbytes(1182))
        network.wait(10)


# u: limits that are not the server's.

@tells
def u1_share_user_limit(network):
    user_in_folder(network, 22, "bob")
    carol = negotiated(network, 24).session("carol").folder(status=REQUEST_NOT_ACCEPTED)
    network.wait(100)
    carol.echo()


@tells
def u2_server2003(network):
    user_in_folder(network, 22, "bob", server_os=story.SERVER_2003)
    then_keep_alive(network, null_pipe(network, server_os=story.SERVER_2003).open_printer(), 200)


# w: who is nobody.

def leaves_printer(network, session):
    then_keep_alive(network, session.tree().spooler().open_printer())


@tells
def w_a_anon_domain(network):
    leaves_printer(network, negotiated(network).session(domain="OFFICE"))


@tells
def w_b4_username_nt_empty(network):
    leaves_printer(network, negotiated(network).session("alice", lm=b"\0", nt=b""))


@tells
def w_c_machine(network):
    leaves_printer(network, negotiated(network).session("WS21$", "OFFICE"))


@tells
def w_e_empty_ntlmv2(network):
    leaves_printer(network, negotiated(network).session(lm=bytes(24), nt=network.random.randbytes(120)))


@tells
def w_g2_raw_user(network):
    leaves_printer(network, negotiated(network).session("alice", raw=True))


@tells
def w_h_plain_oem_null(network):
    leaves_printer(network, negotiated(network, extended=False, unicode=False).session())


@tells
def w_h3_plain_oem_alice(network):
    leaves_printer(network, negotiated(network, extended=False, unicode=False).session("alice"))


@tells
def w_h5_plain_guest_action(network):
    leaves_printer(network, negotiated(network, extended=False).session("WS21", action=1))


@tells
def w_i_share_level_core(network):
    ws21 = negotiated(network, extended=False, unicode=False).core_tree()
    ws21.unicode = True
    then_keep_alive(network, ws21.spooler().open_printer())


@tells
def w_j_null_to_user_same_uid(network):
    leaves_printer(network, negotiated(network).session().session("alice", uid=0x0800))


@tells
def w_q_null_guestaction(network):
    leaves_printer(network, negotiated(network).session(action=1))


# win11, samba: servers of today, and devices that print on them without an account.

def device(network, number=31, system=smb2.WINDOWS_11, server_name="WIN11PC"):
    return Smb2(network, machine(number), XPSRV, f"MFP{number}", server_name, system).connect().negotiate()


def device_spooler(network, number=31, **more):
    """A null session of a device that holds a printer handle and has used it."""
    return device(network, number, **more).session().tree().spooler().open_printer(user="scan").get_printer()


def user_of_today(network, number=23, user="bob", **more):
    """A user at a computer, with a document open."""
    return device(network, number, **more).session(user).tree("docs").create("report.docx", pipe=False)


@tells
def win11_leak(network):
    network.begin(NOVEMBER_2023)
    bob = user_of_today(network)
    for _ in range(12):
        device_spooler(network)
        network.wait(120)
    for _ in range(7):
        device_spooler(network, 32)
        network.wait(60)
    network.wait(200)
    for _ in range(2):
        device(network, 24).session("carol", status=REQUEST_NOT_ACCEPTED).tcp.fin()
        network.wait(30)
    network.wait(100)
    bob.echo()


@tells
def win11_denied(network):
    network.begin(NOVEMBER_2023)
    bob = user_of_today(network, system=smb2.STRICT_WINDOWS_11)
    denied = []
    for _ in range(3):
        denied.append(device(network, system=smb2.STRICT_WINDOWS_11).session(status=ACCESS_DENIED))
        network.wait(60)
    network.wait(300)
    for connection in denied:
        connection.keep_alive()
    bob.echo()


@tells
def win11_closed(network):
    network.begin(NOVEMBER_2023)
    bob = user_of_today(network)
    for number in (31, 32, 33):
        printing = device_spooler(network, number).close_printer()
        network.wait(20)
        printing.leave()
        network.wait(10)
    network.wait(300)
    bob.echo()


@tells
def samba_leak(network):
    network.begin(NOVEMBER_2023)
    more = {"system": smb2.SAMBA, "server_name": "PRNSRV"}
    bob = user_of_today(network, **more)
    for number in (31, 32):
        device_spooler(network, number, **more)
        network.wait(30)
    network.wait(300)
    bob.echo()


def main(directory):
    os.makedirs(directory, exist_ok=True)
    for number, tell in enumerate(STORIES):
        network = Network(number)
        tell(network)
        network.write(f"{directory}/{tell.__name__}.pcap")
    print(f"{len(STORIES)} stories in {directory}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "..", "stories"))
