"""The captures of this directory, one function each. usage: scenarios.py WORKDIR OUTDIR [NAME…] (see make_all.sh)"""
import gzip
import os
import shutil
import signal
import struct
import subprocess
import sys
import time

import lab
import netbeui
from lab import Recording, Server, pcap_records, run, write_pcap

SCENARIOS = {}


def scenario(make):
    SCENARIOS[make.__name__] = make
    return make


# Null sessions that close, leak, die, are abandoned and linger, in four dialects and on both ports.

def six_fates(r, dialect, port=445):
    """closed, leaked, killed, abandoned by pipe close, abandoned by logoff, lingering."""
    r.client().start(dialect, port)                     # lingering: session and tree only
    closed = r.client().start(dialect, port)
    closed.pipe()
    closed.open(user="bob")
    leak = r.client().start(dialect, port)
    leak.pipe()
    leak.open(user="alice")
    closed.close_all()
    killed = r.client().start(dialect, port)
    killed.pipe()
    killed.open(ex=False)
    dropped = r.client().start(dialect, port)
    dropped.pipe()
    dropped.open(printer="\\\\127.0.0.1\\lp2")
    dropped.leave()
    killed.kill()
    off = r.client().start(dialect, port)
    off.pipe()
    off.open()
    off.logoff()
    off.hang_up()
    second = r.client().start(dialect, port)
    second.pipe()
    kept = second.open()
    again = second.open(printer="\\\\127.0.0.1\\lp2", ex=False)
    second.order("get_printer", id="a", handle=kept)
    second.close(again)
    r.settle(**dict(protocol="NT1", dialect="smb1", port=port) if dialect == "smb1" else {})


@scenario
def smb1_null_sessions(server, out):
    with Recording(server, out, "smb1_null_sessions", "SMB1 on 445: null sessions closed, leaked, killed, abandoned, lingering") as r:
        six_fates(r, "smb1")


@scenario
def smb1_netbios_139(server, out):
    with Recording(server, out, "smb1_netbios_139", "SMB1 over the NetBIOS session service on 139: the same fates") as r:
        six_fates(r, "smb1", 139)
    netbeui.carry(out)


@scenario
def smb21_null_sessions(server, out):
    with Recording(server, out, "smb21_null_sessions", "SMB 2.1: null sessions closed, leaked, killed, abandoned, lingering") as r:
        six_fates(r, "2.1")


@scenario
def smb311_null_sessions(server, out):
    with Recording(server, out, "smb311_null_sessions", "SMB 3.1.1 (impacket): the same fates") as r:
        six_fates(r, "3.1.1")


# An OpenPrinterEx that is never answered: the spooler is stopped before the call.

def hang(r, *clients):
    r.server.freeze_spooler()
    try:
        for client in clients:
            client.open(wait=False)
        time.sleep(3.2)
        r.passer_by()
        r.more["note"] = "the spooler daemon was stopped (SIGSTOP) before the call"
        time.sleep(0.3)
    except BaseException:
        r.server.thaw_spooler()
        raise


@scenario
def hung_openprinterex_smb3(server, out):
    try:
        with Recording(server, out, "hung_openprinterex_smb3", "SMB 3.1.1: two OpenPrinterEx without an answer, one written and its READ pending for good, "
                       "one a pending FSCTL_PIPE_TRANSCEIVE; a null session beside them closes well") as r:
            good = r.client().start("3.1.1")
            good.pipe()
            good.open()
            good.close_all()
            stuck = r.client().start("3.1.1")
            stuck.pipe()
            pending = r.client().start("3.1.1")
            pending.pipe(how="transact")
            hang(r, stuck, pending)
    finally:
        server.thaw_spooler()


@scenario
def hung_openprinterex_smb1(server, out):
    try:
        with Recording(server, out, "hung_openprinterex_smb1", "SMB1: OpenPrinterEx in a TRANSACTION (TransactNmPipe) that is never answered") as r:
            stuck = r.client().start("smb1")
            stuck.pipe(how="transact")
            hang(r, stuck)
    finally:
        server.thaw_spooler()


# Samba's own clients.

@scenario
def samba_clients_smb311(server, out):
    with Recording(server, out, "samba_clients_smb311", "SMB 3.1.1 as Samba's client library speaks it (python3-samba, rpcclient): calls by "
                   "FSCTL_PIPE_TRANSCEIVE; one leaks a printer handle, one closes, one is killed, two rpcclients hold and quit") as r:
        closed = r.samba().start()
        closed.close(closed.open(), "a")
        leak = r.samba().start()
        leak.order("get_printer", id="a", handle=leak.open())
        killed = r.samba().start()
        killed.open()
        holds = r.rpcclient(prompt="$>")
        holds.tell("enumprinters")
        holds.session.pipes.append("spoolss")
        holds.session.open_pipes.add("spoolss")
        quits = r.rpcclient()
        quits.tell("srvinfo")
        quits.session.pipes.append("srvsvc")
        quits.quit()
        closed.hang_up()
        killed.kill()
        r.settle()


