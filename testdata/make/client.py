"""One SMB client that does what it is told: a JSON command a line on standard input, a JSON answer a line on standard output.

Built on impacket's SMB connection and DCE/RPC layer. Nothing is closed behind the caller's back: pipes, trees, sessions and
the TCP connection end when told, or when the process is killed.
"""
import json
import os
import socket
import struct
import sys
import threading

from impacket import smb, smb3, smb3structs
from impacket.dcerpc.v5 import lsad, lsat, rprn, rrp, samr, scmr, srvs
from impacket.dcerpc.v5.dtypes import RPC_SID
from impacket.dcerpc.v5.rpcrt import DCERPC_v5
from impacket.smb3structs import SMB2_DIALECT_002, SMB2_DIALECT_21, SMB2_DIALECT_30, SMB2_DIALECT_311
from impacket.smbconnection import SMBConnection

DIALECTS = {"smb1": smb.SMB_DIALECT, "2.0.2": SMB2_DIALECT_002, "2.1": SMB2_DIALECT_21, "3.0": SMB2_DIALECT_30,
            "3.1.1": SMB2_DIALECT_311}
INTERFACES = {"spoolss": rprn.MSRPC_UUID_RPRN, "srvsvc": srvs.MSRPC_UUID_SRVS, "lsarpc": lsad.MSRPC_UUID_LSAD,
              "winreg": rrp.MSRPC_UUID_RRP, "samr": samr.MSRPC_UUID_SAMR, "svcctl": scmr.MSRPC_UUID_SCMR}
CALLS = {"lsarpc": (lsad, lsat), "samr": (samr,), "svcctl": (scmr,), "winreg": (rrp,)}  # impacket's helpers: hSamrOpenUser and its like
HOST = "127.0.0.1"


# As Windows does, TransactNmPipe leaves room for 1024 bytes; an answer that is longer (STATUS_BUFFER_OVERFLOW) is an answer too.
smb.SMBTransaction_Parameters.structure = tuple(
    ("MaxDataCount", "<H=1024") if row[0] == "MaxDataCount" else row for row in smb.SMBTransaction_Parameters.structure)
more_in_dos_words = smb.NewSMBPacket.isMoreData
smb.NewSMBPacket.isMoreData = lambda self: more_in_dos_words(self) or (self["ErrorClass"], self["ErrorCode"]) == (5, 0x8000)


class Pipe:
    """A named pipe in the shape impacket's DCERPC_v5 wants of a transport."""

    def __init__(self, conn, tree, name, how, piece, assoc, room):
        self.conn, self.tree, self.name, self.how, self.piece, self.assoc, self.room = conn, tree, name, how, piece, assoc, room
        self.fid = conn.openFile(tree, "\\" + name)
        self.granted_assoc = None
        self.pending = None

    def get_credentials(self):
        return self.conn.getCredentials()

    def doesSupportNTLMv2(self):
        return self.conn.doesSupportNTLMv2()

    def send(self, data, forceWriteAndx=0, forceRecv=0):
        if data[2] in (11, 14) and self.assoc:
            data = data[:20] + struct.pack("<L", self.assoc) + data[24:]
        last = bool(data[3] & 2)
        if self.how == "transact" and last and not self.piece:
            server = self.conn.getSMBServer()
            transact = transceive if isinstance(server, smb3.SMB3) else smb.SMB.TransactNamedPipe
            self.pending = transact(server, self.tree, self.fid, data)
            return
        for part in (data[:self.piece], data[self.piece:]):  # Samba takes one PDU in two writes, not in more
            if part:
                self.conn.writeNamedPipe(self.tree, self.fid, part)

    def recv(self, forceRecv=0, count=0):
        if self.pending is not None:
            data, self.pending = self.pending, None
        else:
            data = self.read()
        while len(data) < 10 or len(data) < struct.unpack_from("<H", data, 8)[0]:
            data += self.read()
        if data[:1] == b"\5" and data[2] in (12, 15):
            self.granted_assoc = struct.unpack_from("<L", data, 20)[0]
        return data

    def read(self):
        server = self.conn.getSMBServer()
        if self.room and isinstance(server, smb3.SMB3):
            return read(server, self.tree, self.fid, self.room)
        return self.conn.readFile(self.tree, self.fid, bytesToRead=self.room or None)


class Lenient(dict):
    """impacket's table of open files goes by name, and trips when one name was opened twice."""

    def __delitem__(self, key):
        self.pop(key, None)


def transceive(server, tree, fid, data, room=1024):
    """FSCTL_PIPE_TRANSCEIVE as Windows sends it: room for 1024 bytes, the rest of a longer answer is read."""
    packet = server.SMB_PACKET()
    packet["Command"], packet["TreeID"] = smb3structs.SMB2_IOCTL, tree
    call = smb3structs.SMB2Ioctl()
    call["FileID"], call["CtlCode"], call["Flags"] = fid, smb3structs.FSCTL_PIPE_TRANSCEIVE, smb3structs.SMB2_0_IOCTL_IS_FSCTL
    call["MaxInputResponse"], call["MaxOutputResponse"], call["OutputOffset"] = 0, room, 0
    call["InputCount"], call["Buffer"] = len(data), data
    packet["Data"] = call
    return smb3structs.SMB2Ioctl_Response(answer_to(server, packet)["Data"])["Buffer"]


