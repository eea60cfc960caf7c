"""The same kind of obedient client as client.py, on Samba's own client library (python3-samba): SMB 3.1.1 as Samba speaks it.

Every `pipe` is an SMB connection of its own.
"""
import json
import os
import sys
import threading

from samba import credentials, param
from samba.dcerpc import lsa, misc, samr, security, spoolss, svcctl, winreg
from samba.ndr import ndr_pack, ndr_unpack

INTERFACES = {"lsarpc": lsa.lsarpc, "samr": samr.samr, "spoolss": spoolss.spoolss, "svcctl": svcctl.svcctl, "winreg": winreg.winreg}


def open_sockets():
    return {os.readlink(f"/proc/self/fd/{fd}") for fd in os.listdir("/proc/self/fd") if fd.isdigit() and is_socket(fd)}


def is_socket(fd):
    try:
        return os.readlink(f"/proc/self/fd/{fd}").startswith("socket:")
    except OSError:
        return False


def ports():
    """Local ports of this process' TCP connections, by socket inode."""
    mine, found = open_sockets(), {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for row in open(table).readlines()[1:]:
            cells = row.split()
            if f"socket:[{cells[9]}]" in mine and cells[3] == "01":
                found[cells[9]] = int(cells[1].rsplit(":", 1)[1], 16)
    return found


class Client:
    def __init__(self):
        self.pipes = {}

    def pipe(self, id, options="smb2", user="", password="", host="127.0.0.1", limit=None, name="spoolss"):
        lp = param.LoadParm()
        lp.load(os.environ["SMB_CONF"])
        if limit:
            lp.set("client max protocol", limit)
            lp.set("client ipc max protocol", limit)
        creds = credentials.Credentials()
        creds.guess(lp)
        if user:
            creds.set_username(user)
            creds.set_password(password)
        else:
            creds.set_anonymous()
        before = ports()
        self.pipes[id] = INTERFACES[name](f"ncacn_np:{host}[{options}]", lp, creds)
        new = [port for inode, port in ports().items() if inode not in before]
        return {"client_port": new[0] if len(new) == 1 else new}

    def open(self, id, printer, ex=True, machine="\\\\WS", user="alice", build=2600, wait=True):
        info = spoolss.UserLevel1()
        info.client, info.user, info.build, info.major = machine, user, build, 3
        ctr = spoolss.UserLevelCtr()
        ctr.level, ctr.user_info = 1, info
        call = lambda: self.pipes[id].OpenPrinterEx(printer, None, spoolss.DevmodeContainer(), 8, ctr)
        if not wait:
            threading.Thread(target=call, daemon=True).start()
            return {"sent": True}
        handle = call()
        self.pipes[id, ndr_pack(handle).hex()] = handle
        return {"handle": ndr_pack(handle).hex(), "code": 0}

    def close(self, id, handle):
        self.pipes[id].ClosePrinter(self.pipes.pop((id, handle)))
        return {"code": 0}

    def get_printer(self, id, handle):
        try:
            self.pipes[id].GetPrinter(self.pipes[id, handle], 1, b"", 0)
        except RuntimeError as error:
            return {"code": error.args[0]}
        return {"code": 0}

    def call(self, id, procedure, arguments):
        """A procedure by Samba's name for it; tells the first handle that it gives, and a SID. Arguments that are no numbers go by words."""
        answer = getattr(self.pipes[id], procedure)(*[argument(value) for value in arguments])
        answers = answer if isinstance(answer, tuple) else (answer,)
        told = {"code": 0}
        for value in answers:
            if isinstance(value, misc.policy_handle):
                told.setdefault("handle", ndr_pack(value).hex())
            if isinstance(value, security.dom_sid):
                told["sid"] = str(value)
        return told

    def shut(self, id):
        del self.pipes[id]
        return {}


def argument(value):
    """`handle:HEX`, `sid:S-1-…`, `name:TEXT` (a string of lsa), `key:TEXT` (one of winreg), `attributes:`, or the value itself."""
    kind, _, text = value.partition(":") if isinstance(value, str) else ("", "", "")
    if kind == "handle":
        return ndr_unpack(misc.policy_handle, bytes.fromhex(text))
    if kind == "sid":
        return security.dom_sid(text)
    if kind == "attributes":
        attributes = lsa.ObjectAttribute()
        attributes.sec_qos = lsa.QosInfo()
        return attributes
    if kind in ("name", "key"):
        string = lsa.String() if kind == "name" else winreg.String()
        setattr(string, "string" if kind == "name" else "name", text)
        return string
    return value


def main():
    client = Client()
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(client, order.pop("do"))(**order)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
    os._exit(0)


main()