@scenario
def plain_smb1_fields(server, out):
    """rpcclient without SPNEGO: null credentials in plain SMB1 fields."""
    with Recording(server, out, "plain_smb1_fields", "SMB1 without extended security: null credentials in plain SMB1 fields, from impacket and "
                   "from rpcclient (client use spnego = no); a user in plain fields beside them") as r:
        leak = r.client().connect("smb1", plain=True).login().tree()
        leak.pipe()
        leak.open()
        closed = r.client().connect("smb1", plain=True).login().tree()
        closed.pipe()
        closed.open()
        closed.close_all()
        holds = r.rpcclient("--option=clientusespnego=no", protocol="NT1", dialect="smb1")
        holds.tell("enumprinters")
        holds.session.pipes.append("spoolss")
        holds.session.open_pipes.add("spoolss")
        user = r.client().connect("smb1", plain=True).login("root", "pw").tree()
        user.pipe()
        user.open()
        r.settle(protocol="NT1", dialect="smb1")


# Refusals.

def refusals(out, name, about, kind, dialect, clients):
    server = lab.LimitedServer(445, 3, kind)
    try:
        with Recording(None, out, name, about) as r:
            r.software = server.software
            clients(r, dialect)
    finally:
        server.stop()


@scenario
def refused_smb2(server, out):
    def clients(r, dialect):
        for _ in range(2):
            r.client().start(dialect)
        user = r.client().start(dialect, user="carol", password="x")
        r.client().connect(dialect).refused(0xC00000D0)
        shell = subprocess.run(["smbclient", "-U%", "-m", "SMB2_10", "-c", "quit", "//127.0.0.1/PUB"], capture_output=True, text=True)
        assert "REQUEST_NOT_ACCEPTED" in shell.stdout + shell.stderr, shell
        r.more["note"] = "a second refusal is smbclient's, whose port is not known"
        r.refusals.append({"client_port": None, "status": "0xc00000d0"})
        time.sleep(3)
        r.client().connect(dialect).refused(0xC00000D0)
    with_samba_stopped(server, lambda: refusals(out, "refused_smb2", "a server with 3 slots, SMB2: two null sessions and a user hold them, three more "
                                                "clients meet 0xC00000D0", "smb2", "2.1", clients))


def smb1_clients(status):
    def clients(r, dialect):
        for _ in range(3):
            r.client().start(dialect)
        r.client().connect(dialect).refused(status)
        time.sleep(3)
        r.client().connect(dialect).refused(status)
    return clients


@scenario
def refused_smb1_nt(server, out):
    with_samba_stopped(server, lambda: refusals(out, "refused_smb1_nt", "a server with 3 slots, SMB1 with NT status codes: three null sessions hold "
                                                "them, two more meet 0xC00000D0", "nt", "smb1", smb1_clients(0xC00000D0)))


@scenario
def refused_smb1_dos(server, out):
    with_samba_stopped(server, lambda: refusals(out, "refused_smb1_dos", "the same with DOS error codes: ERRSRV/0x59", "dos", "smb1",
                                                smb1_clients(0x59)))


@scenario
def refused_netbios(server, out):
    def record():
        limited = lab.LimitedServer(139, 0, "netbios")
        try:
            with Recording(None, out, "refused_netbios", "a server that answers every NetBIOS session request with 0x8F (unspecified error): no SMB is spoken",
                           ports="139") as r:
                r.software = limited.software
                for dialect in ("smb1", "2.1", "smb1"):
                    try:
                        r.client().connect(dialect, 139)
                    except lab.Failed as error:
                        assert "NetBIOSError" in error.args[0], error
                        r.refusals.append({"client_port": error.args[1]["client_port"], "status": "netbios 0x8f"})
                assert len(r.refusals) == 3
        finally:
            limited.stop()
    with_samba_stopped(server, record)


def with_samba_stopped(server, work):
    server.stop()
    try:
        work()
    finally:
        server.start()


# Who is who.

@scenario
def guests_and_users(server, out):
    with Recording(server, out, "guests_and_users", "null, guest (unknown user names under map to guest = Bad User) and user sessions side by "
                   "side, SMB1 and SMB 2.1; of each kind one leaks") as r:
        for dialect in ("smb1", "2.1"):
            for user, password in (("", ""), ("visitor", "x"), ("root", "pw")):
                leak = r.client().start(dialect, user=user, password=password)
                leak.pipe()
                leak.open(user=user or "alice")
                closed = r.client().start(dialect, user=user, password=password)
                closed.pipe()
                closed.open(user=user or "alice")
                closed.close_all()
        r.settle()