def read(server, tree, fid, room):
    """One READ of at most `room` bytes; STATUS_BUFFER_OVERFLOW is an answer too."""
    packet = server.SMB_PACKET()
    packet["Command"], packet["TreeID"] = smb3structs.SMB2_READ, tree
    call = smb3structs.SMB2Read()
    call["Padding"], call["FileID"], call["Length"], call["Offset"] = 0x50, fid, room, 0
    packet["Data"] = call
    return smb3structs.SMB2Read_Response(answer_to(server, packet)["Data"])["Buffer"]


def answer_to(server, packet):
    answer = server.recvSMB(server.sendSMB(packet))
    if answer["Status"] not in (0, 0x80000005):
        raise smb3.SessionError(answer["Status"], answer)
    return answer


class Client:
    def __init__(self):
        self.conn, self.port, self.pipes, self.trees = None, None, {}, {}

    # Connection, session, tree.

    def connect(self, dialect="3.1.1", port=445, host=HOST, name="PRNSRV", plain=False, source=None):
        original = socket.socket.connect
        def connect(sock, address):
            if source and address[0] == host:
                sock.bind((source, 0))
            original(sock, address)
            self.port = sock.getsockname()[1]
        socket.socket.connect = connect
        if plain:  # SMB1 without extended security: the credentials stand in plain SMB1 fields
            extended = smb.SMB.neg_session
            smb.SMB.neg_session = lambda self, extended_security=True, negPacket=None: extended(self, False, negPacket)
        remote = name if port == 139 else host
        self.conn = SMBConnection(remote, host, myName=f"WS{os.getpid() % 1000:03}", sess_port=port,
                                  preferredDialect=DIALECTS[dialect], timeout=120)
        if plain:
            low, flags2 = self.conn.getSMBServer(), self.conn.getSMBServer().get_flags()[1]
            low.set_flags(flags2=flags2 & ~smb.SMB.FLAGS2_EXTENDED_SECURITY)
        if dialect != "smb1":
            self.conn.getSMBServer().GlobalFileTable = Lenient()
        self.sock = self.conn.getSMBServer().get_socket()
        return {"client_port": self.port}

    def login(self, user="", password="", plain=False):
        if plain:
            self.conn.getSMBServer().login_standard(user, password)
        else:
            self.conn.login(user, password)
        server = self.conn.getSMBServer()
        encrypted = isinstance(server, smb3.SMB3) and server._Session["SessionFlags"] & smb3structs.SMB2_SESSION_FLAG_ENCRYPT_DATA
        return {"guest": bool(self.conn.isGuestSession()), "encrypted": bool(encrypted)}

    def tree(self, share="IPC$", id="ipc"):
        self.trees[id] = self.conn.connectTree(share)
        return {}

    def untree(self, id="ipc"):
        self.conn.disconnectTree(self.trees.pop(id))
        return {}

    def logoff(self):
        self.conn.logoff()
        return {}

    def hang_up(self, by="fin"):
        if by == "rst":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        return {}

    def echo(self):
        self.conn.getSMBServer().echo()
        return {}

    # Pipes and calls.

    def pipe(self, id, name="spoolss", tree="ipc", how="write", piece=0, assoc=0, fragment=0, room=0, bind=True):
        pipe = Pipe(self.conn, self.trees[tree], name, how, piece, assoc, room)
        dce = DCERPC_v5(pipe)
        self.pipes[id] = (pipe, dce)
        if bind:
            self.bind(id)
        if fragment:
            dce.set_max_fragment_size(fragment)
        return {"assoc": pipe.granted_assoc}

    def bind(self, id):
        pipe, dce = self.pipes[id]
        dce.bind(INTERFACES[pipe.name])
        return {"assoc": pipe.granted_assoc}

    def alter(self, id, new, interface):
        """Another interface on the same pipe, by alter_context."""
        pipe, dce = self.pipes[id]
        self.pipes[new] = (pipe, dce.alter_ctx(INTERFACES[interface]))
        return {}

    def shut(self, id):
        pipe, _ = self.pipes.pop(id)
        self.conn.closeFile(pipe.tree, pipe.fid)
        return {}

    def open(self, id, printer, ex=True, access=8, machine="\\\\WS", user="alice", build=2600, wait=True):
        request = rprn.RpcOpenPrinterEx() if ex else rprn.RpcOpenPrinter()
        request["pPrinterName"] = printer + "\x00"
        request["pDatatype"] = rprn.NULL
        request["pDevModeContainer"]["pDevMode"] = rprn.NULL
        request["AccessRequired"] = access
        if ex:
            container = rprn.SPLCLIENT_CONTAINER()
            container["Level"] = 1
            container["ClientInfo"]["tag"] = 1
            info = container["ClientInfo"]["pClientInfo1"]
            info["dwSize"], info["pMachineName"], info["pUserName"] = 28, machine + "\x00", user + "\x00"
            info["dwBuildNum"], info["dwMajorVersion"], info["dwMinorVersion"] = build, 3, 0
            info["wProcessorArchitecture"] = 0
            request["pClientInfo"] = container
        _, dce = self.pipes[id]
        if not wait:
            threading.Thread(target=lambda: dce.request(request), daemon=True).start()
            return {"sent": True}
        answer = dce.request(request, checkError=False)
        handle = answer["pHandle"]
        handle = handle if isinstance(handle, bytes) else handle.getData()
        return {"handle": handle.hex(), "code": answer["ErrorCode"]}

    def close(self, id, handle):
        request = rprn.RpcClosePrinter()
        request["phPrinter"] = bytes.fromhex(handle)
        return {"code": self.pipes[id][1].request(request, checkError=False)["ErrorCode"]}

    def get_printer(self, id, handle, level=1, room=0):
        return self.raw(id, 8, bytes.fromhex(handle) + struct.pack("<L", level) + buffer(room))

    def enum_forms(self, id, handle, level=1, room=0):
        return self.raw(id, 34, bytes.fromhex(handle) + struct.pack("<L", level) + buffer(room))

    def enum_printers(self, id, level=1, room=0):
        return self.raw(id, 0, struct.pack("<LLL", 2, 0, level) + buffer(room))

    def raw(self, id, opnum, stub):
        dce = self.pipes[id][1]
        dce.call(opnum, Stub(stub))
        answer = dce.recv()
        return {"code": struct.unpack("<L", answer[-4:])[0], "stub_bytes": len(answer)}

    def policy(self, id):
        answer = lsad.hLsarOpenPolicy2(self.pipes[id][1], 0x801)
        return {"handle": answer["PolicyHandle"].getData().hex() if not isinstance(answer["PolicyHandle"], bytes) else answer["PolicyHandle"].hex()}

    def close_policy(self, id, handle):
        lsad.hLsarClose(self.pipes[id][1], bytes.fromhex(handle))
        return {"code": 0}

    def call(self, id, procedure, handle=None, **arguments):
        """Any procedure that impacket has a helper for; `handle` is its first argument, a SID goes by its text. Tells the handle that is given."""
        pipe, dce = self.pipes[id]
        helper = next(getattr(module, "h" + procedure) for module in CALLS[pipe.name] if hasattr(module, "h" + procedure))
        first = [bytes.fromhex(handle)] if handle else []
        if first and pipe.name == "winreg":
            first = [key(first[0])]
        answer = helper(dce, *first, **{name: sid(value) if str(value).startswith("S-1-") else value for name, value in arguments.items()})
        return {"handle": given(answer), "code": 0}

    def domain_sid(self, id, handle, name):
        answer = samr.hSamrLookupDomainInSamServer(self.pipes[id][1], bytes.fromhex(handle), name)
        return {"sid": answer["DomainId"].formatCanonical()}

    def shares(self, id):
        answer = srvs.hNetrShareEnum(self.pipes[id][1], 1)
        return {"shares": answer["InfoStruct"]["ShareInfo"]["Level1"]["EntriesRead"]}

    def list(self, share="pub"):
        return {"files": [f.get_longname() for f in self.conn.listPath(share, "*")]}


