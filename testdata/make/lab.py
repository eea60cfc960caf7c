"""A Samba server on loopback, clients that do as told, and a recorder that writes a capture with the truth about it.

The truth is what the clients did and the server said: ports, handles and endings are noted as the orders are carried out, the
session table comes from smbstatus. No dissector takes part.
"""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
PRINTER = "\\\\127.0.0.1\\lp1"


def run(*argv, **more):
    return subprocess.run(argv, capture_output=True, text=True, **more)


class Server:
    """smbd with a configuration of its own, under `work`."""

    def __init__(self, work, name="PRNSRV", extra=""):
        self.dir, self.name = work, name
        self.conf = f"{work}/smb.conf"
        for folder in "share spool lock state cache private pid ncalrpc drv/x64 log".split():
            os.makedirs(f"{work}/{folder}", exist_ok=True)
        for folder in ("share", "spool", "drv"):
            os.chmod(f"{work}/{folder}", 0o777)
        for n in range(3):
            with open(f"{work}/share/memo{n}.txt", "w") as memo:
                memo.write("Toner is in the cupboard.\n" * (n + 1))
        with open(f"{work}/printcap", "w") as printcap:
            printcap.write("lp1|Office LaserJet|\nlp2|Color|\n")
        self.version = run("smbd", "-V").stdout.split()[-1]
        self.start(extra)
        run("smbpasswd", "-c", self.conf, "-a", "-s", "root", input="pw\npw\n")

    def start(self, extra=""):
        text = open(f"{HERE}/smb.conf.in").read().replace("@LAB@", self.dir).replace("@EXTRA@", extra)
        with open(self.conf, "w") as conf:
            conf.write(text.replace("PRNSRV", self.name))
        subprocess.run(["smbd", "-s", self.conf, "-D", "-l", f"{self.dir}/log"], check=True)
        for _ in range(50):
            if ":445 " in run("ss", "-ltn").stdout:
                break
            time.sleep(0.1)
        self.warm_up()

    def warm_up(self):
        """The first call starts the RPC daemons; they should be up before anything is recorded."""
        run("rpcclient", "-s", self.conf, "-U%", "127.0.0.1", "-c", "enumprinters")
        time.sleep(1)

    def stop(self):
        for name in os.listdir(f"{self.dir}/pid"):
            if name.endswith(".pid"):
                try:
                    os.kill(int(open(f"{self.dir}/pid/{name}").read()), signal.SIGTERM)
                except (ValueError, ProcessLookupError):
                    pass
        for _ in range(50):
            if ":445 " not in run("ss", "-ltn").stdout:
                break
            time.sleep(0.1)
        time.sleep(0.5)

    def status(self):
        answer = run("smbstatus", "-s", self.conf, "--json").stdout
        status = json.loads(answer)
        status.pop("smb_conf", None)
        return status

    def spoolers(self):
        """Pids of this server's spooler daemons."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                command = open(f"/proc/{pid}/cmdline").read().split("\0")
            except OSError:
                continue
            if os.path.basename(command[0]).startswith("rpcd_spoolss") and any(self.dir in word for word in command):
                found.append(int(pid))
        return found

    def freeze_spooler(self):
        pids = self.spoolers()
        assert pids, "no spooler daemon runs"
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)

    def thaw_spooler(self):
        for pid in self.spoolers():
            os.kill(pid, signal.SIGCONT)


class Session:
    """What is known of one session: kept up to date as orders are carried out."""

    def __init__(self, port, server_port, dialect, who, account, server="127.0.0.1"):
        self.port, self.server_port, self.dialect, self.who, self.account = port, server_port, dialect, who, account
        self.pipes, self.handles, self.waiting, self.words = [], [], [], []
        self.open_pipes, self.ended, self.hidden = set(), None, False
        self.server, self.more = server, {}
        self.last_use = time.time()

    def used(self):
        self.last_use = time.time()

    def run_down(self, by, pipes=None):
        """Handles still open whose association group ends, all or those of `pipes`."""
        for handle in self.handles:
            if handle["closed_by"] is None and (pipes is None or handle["pipe"] in pipes):
                handle["closed_by"] = by

    def end(self, by):
        if not self.ended:
            self.run_down("logoff" if by == "logoff" else "connection_end")
            self.ended = by
            self.open_pipes.clear()

    def verdict(self, end, grace):
        if self.hidden:
            self.more["encrypted"] = True
            return "unknown"
        if self.ended:
            return "closed" if all(h["closed_by"] == "close_call" for h in self.handles) else "abandoned"
        if self.waiting and end - self.waiting[0][1] > grace:
            return "hung"
        idle = end - self.last_use
        assert abs(idle - grace) > 0.3, f"port {self.port}: idle {idle:.2f} s is too near the grace of {grace} s"
        if idle <= grace:
            return "open"
        held = self.open_pipes or any(h["closed_by"] is None for h in self.handles)
        return "leaked" if held else "lingering"

    def truth(self, end, grace):
        verdict = self.verdict(end, grace)
        handles = [{key: value for key, value in handle.items() if key != "pipe"} for handle in self.handles]
        truth = {"client_port": self.port, "server_port": self.server_port, "dialect": self.dialect, "who": self.who,
                 "account": self.account, "pipes": self.pipes, "handles": handles, "waiting": [w[0] for w in self.waiting],
                 "ended": self.ended, **self.more, "fate": "; ".join(self.words), "verdict": verdict}
        return truth


class Failed(Exception):
    """A client's order went wrong; the second argument is its answer."""