@scenario
def tables_over_time(server, out):
    with Recording(server, out, "tables_over_time", "null, guest and user sessions, SMB1, 2.1 and 3.1.1, that come, open, leak, log off and die; the "
                   "server's own table (smbstatus) at five moments between") as r:
        first = r.client().start("smb1")
        first.pipe()
        first.open()
        guest = r.client().start("2.1", user="visitor", password="x")
        r.snapshot()
        user = r.client().start("2.1", user="root", password="pw")  # 3.x would be encrypted
        user.tree("pub", "pub")
        user.pipe()
        kept = user.open(user="root")
        second = r.client().start("3.1.1")
        second.pipe()
        second.open()
        old = r.client().start("smb1", user="root", password="pw")
        old.tree("pub", "pub")
        r.snapshot()
        user.close(kept)
        user.shut()
        guest.untree()
        first.kill()
        third = r.client().start("2.1")
        r.snapshot()
        guest.logoff()
        guest.hang_up()
        old.hang_up("rst")
        third.pipe(name="srvsvc")
        third.order("shares", id="a")
        r.snapshot()
        second.close_all()
        user.hang_up()
        r.snapshot()
        r.settle()


@scenario
def tables_of_samba_clients(server, out):
    with Recording(server, out, "tables_of_samba_clients", "Samba's own clients beside scripted ones: a user's and a guest's smbclient on 3.1.1, an anonymous "
                   "rpcclient, SMB1 on 139, two trees in one session; the server's own table (smbstatus) at six moments between") as r:
        user = r.smbclient()
        user.tell("ls")
        leak = r.client().start("smb1", 139)
        leak.pipe()
        leak.open()
        r.snapshot()
        asks = r.rpcclient(prompt="$>")
        asks.tell("srvinfo")
        asks.session.pipes.append("srvsvc")
        guest = r.smbclient(user="stranger%x", who="guest")
        guest.tell("ls")
        r.snapshot()
        old = r.smbclient(protocol="NT1", dialect="smb1", port=139)
        old.tell("ls")
        null = r.client().start("3.1.1")
        null.pipe()
        null.tree("pub", "pub")
        r.snapshot()
        user.quit()
        null.untree()
        dies = r.client().start("2.1")
        dies.pipe()
        dies.open()
        r.snapshot()
        dies.kill()
        asks.quit()
        again = r.smbclient()
        again.tell("ls")
        r.snapshot()
        guest.quit()
        old.quit()
        null.logoff()
        r.snapshot()
        again.quit()
        null.hang_up()
        r.settle()


@scenario
def loops_and_stale_handles(server, out):
    with Recording(server, out, "loops_and_stale_handles", "a client that opens one printer 24 times, one that does so 6 times; two that use a handle after they closed "
                   "it, which the server answers with a fault; an anonymous rpcclient that lists shares and goes. What is to be found stands in the truth") as r:
        found = r.more["findings"] = []

        def opens(times, dialect, source):
            client = r.client().start(dialect, source=source)
            client.pipe()
            for _ in range(times):
                client.close(client.open())
            client.leave()
            return client.port

        found.append({"rule": "spooler_loop", "client_ports": [opens(24, "2.1", "127.0.0.2")]})
        opens(6, "smb1", "127.0.0.3")
        stale = []
        for dialect in ("smb1", "3.1.1"):
            client = r.client().start(dialect, source="127.0.0.4")
            client.pipe()
            handle = client.open()
            client.close(handle)
            try:
                client.order("get_printer", id="a", handle=handle)
                raise AssertionError("the server knows the handle")
            except lab.Failed as error:
                assert "context_mismatch" in str(error), error
            client.session.words.append(f"{handle[8:14]} used again: fault")
            client.leave()
            stale.append(client.port)
        found.append({"rule": "stale_handle", "client_ports": stale})
        asks = r.rpcclient(prompt="$>")
        asks.tell("netshareenum 1")
        asks.session.pipes.append("srvsvc")
        asks.quit()
        found.append({"rule": "transient_null_session", "client_ports": [asks.session.port]})
        r.settle()


@scenario
def encrypted_beside_null(server, out):
    with Recording(server, out, "encrypted_beside_null", "SMB 3.1.1: two encrypted sessions of a user, one ends and one stays; null sessions beside "
                   "them, one leaks and one closes. What an encrypted session holds cannot be seen: unknown") as r:
        stays = r.smbclient("--client-protection=encrypt", hidden=True)
        stays.tell("ls")
        leak = r.client().start("3.1.1")
        leak.pipe()
        leak.open()
        closed = r.client().start("3.0")
        closed.pipe()
        closed.open()
        closed.close_all()
        ends = r.smbclient("--client-protection=encrypt", hidden=True)
        ends.tell("ls")
        ends.quit()
        r.settle()


# File formats and link types.

def small(r):
    closed = r.client().start("2.1")
    closed.pipe()
    closed.open()
    leak = r.client().start("smb1", 139)
    leak.pipe()
    leak.open()
    closed.close_all()


@scenario
def nanosecond(server, out):
    with Recording(server, out, "nanosecond", "classic pcap with nanoseconds (magic a1b23c4d)", options=["--time-stamp-precision=nano"]) as r:
        small(r)
        r.settle()