def sid(text):
    value = RPC_SID()
    value.fromCanonical(text)
    return value


def key(handle):
    value = rrp.RPC_HKEY()
    value["context_handle_attributes"], value["context_handle_uuid"] = struct.unpack_from("<L", handle)[0], handle[4:]
    return value


GIVEN = ("ServerHandle", "DomainHandle", "UserHandle", "GroupHandle", "AliasHandle", "PolicyHandle", "AccountHandle", "SecretHandle",
         "lpScHandle", "lpServiceHandle", "lpLock", "phKey", "phkResult")


def given(answer):
    """The context handle that a response gives."""
    for name in (name for name, _ in answer.structure if name in GIVEN):
        value = answer[name]
        return (value if isinstance(value, bytes) else value.getData()).hex()
    return None


class Stub:
    """Arguments already marshalled, in the shape DCERPC_v5.call wants of a body."""

    def __init__(self, data):
        self.data = data

    def getData(self):
        return self.data

    __bytes__ = getData

    def __len__(self):
        return len(self.data)


def buffer(room):
    """[in, out, unique, size_is(cbBuf)] BYTE *pBuffer; [in] DWORD cbBuf: zeroes go out, the answer comes back in their place."""
    if not room:
        return struct.pack("<LL", 0, 0)
    room = (room + 3) & ~3
    return struct.pack("<LL", 0x20000, room) + bytes(room) + struct.pack("<L", room)


def main():
    client = Client()
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(client, order.pop("do"))(**order)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}", "client_port": client.port}
            code = getattr(error, "error", None) or getattr(error, "error_code", None)
            if isinstance(code, int):
                answer["status"] = code
        print(json.dumps(answer), flush=True)
    os._exit(0)


main()