class LimitedServer:
    """limited_server.py in a process of its own."""

    def __init__(self, port, limit, kind):
        self.process = subprocess.Popen([sys.executable, f"{HERE}/limited_server.py", str(port), str(limit), kind],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.process.stdout.readline()
        time.sleep(0.5)
        self.software = "limited_server.py (impacket)"

    def stop(self):
        self.process.kill()
        self.process.wait()


class Client:
    """A client process and the session it currently has."""

    def __init__(self, recording, script="client.py", python=sys.executable):
        self.recording = recording
        env = dict(os.environ, SMB_CONF=recording.server.conf if recording.server else "")
        self.process = subprocess.Popen([python, f"{HERE}/{script}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True, env=env)
        self.session, self.port, self.groups = None, None, {}
        recording.processes.append(self.process)

    def order(self, do, **arguments):
        self.recording.last_order = time.time()
        self.process.stdin.write(json.dumps(dict(do=do, **arguments)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        answer = json.loads(line) if line else {"error": "the client died"}
        if self.session:
            self.session.used()
        if "error" in answer:
            raise Failed(f"{do} {arguments}: {answer['error']}", answer)
        if do.startswith("close") and answer["code"]:
            raise Failed(f"{do} {arguments}: error {answer['code']}", answer)
        return answer

    # Session

    def connect(self, dialect="3.1.1", port=445, plain=False, host="127.0.0.1", source=None):
        answer = self.order("connect", dialect=dialect, port=port, plain=plain, host=host, source=source,
                            name=self.recording.server.name if self.recording.server else "SERVER")
        self.port, self.server_port, self.dialect, self.plain, self.host = answer["client_port"], port, dialect, plain, host
        return self

    def login(self, user="", password=""):
        answer = self.order("login", user=user, password=password, plain=self.plain)
        who = "null" if not user else "guest" if answer["guest"] else "user"
        self.session = Session(self.port, self.server_port, self.dialect, who, user, self.host)
        self.session.hidden = answer["encrypted"]
        self.session.words.append({"null": "null session set up", "guest": f"set up as {user}, which the server makes a guest",
                                   "user": f"set up as user {user}"}[who] + (" (plain SMB1 fields, no NTLMSSP)" if self.plain else ""))
        self.recording.sessions.append(self.session)
        return self

    def refused(self, status, user="", password=""):
        """A session set-up that must fail with `status`."""
        try:
            self.order("login", user=user, password=password, plain=self.plain)
        except Failed as error:
            assert error.args[1].get("status") == status, error
            self.recording.refusals.append({"client_port": self.port, "status": "ERRSRV/0x59" if status == 0x59 else f"0x{status:08x}"})
            return
        raise Failed("the server was to refuse this session", {})

    def tree(self, share="IPC$", id="ipc"):
        self.order("tree", share=share, id=id)
        self.session.words.append(f"tree {share} connected")
        return self

    def start(self, dialect="3.1.1", port=445, user="", password="", **more):
        return self.connect(dialect, port, **more).login(user, password).tree()

    def untree(self, id="ipc"):
        self.order("untree", id=id)
        self.session.run_down("tree_disconnect")
        self.session.open_pipes.clear()
        self.groups.clear()
        self.session.words.append("tree disconnected")

    def logoff(self):
        self.order("logoff")
        self.session.end("logoff")
        self.groups.clear()
        self.session.words.append("logged off")

    def hang_up(self, by="fin"):
        self.order("hang_up", by=by)
        self.session.end(by)
        self.session.words.append("closed its TCP connection" if by == "fin" else "reset its TCP connection (SO_LINGER 0)")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.session.end("fin")
        self.session.words.append("its process was killed (kill -9), so the kernel closed the connection")

    # Pipes and calls

    def pipe(self, id="a", name="spoolss", **more):
        if self.recording.quick_pipes and "how" not in more:
            more["how"] = self.recording.quick_pipes
        answer = self.order("pipe", id=id, name=name, **more)
        self.session.pipes.append(name)
        self.session.open_pipes.add(id)
        self.groups[id] = answer["assoc"]
        self.session.words.append(f"{name} pipe opened" + ("" if more.get("bind", True) else ", not bound"))
        return answer["assoc"]

    def shut(self, id="a"):
        self.order("shut", id=id)
        group = self.groups.pop(id)
        if group not in self.groups.values():
            self.session.run_down("pipe_close", {id})
        else:  # a pipe of the same group lives on and keeps the handles
            heir = next(pipe for pipe, g in self.groups.items() if g == group)
            for handle in self.session.handles:
                if handle["pipe"] == id:
                    handle["pipe"] = heir
        self.session.open_pipes.discard(id)
        self.session.words.append(f"pipe {id} closed")

    def open(self, id="a", printer=PRINTER, ex=True, **more):
        procedure = "RpcOpenPrinterEx" if ex else "RpcOpenPrinter"
        answer = self.order("open", id=id, printer=printer, ex=ex, **more)
        if "sent" in answer:
            self.session.waiting.append((procedure, time.time()))
            self.session.words.append(f"{procedure} sent, never answered")
            return None
        if answer["code"]:
            self.session.words.append(f"{procedure} of {printer} answered with error {answer['code']}, no handle granted")
            return None
        self.grant(id, answer["handle"], printer, procedure)
        return answer["handle"]

    def grant(self, id, handle, printer, procedure):
        self.session.handles.append({"handle": handle, "printer": printer, "opened_by": procedure, "closed_by": None, "pipe": id})
        self.session.words.append(f"{procedure} granted {handle[8:14]}")

    def close(self, handle, id="a", verb="close"):
        self.order(verb, id=id, handle=handle)
        self.closed(handle)

    def closed(self, handle):
        entry = next(h for h in reversed(self.session.handles) if h["handle"] == handle and h["closed_by"] is None)
        entry["closed_by"] = "close_call"
        self.session.words.append(f"{handle[8:14]} closed")

    def policy(self, id):
        handle = self.order("policy", id=id)["handle"]
        self.grant(id, handle, None, "LsarOpenPolicy2")
        return handle

    def gives(self, procedure, object, over=None, id="a", **arguments):
        """A call of samr, lsarpc, svcctl or winreg that gives a handle; `over` is the handle that it starts from."""
        handle = self.order("call", id=id, procedure=procedure, handle=over, **arguments)["handle"]
        return self.given(procedure, object, handle, id)

    def given(self, procedure, object, handle, id):
        self.session.handles.append({"handle": handle, "object": object, "opened_by": procedure, "closed_by": None, "pipe": id})
        self.session.words.append(f"{procedure} granted {handle[8:14]}" + (f" on {object}" if object else ""))
        return handle

    def denied(self, procedure, over=None, id="a", **arguments):
        """One that is to fail, and gives none."""
        try:
            self.order("call", id=id, procedure=procedure, handle=over, **arguments)
        except Failed as error:
            self.session.words.append(f"{procedure} failed, no handle granted")
            return
        raise Failed(f"{procedure} was to fail", {})

    def uses(self, procedure, handle, id="a", **arguments):
        self.order("call", id=id, procedure=procedure, handle=handle, **arguments)
        self.session.words.append(f"{procedure} used {handle[8:14]}")

    def takes(self, procedure, *handles, id="a"):
        """A call that closes a handle, for each of these."""
        for handle in handles:
            self.order("call", id=id, procedure=procedure, handle=handle)
            self.closed(handle)

    # Whole stories

    def close_all(self, id="a"):
        """Handle, pipe, tree, session and connection, each by its own call."""
        for handle in [h["handle"] for h in self.session.handles if h["closed_by"] is None]:
            self.close(handle, id)
        self.leave()

    def leave(self):
        for id in list(self.groups):
            self.shut(id)
        self.untree()
        self.logoff()
        self.hang_up()


class SambaClient(Client):
    """python3-samba: each pipe is a connection and a session of its own."""

    def __init__(self, recording):
        super().__init__(recording, "samba_client.py", "/usr/bin/python3")
        self.plain, self.host = False, "127.0.0.1"

    def start(self, dialect="3.1.1", limit=None, user="", password="", options="smb2", name="spoolss"):
        answer = self.order("pipe", id="a", limit=limit, user=user, password=password, options=options, name=name)
        self.session = Session(answer["client_port"], 445, dialect, "user" if user else "null", user)
        self.session.words.append("python3-samba: " + (f"set up as user {user}" if user else "null session set up") + f", {name} pipe opened")
        self.session.pipes.append(name)
        self.session.open_pipes.add("a")
        self.groups["a"] = 1
        self.recording.sessions.append(self.session)
        return self

    def gives(self, procedure, object, call, *arguments):
        """`procedure` as the specification names it, `call` as Samba does."""
        handle = self.order("call", id="a", procedure=call, arguments=arguments)["handle"]
        return self.given(procedure, object, handle, "a")

    def takes(self, call, *handles):
        for handle in handles:
            self.order("call", id="a", procedure=call, arguments=[f"handle:{handle}"])
            self.closed(handle)

    def hang_up(self):
        self.order("shut", id="a")
        self.session.end("fin|rst")
        self.session.words.append("the client library closed its pipe and, without waiting for the answer, its connection")


class Shell:
    """smbclient or rpcclient, fed line by line."""

    def __init__(self, recording, *argv, dialect="3.1.1", port=445, who="user", account="root", pipes=(), prompt=">", hidden=False):
        self.recording = recording
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        recording.processes.append(self.process)
        self.prompt, self.told = prompt, ""
        found = None
        for _ in range(100):
            time.sleep(0.1)
            found = tcp_ports(self.process.pid)
            if found or self.process.poll() is not None:
                break
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise Failed(self.process.stdout.read(), {})
        found = tcp_ports(self.process.pid)
        self.session = Session(found[0], port, dialect, who, account)
        self.session.hidden = hidden
        self.session.pipes += pipes
        self.session.open_pipes |= set(pipes)
        self.session.words.append(f"{argv[0]}: set up as {account or 'nobody (null session)'}")
        recording.sessions.append(self.session)

    def tell(self, line, pause=0.7):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        time.sleep(pause)
        self.session.used()
        self.session.words.append(line)

    def quit(self, line="quit"):
        self.recording.last_order = time.time()
        self.process.stdin.write(line + "\n")
        self.process.stdin.close()
        self.process.wait()
        self.session.end("fin")
        self.session.words.append("quit")


def tcp_ports(pid):
    """Local ports of a process' established TCP connections."""
    mine, found = set(), []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            mine.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
        except OSError:
            pass
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in open(table).readlines()[1:]:
            cells = row.split()
            if f"socket:[{cells[9]}]" in mine and cells[3] == "01":
                found.append(int(cells[1].rsplit(":", 1)[1], 16))
    return found


def ports_let_go():
    """Local ports of connections to 445 that this side has closed (TIME_WAIT)."""
    rows = [row.split() for row in open("/proc/net/tcp").readlines()[1:]]
    return {int(row[1].split(":")[1], 16) for row in rows if row[2].endswith(":01BD") and row[3] == "06"}


# Samba's names of the procedures that its commands open and close handles with.
OPENED = {"lsa_OpenPolicy": "LsarOpenPolicy", "lsa_OpenPolicy2": "LsarOpenPolicy2", "samr_Connect2": "SamrConnect2", "samr_Connect5": "SamrConnect5",
          "samr_OpenDomain": "SamrOpenDomain", "samr_OpenUser": "SamrOpenUser", "svcctl_OpenSCManagerW": "ROpenSCManagerW", "svcctl_OpenServiceW": "ROpenServiceW",
          "winreg_OpenHKLM": "OpenLocalMachine", "winreg_OpenKey": "BaseRegOpenKey"}
CLOSED = ("lsa_Close", "samr_Close", "svcctl_CloseServiceHandle", "winreg_CloseKey")


def told_handles(log):
    """The handles that a command of Samba's tells of (-d10): the parameters of each call are printed before it is made and after."""
    handles, nothing = [], bytes(20).hex()
    for call in re.split(r"(?m)^ {5}(?=\w+: struct )", log)[1:]:
        head = re.match(r"(\w+): struct \w+\s+(in|out): struct", call)
        name, way = head.groups() if head else (None, None)
        found = re.findall(r"struct policy_handle\s+handle_type\s*: 0x(\w{8}).*\s+uuid\s*: (\S+)", call)
        if not found:
            continue
        raw = (struct.pack("<L", int(found[-1][0], 16)) + uuid.UUID(found[-1][1]).bytes_le).hex()
        if name in OPENED and way == "out" and raw != nothing:
            handles.append({"handle": raw, "object": None, "opened_by": OPENED[name], "closed_by": None, "pipe": ""})
        if name in CLOSED and way == "in":
            next(handle for handle in handles if handle["handle"] == raw)["closed_by"] = "close_call"
    assert handles, "it tells of no handle"
    return handles


class Recording:
    """with Recording(...) as r: the capture runs inside; the truth is written when it ends."""

    def __init__(self, server, out, name, about, grace=2, interface="lo", options=(), ports="445 139", quick_pipes=None, command=None):
        self.server, self.out, self.name, self.about, self.grace, self.command = server, out, name, about, grace, command
        self.interface, self.options, self.ports, self.quick_pipes = interface, options, ports.split(), quick_pipes
        self.sessions, self.refusals, self.processes, self.others, self.more = [], [], [], [], {}
        self.last_order = 0
        self.path, self.software = f"{out}/{name}.pcap", None

    def __enter__(self):
        os.makedirs(self.out, exist_ok=True)
        wanted = " or ".join(f"tcp port {port}" for port in self.ports)
        self.tcpdump = subprocess.Popen(self.command or ["tcpdump", "-Z", "root", "-i", self.interface, "-s0", "-U", "-B", "16384", "--immediate-mode", *self.options, "-w",
                                                         self.path, wanted], stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        return self

    def client(self, **more):
        return Client(self, **more)

    def samba(self):
        return SambaClient(self)

    def smbclient(self, *more, share="pub", user="root%pw", protocol="SMB3_11", dialect="3.1.1", port=445, host="127.0.0.1", **about):
        account = user.split("%")[0]
        about = dict(dict(who="user" if account else "null", account=account), **about)
        return Shell(self, "smbclient", f"//{host}/{share}", "-U", user, "-p", str(port), "-s", self.server.conf, "-m", protocol,
                     *more, dialect=dialect, port=port, **about)

    def rpcclient(self, *more, user="%", protocol="SMB3_11", dialect="3.1.1", host="127.0.0.1", binding=None, **about):
        account = user.split("%")[0]
        about = dict(dict(who="user" if account else "null", account=account), **about)
        return Shell(self, "rpcclient", "-U", user, "-s", self.server.conf, f"--option=clientmaxprotocol={protocol}",
                     f"--option=clientipcmaxprotocol={protocol}", f"--option=clientminprotocol=NT1", f"--option=clientipcminprotocol=NT1",
                     *more, binding or f"ncacn_np:{host}", dialect=dialect, **about)

    def samba_command(self, *argv, pipes, dialect="3.1.1", user=""):
        """A command of Samba's that comes and goes; with -d10 it tells every call that it makes."""
        before = ports_let_go()
        self.last_order = time.time()
        result = run(*argv, "-d10", "-U", f"{user}%pw" if user else "%", "-s", self.server.conf)
        assert not result.returncode, result.stderr[-300:]
        time.sleep(0.3)
        port, = ports_let_go() - before
        session = Session(port, 445, dialect, "user" if user else "null", user)
        session.pipes += pipes
        session.words.append(" ".join(os.path.basename(word) for word in argv) + (f" as {user}" if user else ", a null session"))
        session.handles += told_handles(result.stdout + result.stderr)
        session.end("fin|rst")
        self.sessions.append(session)

    def settle(self, seconds=3.2, **more):
        """The survivors go quiet for longer than the grace, then somebody else speaks, so that the capture goes on."""
        time.sleep(seconds)
        self.passer_by(**more)

    def passer_by(self, **more):
        shell = self.smbclient(**more)
        shell.tell("ls")
        shell.quit()

    def snapshot(self):
        """What the server says of itself at this moment, while nobody does anything."""
        time.sleep(0.4)
        at = time.time()
        self.more.setdefault("snapshots", []).append({"at": f"{at:.3f}", "smbstatus": self.server.status()})
        time.sleep(0.4)

    def ending(self):
        return last_packet(self.path)

    def find_frames(self):
        """Which frames grant, name last and close each handle of samr, lsarpc, svcctl and winreg: those that have its 20 bytes, and the response
        with nothing but zeros that comes next."""
        handles = [(session.port, handle) for session in self.sessions for handle in session.handles if "object" in handle and not session.hidden]
        if not handles:
            return
        packets = [(n, *struct.unpack_from(">HH", data, 34), data[54:]) for n, (_, data) in enumerate(pcap_records(self.path)[1], 1)]
        for port, handle in handles:
            raw = bytes.fromhex(handle["handle"])
            told = [n for n, _, to, data in packets if to == port and raw in data]
            asked = [n for n, source, _, data in packets if source == port and raw in data]
            assert told, f"no packet to port {port} has the handle {handle['handle']}"
            handle["frames"] = frames = {"granted": told[0]}
            if asked:
                frames["named"] = asked[-1]
            if handle["closed_by"] == "close_call":
                frames["closed"] = next(n for n, _, to, data in packets if n > asked[-1] and to == port and b"\5\0\2\3" in data and data.endswith(bytes(24)))

    def __exit__(self, kind, error, trace):
        try:
            if not kind:
                status = self.server.status() if self.server else None
                time.sleep(1.5 if self.command else 0.7)
        finally:
            for other in self.others:
                other.send_signal(signal.SIGINT)
                other.communicate()
            self.tcpdump.send_signal(signal.SIGINT)
            said = self.tcpdump.stderr.read()
            self.tcpdump.wait()
        alive = {p.pid for p in self.processes if p.poll() is None}
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        if kind:
            return False
        assert re.search(r"^0 packets dropped by kernel", said, re.M) or self.command and not re.search(r"on interface '\w+': \d+/[1-9]", said), said
        end = self.ending()
        assert end >= self.last_order - 0.01, "the capture ends before the last order"
        if status:
            seen = {int(session["hostname"].rsplit(":", 1)[1]) for session in status["sessions"].values()}
            mine = {session.port for session in self.sessions if not session.ended} | set(self.more.get("unseen", ()))
            assert seen == mine, f"smbstatus has {seen}, the clients {mine}"
        self.find_frames()
        truth = {"about": self.about, "grace": self.grace,
                 "server": {"address": self.sessions[0].server if self.sessions else "127.0.0.1", "ports": sorted({s.server_port for s in self.sessions} or map(int, self.ports)),
                            "name": self.server.name if self.server else None,
                            "software": f"Samba {self.server.version}" if self.server else self.software},
                 "sessions": [session.truth(end, self.grace) for session in self.sessions],
                 "refusals": self.refusals, "smbstatus": status, **self.more}
        write_truth(f"{self.out}/{self.name}.truth.json", truth)
        print(f"{self.name}: " + ", ".join(s["who"] + " " + s["verdict"] for s in truth["sessions"]), flush=True)
        time.sleep(0.3)
        return False


def write_truth(path, truth):
    with open(path, "w") as out:
        json.dump(truth, out, indent=1)
        out.write("\n")


def last_packet(path):
    """Time of the last record of a classic pcap."""
    data = open(path, "rb").read()
    magic = data[:4]
    order, unit = {b"\xd4\xc3\xb2\xa1": ("<", 1e6), b"\x4d\x3c\xb2\xa1": ("<", 1e9)}[magic]
    at, last = 24, None
    while at + 16 <= len(data):
        seconds, fraction, length, whole = struct.unpack_from(order + "IIII", data, at)
        assert length == whole, "a packet was cut"
        last = seconds + fraction / unit
        at += 16 + length
    assert at == len(data), "the last record is cut"
    return last


def pcap_records(path):
    """(header of the file, [(time in ns, bytes)]) of a classic pcap."""
    data = open(path, "rb").read()
    unit = {b"\xd4\xc3\xb2\xa1": 1000, b"\x4d\x3c\xb2\xa1": 1}[data[:4]]
    at, rows = 24, []
    while at < len(data):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", data, at)
        rows.append((seconds * 10**9 + fraction * unit, data[at + 16:at + 16 + length]))
        at += 16 + length
    return data[:24], rows


def write_pcap(path, link, rows, nano=False):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, 262144, link))
        for when, data in rows:
            seconds, rest = divmod(when, 10**9)
            out.write(struct.pack("<IIII", seconds, rest if nano else rest // 1000, len(data), len(data)) + data)