@scenario
def gzipped(server, out):
    with Recording(server, out, "gzipped", "a classic pcap, gzipped") as r:
        small(r)
        r.settle()
    with open(r.path, "rb") as plain, open(r.path + ".gz", "wb") as squeezed:
        with gzip.GzipFile(filename="", mode="wb", fileobj=squeezed, mtime=0) as stream:
            stream.write(plain.read())
    os.remove(r.path)


class PcapngRecording(Recording):
    """dumpcap on two interfaces: lo for 445, any (Linux cooked) for 139. Nanoseconds (if_tsresol 9)."""

    def __init__(self, server, out, name, about):
        super().__init__(server, out, name, about)
        self.path = f"{out}/{name}.pcapng"
        self.command = dumpcap(self.path)

    def ending(self):
        return pcapng_end(self.path)


def dumpcap(path):
    return ["dumpcap", "-q", "-i", "lo", "-f", "tcp port 445", "-i", "any", "-f", "tcp port 139", "-w", path]


def pcapng_end(path):
    os.chmod(path, 0o644)
    run("editcap", "-F", "nsecpcap", "-T", "ether", path, path + ".tmp", check=True)
    end = lab.last_packet(path + ".tmp")
    os.remove(path + ".tmp")
    return end


@scenario
def pcapng_two_interfaces(server, out):
    with PcapngRecording(server, out, "pcapng_two_interfaces", "pcapng by dumpcap, two interfaces of different link types (Ethernet with 445, Linux "
                         "cooked with 139), nanoseconds") as r:
        small(r)
        r.settle()


@scenario
def pcapng_two_sections(server, out):
    """The recording is stopped and begun again while nothing is said; both parts are laid in one file, as two sections."""
    with PcapngRecording(server, out, "pcapng_two_sections", "pcapng with two sections: recorded in two goes and laid end to end; the sessions are set up "
                         "in the first, the second has a clock of microseconds and one of the handles closed") as r:
        small(r)
        late = r.client().start("2.1")
        late.pipe()
        handle = late.open()
        time.sleep(0.5)
        r.tcpdump.send_signal(signal.SIGINT)
        r.tcpdump.communicate()
        shutil.move(r.path, r.path + ".1")
        r.tcpdump = subprocess.Popen(r.command, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        late.close_all()
        r.settle()
    run("editcap", "-F", "nsecpcap", "-T", "ether", r.path, r.path + ".2n", check=True)
    _, rows = pcap_records(r.path + ".2n")
    write_pcap(r.path + ".2u", 1, rows)
    run("editcap", "-F", "pcapng", r.path + ".2u", r.path + ".2", check=True)
    with open(r.path, "wb") as whole:
        for part in "12":
            with open(f"{r.path}.{part}", "rb") as section:
                whole.write(section.read())
    for part in ("1", "2", "2n", "2u"):
        os.remove(f"{r.path}.{part}")


@scenario
def link_types(server, out):
    """One story, recorded at once as Ethernet, Linux cooked v1 and v2; raw IP and BSD loopback are made from the Ethernet one."""
    wanted = "tcp port 445 or tcp port 139"
    with Recording(server, out, "link_ethernet", "Ethernet (link type 1), the pattern of the other link_ captures") as r:
        for link in ("sll", "sll2"):
            r.others.append(subprocess.Popen(["tcpdump", "-Z", "root", "-i", "any", "-y", "LINUX_" + link.upper(), "-s0", "-U", "-B", "16384", "--immediate-mode",
                                              "-w", f"{out}/link_{link}.pcap", wanted], stderr=subprocess.PIPE, text=True))
        time.sleep(1)
        small(r)
        r.settle()
    _, rows = pcap_records(r.path)
    write_pcap(f"{out}/link_raw.pcap", 101, [(when, data[14:]) for when, data in rows])
    write_pcap(f"{out}/link_null.pcap", 0, [(when, struct.pack("<I", 2) + data[14:]) for when, data in rows])
    write_pcap(f"{out}/link_qinq.pcap", 1, [(when, data[:12] + bytes.fromhex("88a8 0064 8100 0007") + data[12:]) for when, data in rows])
    truth = lab.json.load(open(f"{out}/link_ethernet.truth.json"))
    for name, about in (("sll", "Linux cooked v1 (113), tcpdump -i any -y LINUX_SLL"), ("sll2", "Linux cooked v2 (276), tcpdump -i any -y LINUX_SLL2"),
                        ("raw", "raw IP (101), made from link_ethernet by taking the Ethernet headers off"),
                        ("null", "BSD loopback (0), made from link_ethernet by changing the headers"),
                        ("qinq", "Ethernet with two VLAN tags (802.1ad 100, 802.1Q 7), made from link_ethernet by putting the tags in")):
        lab.write_truth(f"{out}/link_{name}.truth.json", dict(truth, about=about))


# Pipes.

@scenario
def two_pipes(server, out):
    with Recording(server, out, "two_pipes", "several pipes in one session, calls interleaved: spoolss with srvsvc and lsarpc; a handle opened on one "
                   "spoolss pipe and closed on another of the same association group") as r:
        for dialect in ("smb1", "3.1.1"):
            mixed = r.client().start(dialect)
            mixed.pipe("a")
            mixed.pipe("s", "srvsvc")
            mixed.open("a")
            mixed.order("shares", id="s")
            mixed.pipe("l", "lsarpc", how="transact")
            policy = mixed.policy("l")
            mixed.order("enum_printers", id="a")
            mixed.close(policy, "l", "close_policy")
            mixed.order("shares", id="s")
            mixed.shut("s")
            group = r.client().start(dialect)
            shared = group.pipe("a")
            first = group.open("a")
            assert group.pipe("b", assoc=shared) == shared, "the server gave another association group"
            second = group.open("b", printer="\\\\127.0.0.1\\lp2")
            group.close(first, "b")
            group.shut("b")          # the group lives on by pipe a, and with it the second handle
            group.order("get_printer", id="a", handle=second)
            gone = r.client().start(dialect)
            shared = gone.pipe("a")
            gone.pipe("b", assoc=shared)
            gone.open("a")
            gone.shut("a")
            gone.shut("b")           # the group's last pipe: the handle is run down
        r.settle()


@scenario
def group_across_connections(server, out):
    """Any pipe of an association group may close its handles, also a pipe of another session on another connection."""
    with Recording(server, out, "group_across_connections", "an association group with pipes in two sessions on two connections: handles opened in one and closed "
                   "in the other, one kept alive by the other's pipe after its own session ended, one leaked") as r:
        for dialect in ("smb1", "2.1"):
            first = r.client().start(dialect)
            group = first.pipe()
            other = r.client().start(dialect)
            assert other.pipe(assoc=group) == group, "the server gave another association group"
            handle, kept = first.open(), first.open(printer="\\\\127.0.0.1\\lp2")
            other.order("close", id="a", handle=handle)
            first.session.handles[0].update(closed_by="close_call", closed_from=other.port)
            first.session.words.append(f"{handle[8:14]} closed from port {other.port}")
            first.shut()
            first.session.handles[1]["closed_by"] = None
            other.order("close", id="a", handle=kept)
            first.session.handles[1].update(closed_by="close_call", closed_from=other.port)
            first.session.words.append(f"{kept[8:14]} closed from port {other.port} afterwards")
            first.leave()
            other.open()
        r.settle()


# Handles of samr, lsarpc, svcctl and winreg.

def opens_domain(client, connect="SamrConnect5"):
    """From the server's handle to that of its domain."""
    server = client.gives(connect, None, serverName=SERVER)
    sid = client.order("domain_sid", id="a", handle=server, name=client.recording.server.name)["sid"]
    return server, client.gives("SamrOpenDomain", sid, server, domainId=sid)


def accounts_and_policies(r, dialect, user="", password=""):
    def starts(name, **more):
        client = r.client().start(dialect, user=user, password=password)
        client.pipe(name=name, **more)
        return client

    closed = starts("samr")                                 # every handle closed, the one that was opened first at last
    server, domain = opens_domain(closed)
    account = closed.gives("SamrOpenUser", "1000", domain, userId=1000)
    closed.uses("SamrQueryInformationUser2", account)
    closed.denied("SamrOpenUser", domain, userId=4242)
    closed.takes("SamrCloseHandle", account, domain, server)
    leak = starts("samr", how="transact")                   # the domain's handle is kept, the server's closed
    server, domain = opens_domain(leak, "SamrConnect2")
    leak.uses("SamrEnumerateUsersInDomain", domain)
    leak.takes("SamrCloseHandle", server)
    closed.leave()
    policy = starts("lsarpc")                               # a policy, leaked
    policy.uses("LsarQueryInformationPolicy", policy.gives("LsarOpenPolicy2", None), informationClass=5)
    both = starts("lsarpc")                                 # two policies, one closed; then the pipe goes and with it the other
    first = both.gives("LsarOpenPolicy", None)
    second = both.gives("LsarOpenPolicy2", None)
    both.uses("LsarLookupNames", second, names=["root"])
    both.takes("LsarClose", first)
    both.leave()
    killed = starts("samr")                                 # server, domain and user; then the process dies
    server, domain = opens_domain(killed, "SamrConnect4")
    killed.gives("SamrOpenUser", "1000", domain, userId=1000)
    off = starts("lsarpc")                                  # logs off with a policy
    off.gives("LsarOpenPolicy2", None)
    off.logoff()
    off.hang_up()
    killed.kill()
    r.settle(**dict(protocol="NT1", dialect="smb1") if dialect == "smb1" else {})


SERVER = "\\\\PRNSRV\x00"


@scenario
def accounts_smb1(server, out):
    with Recording(server, out, "accounts_smb1", "SMB1: handles of samr (server, domain, user) and lsarpc (policies) of null sessions: closed, leaked, run down "
                   "with their pipe, their session, their connection") as r:
        accounts_and_policies(r, "smb1")


@scenario
def accounts_smb311(server, out):
    with Recording(server, out, "accounts_smb311", "SMB 3.1.1: the same") as r:
        accounts_and_policies(r, "3.1.1")


@scenario
def accounts_of_users(server, out):
    with Recording(server, out, "accounts_of_users", "SMB 2.1, of a named user: the same") as r:
        accounts_and_policies(r, "2.1", "root", "pw")


def services_and_keys(r, dialect, user="", password=""):
    def starts(name, **more):
        client = r.client().start(dialect, user=user, password=password)
        client.pipe(name=name, **more)
        return client

    closed = starts("svcctl")                               # manager and service, closed
    manager = closed.gives("ROpenSCManagerW", None, lpMachineName=SERVER)
    service = closed.gives("ROpenServiceW", "Spooler", manager, lpServiceName="Spooler", dwDesiredAccess=4)
    closed.uses("RQueryServiceStatus", service)
    closed.takes("RCloseServiceHandle", service, manager)
    leak = starts("svcctl", how="transact")                 # a service that does not exist, one that leaks
    manager = leak.gives("ROpenSCManagerW", None, lpMachineName=SERVER)
    leak.denied("ROpenServiceW", manager, lpServiceName="nothing", dwDesiredAccess=4)
    leak.gives("ROpenServiceW", "NETLOGON", manager, lpServiceName="NETLOGON", dwDesiredAccess=4)
    leak.takes("RCloseServiceHandle", manager)
    closed.leave()
    keys = starts("winreg")                                 # a key below another; the one above is closed, the one below leaks
    above = keys.gives("OpenLocalMachine", "HKEY_LOCAL_MACHINE", samDesired=0x20019)
    below = keys.gives("BaseRegOpenKey", "SOFTWARE", above, lpSubKey="SOFTWARE", samDesired=0x20019)
    keys.denied("BaseRegOpenKey", above, lpSubKey="NOTHING", samDesired=0x20019)
    keys.takes("BaseRegCloseKey", above)
    keys.uses("BaseRegEnumKey", below, dwIndex=0)
    dropped = starts("winreg", how="transact")              # the pipe goes with a key, then another pipe closes its own
    dropped.gives("OpenUsers", "HKEY_USERS", samDesired=0x20019)
    dropped.shut()
    dropped.pipe(name="winreg")
    dropped.takes("BaseRegCloseKey", dropped.gives("OpenClassesRoot", "HKEY_CLASSES_ROOT", samDesired=0x20019))
    dropped.hang_up("rst")
    r.settle(**dict(protocol="NT1", dialect="smb1") if dialect == "smb1" else {})


@scenario
def services_smb1(server, out):
    with Recording(server, out, "services_smb1", "SMB1: handles of svcctl (manager, services) and winreg (keys) of a named user: closed, leaked, run down") as r:
        services_and_keys(r, "smb1", "root", "pw")


@scenario
def services_signed(server, out):
    server.stop()
    server.start("server signing = mandatory")
    try:
        with Recording(server, out, "services_signed", "SMB 2.1, signed: the same") as r:
            services_and_keys(r, "2.1", "root", "pw")
    finally:
        server.stop()
        server.start()


@scenario
def accounts_of_samba_clients(server, out):
    with Recording(server, out, "accounts_of_samba_clients", "SMB 3.1.1 as Samba's client library speaks it (python3-samba), null sessions: calls by FSCTL_PIPE_TRANSCEIVE; "
                   "handles of samr, lsarpc and winreg that leak, are closed, and die with their process") as r:
        everything = 0x02000000
        leak = r.samba().start(name="samr")
        top = leak.gives("SamrConnect2", None, "Connect2", None, everything)
        sid = leak.order("call", id="a", procedure="LookupDomain", arguments=[f"handle:{top}", f"name:{server.name}"])["sid"]
        leak.gives("SamrOpenDomain", sid, "OpenDomain", f"handle:{top}", everything, f"sid:{sid}")
        leak.takes("Close", top)
        closed = r.samba().start(name="lsarpc")
        closed.takes("Close", closed.gives("LsarOpenPolicy2", None, "OpenPolicy2", "", "attributes:", everything))
        killed = r.samba().start(name="lsarpc")
        killed.gives("LsarOpenPolicy2", None, "OpenPolicy2", "", "attributes:", everything)
        keys = r.samba().start(name="winreg")
        above = keys.gives("OpenLocalMachine", "HKEY_LOCAL_MACHINE", "OpenHKLM", None, 0x20019)
        keys.gives("BaseRegOpenKey", "SOFTWARE", "OpenKey", f"handle:{above}", "key:SOFTWARE", 0, 0x20019)
        closed.hang_up()
        killed.kill()
        r.settle()


@scenario
def samba_commands(server, out):
    with Recording(server, out, "samba_commands", "Samba's own commands come and go, and close what they open: rpcclient asks lsarpc and samr over a null session (SMB 3.1.1, SMB1), "
                   "net asks svcctl and winreg as a user, signed") as r:
        for dialect, protocol in (("3.1.1", "SMB3_11"), ("smb1", "NT1")):
            old = [f"--option={name}=NT1" for name in ("clientminprotocol", "clientipcminprotocol")]
            r.samba_command("rpcclient", *old, f"--option=clientipcmaxprotocol={protocol}", "127.0.0.1", "-c", "lsaquery;lookupnames root;queryuser 1000",
                      pipes=["lsarpc", "lsarpc", "samr"], dialect=dialect)
        r.samba_command("net", "rpc", "service", "status", "Spooler", "-S", "127.0.0.1", pipes=["lsarpc", "svcctl"], user="root")
        r.samba_command("net", "rpc", "registry", "enumerate", "HKLM", "-S", "127.0.0.1", pipes=["lsarpc", "winreg"], user="root")
        r.settle()


@scenario
def keys_of_null_sessions(server, out):
    with Recording(server, out, "keys_of_null_sessions", "SMB 3.1.1: a null session to which svcctl is denied, null sessions that leak, close and abandon keys of winreg") as r:
        def starts(name="winreg"):
            client = r.client().start("3.1.1")
            client.pipe(name=name)
            return client

        starts("svcctl").denied("ROpenSCManagerW", lpMachineName=SERVER)
        closed = starts()
        key = closed.gives("OpenLocalMachine", "HKEY_LOCAL_MACHINE", samDesired=0x20019)
        closed.uses("BaseRegGetVersion", key)
        closed.takes("BaseRegCloseKey", key)
        closed.leave()
        starts().gives("OpenUsers", "HKEY_USERS", samDesired=0x20019)
        abandoned = starts()
        abandoned.gives("OpenLocalMachine", "HKEY_LOCAL_MACHINE", samDesired=0x20019)
        abandoned.leave()
        r.settle()


# Fragments.

def fragments(r, dialect):
    run("ip", "link", "set", "dev", "lo", "mtu", "1500", check=True)
    run("ip", "link", "set", "dev", "lo", "gso_max_segs", "1", check=True)
    try:
        leak = r.client().start(dialect)                      # the bind and every request in two writes, the first of 40 bytes
        leak.pipe(piece=40)
        leak.open(user="alice")
        small = r.client().start(dialect)                     # requests in RPC fragments of 64 bytes of arguments
        small.pipe(fragment=64)
        handle = small.open(user="bob")
        big = r.client().start(dialect)                       # a buffer of 9000 bytes there and back: three RPC fragments each way
        big.pipe()
        kept = big.open(user="carol")
        big.order("get_printer", id="a", handle=kept, level=2, room=9000)
        big.order("enum_forms", id="a", handle=kept, room=12000)
        again = big.open(printer="\\\\127.0.0.1\\lp2")
        big.close(kept)
        windows = r.client().start(dialect)                   # answers over 1024 bytes overflow and are read to their end
        windows.pipe(how="transact", room=1024)
        kept = windows.open(user="dave")
        windows.order("enum_forms", id="a", handle=kept, room=12000)
        windows.close(kept)
        windows.leave()
        tiny = r.client().start(dialect)                      # answers read 60 bytes at a time
        tiny.pipe(room=60)
        tiny.open(user="erin")
        small.close(handle)
        small.leave()
        tiny.leave()
        r.settle()
    finally:
        run("ip", "link", "set", "dev", "lo", "mtu", "65536", check=True)
        run("ip", "link", "set", "dev", "lo", "gso_max_segs", "65535", check=True)


@scenario
def fragments_smb1(server, out):
    with Recording(server, out, "fragments_smb1", "SMB1: calls in several writes and in several RPC fragments, answers in several fragments "
                   "and reads, STATUS_BUFFER_OVERFLOW; segments of at most 1500 bytes") as r:
        fragments(r, "smb1")


@scenario
def fragments_smb2(server, out):
    with Recording(server, out, "fragments_smb2", "SMB 2.1: the same") as r:
        fragments(r, "2.1")


@scenario
def openprinter_refused(server, out):
    with Recording(server, out, "openprinter_refused", "OpenPrinterEx of printers that do not exist (error 1801): no handle is granted, the sessions "
                   "hold a bound pipe, an unbound pipe, nothing") as r:
        for dialect in ("smb1", "3.1.1"):
            bound = r.client().start(dialect)
            bound.pipe()
            bound.open(printer="\\\\127.0.0.1\\gone")
            bound.open(printer="\\\\127.0.0.1\\gone", ex=False)
            unbound = r.client().start(dialect)
            unbound.pipe(bind=False)
            shut = r.client().start(dialect)
            shut.pipe()
            shut.open(printer="\\\\127.0.0.1\\gone")
            shut.shut()
            closed = r.client().start(dialect)
            closed.pipe()
            closed.open(printer="\\\\127.0.0.1\\gone")
            closed.leave()
        r.settle()


@scenario
def denied_anonymous(server, out):
    """restrict anonymous = 2: a null session may be set up, but IPC$ is denied."""
    server.stop()
    server.start("restrict anonymous = 2")
    try:
        with Recording(server, out, "denied_anonymous", "a server that denies IPC$ to null sessions (restrict anonymous = 2): the set-up succeeds, the tree "
                       "connect is answered 0xC0000022; the sessions stay, holding nothing") as r:
            denials = r.more["denials"] = []
            for dialect in ("smb1", "2.1"):
                client = r.client().connect(dialect).login()
                try:
                    client.tree()
                except lab.Failed as error:
                    denials.append({"client_port": client.port, "what": "tree", "status": f"0x{error.args[1]['status']:08x}"})
                    client.session.words.append("tree IPC$ denied")
                assert denials and denials[-1]["client_port"] == client.port
            r.settle()
    finally:
        server.stop()
        server.start()


@scenario
def ipv6(server, out):
    with Recording(server, out, "ipv6", "over IPv6 (::1), SMB1 and SMB 3.1.1: one leaks, one closes, one is reset") as r:
        for dialect in ("smb1", "3.1.1"):
            leak = r.client().start(dialect, host="::1")
            leak.pipe()
            leak.open()
            closed = r.client().start(dialect, host="::1")
            closed.pipe()
            closed.open()
            closed.close_all()
        reset = r.client().start("2.1", host="::1")
        reset.pipe()
        reset.open()
        reset.hang_up("rst")
        r.settle(host="::1")


@scenario
def session_again(server, out):
    """One connection, two sessions one after the other."""
    with Recording(server, out, "session_again", "a connection whose first session logs off and whose second leaks; one with the pipes unbound and bound again; "
                   "handles closed out of order") as r:
        for dialect in ("smb1", "3.1.1"):
            twice = r.client().start(dialect)
            twice.pipe()
            twice.close(twice.open())
            twice.shut()
            twice.untree()
            twice.logoff()
            twice.login().tree()
            twice.pipe("b")
            twice.open("b")
            many = r.client().start(dialect)
            many.pipe()
            handles = [many.open(printer=f"\\\\127.0.0.1\\lp{1 + n % 2}") for n in range(5)]
            for n in (3, 0, 4, 1):
                many.close(handles[n])
            many.shut()
            many.pipe("b")
            many.close(many.open("b"), "b")
        r.settle()


# A capture begun after the trouble.

@scenario
def midstream(server, out):
    with Recording(server, out, "midstream", "the head is cut off: sessions were set up and bound before the capture begins. Pipes, dialect and account of "
                   "those with `seen_from` were not seen and stand here from the clients' own account") as r:
        olds = []
        for dialect in ("smb1", "2.1"):
            opens = r.client().start(dialect)           # opens its printer after the cut
            opens.pipe()
            opens_well = r.client().start(dialect)      # opens and closes after the cut
            opens_well.pipe()
            has = r.client().start(dialect)             # opened before the cut, uses the handle after it
            has.pipe()
            kept = has.open()
            closes = r.client().start(dialect)          # opened before the cut, closes after it
            closes.pipe()
            handle = closes.open()
            silent = r.client().start(dialect)          # says nothing after the cut: cannot be known
            silent.pipe()
            silent.open()
            olds.append((opens, opens_well, has, kept, closes, handle, silent))
        user = r.client().start("2.1", user="root", password="pw")
        user.tree("pub", "pub")
        time.sleep(0.6)
        cut = time.time()
        time.sleep(0.1)
        for opens, opens_well, has, kept, closes, handle, silent in olds:
            opens.open()
            opens_well.close(opens_well.open())
            opens_well.leave()
            has.order("get_printer", id="a", handle=kept)
            closes.close_all()
            for client in (opens, opens_well, has, closes):
                client.session.more.update(really=client.session.who, seen_from="after its set-up")
                client.session.who = "unknown"
            for entry in has.session.handles + closes.session.handles:
                entry["granted_before_capture"] = True
            r.sessions.remove(silent.session)
        user.order("list")
        user.session.more.update(really="user", seen_from="after its set-up")
        user.session.who = "unknown"
        seen = r.client().start("2.1")                  # seen whole
        seen.pipe()
        seen.open()
        r.more["unseen"] = [silent.port for *_, silent in olds]
        r.settle()
    _, rows = pcap_records(r.path)
    write_pcap(r.path, 1, [row for row in rows if row[0] >= cut * 1e9])


def main():
    work, out, names = sys.argv[1], sys.argv[2], sys.argv[3:] or list(SCENARIOS)
    server, failed = Server(work), []
    try:
        for name in names:
            for attempt in range(3):
                try:
                    SCENARIOS[name](server, out)
                    break
                except (Exception, AssertionError) as error:
                    print(f"{name}: attempt {attempt + 1}: {type(error).__name__} {error}", file=sys.stderr, flush=True)
            else:
                failed.append(name)
    finally:
        server.stop()
    if failed:
        sys.exit("not made: " + " ".join(failed))


if __name__ == "__main__":
    main()
