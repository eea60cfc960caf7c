"""Writes the packets of a Windows 2000 and XP workgroup, byte by byte: SMB1 over NetBIOS (139) or direct (445), and RPC.

Nobody is recorded here. A Network is a clock and a list of packets; connections write their packets to it, each 0.7 ms
after the one before. What is random (responses to challenges, sealed bytes) comes from a generator with a fixed seed,
so a story has the same bytes each time it is written.
"""
import random
import struct

START = 1200000000.0                                    # January 2008
STEP = 0.0007                                           # seconds from a packet to the next
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
CLIENT, SERVER = 0, 1                                   # who sends
ACCESS_DENIED, LOGON_FAILURE, REQUEST_NOT_ACCEPTED, CANCELLED = 0xc0000022, 0xc000006d, 0xc00000d0, 0xc0000120
MORE_PROCESSING_REQUIRED = 0xc0000016
NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_CONNECT_ANDX, TREE_DISCONNECT = 0x72, 0x73, 0x74, 0x70, 0x75, 0x71
NT_CREATE, NT_CANCEL, WRITE, READ, TRANSACTION, CLOSE, ECHO = 0xa2, 0xa4, 0x2f, 0x2e, 0x25, 0x04, 0x2b


def utf16(text):
    return text.encode("utf-16le")


def padded(data, to=4):
    return data + bytes(-len(data) % to)


class Network:
    """A clock, the packets so far, and what clients count: ports and virtual circuits."""

    def __init__(self, seed=0):
        self.start = self.now = START
        self.packets, self.identification = [], 0
        self.ports, self.circuits, self.random = {}, {}, random.Random(seed)

    def begin(self, when):
        """The story's beginning is another time than the workgroup's."""
        self.start = self.now = when

    def at(self, seconds):
        """The time `seconds` after the story's beginning."""
        self.now = self.start + seconds

    def wait(self, seconds):
        self.now += seconds

    def cut(self):
        """What was said so far was not captured."""
        self.packets.clear()

    def ethernet(self, source, target, protocol, payload):
        """A packet of Ethernet and IPv4."""
        self.identification = self.identification + 1 & 0xffff
        header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), self.identification, 0x4000, 128, protocol, 0)
        header += address(source) + address(target)
        header = header[:10] + checksum(header) + header[12:]
        ends = b"".join(b"\x02\0" + address(end) for end in (target, source))
        self.now += STEP
        self.packets.append((self.now, ends + b"\x08\0" + header + payload))

    def udp(self, source, source_port, target, target_port, data):
        self.ethernet(source, target, 17, struct.pack(">HHHH", source_port, target_port, 8 + len(data), 0) + data)

    def write(self, path):
        """A classic pcap, microseconds."""
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for when, packet in sorted(self.packets, key=lambda row: row[0]):
                file.write(struct.pack("<IIII", int(when), int(when % 1 * 1e6), len(packet), len(packet)) + packet)


def address(text):
    return bytes(int(number) for number in text.split("."))


def checksum(data):
    """RFC 1071."""
    data = padded(data, 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return struct.pack(">H", ~(total + (total >> 16)) & 0xffff)


class Tcp:
    """A TCP connection; `end` says who sends."""

    def __init__(self, network, client, server):
        self.network, self.ends = network, (client, server)
        self.sequence = [random.Random(client[1] * factor + server[1]).randrange(1 << 31) for factor in (7, 13)]

    def segment(self, end, flags, data=b""):
        (source, port), (target, target_port) = self.ends[end], self.ends[1 - end]
        expects = self.sequence[1 - end] if flags & ACK else 0
        header = struct.pack(">HHIIBBHHH", port, target_port, self.sequence[end] & 0xffffffff, expects & 0xffffffff, 0x50, flags, 65000, 0, 0)
        pseudo = address(source) + address(target) + struct.pack(">BBH", 0, 6, len(header) + len(data))
        header = header[:16] + checksum(pseudo + header + data) + header[18:]
        self.network.ethernet(source, target, 6, header + data)
        self.sequence[end] += len(data) + bool(flags & (SYN | FIN))

    def connect(self):
        self.segment(CLIENT, SYN)
        self.segment(SERVER, SYN | ACK)
        self.segment(CLIENT, ACK)

    def send(self, end, data):
        for at in range(0, len(data), 1460):
            self.segment(end, ACK if at + 1460 < len(data) else PSH | ACK, data[at:at + 1460])

    def ack(self, end):
        self.segment(end, ACK)

    def fin(self, end=CLIENT):
        self.segment(end, FIN | ACK)
        self.segment(1 - end, FIN | ACK)
        self.segment(end, ACK)

    def rst(self, end=CLIENT):
        self.segment(end, RST | ACK)


def netbios_name(name, suffix):
    """A name in its first-level encoding (RFC 1001 14.1)."""
    name = name.upper().ljust(15).encode("latin1")[:15] + bytes([suffix])
    return b"\x20" + bytes(0x41 + half for byte in name for half in (byte >> 4, byte & 15)) + b"\0"


# NTLMSSP messages ([MS-NLMP] 2.2.1) and SPNEGO tokens (RFC 4178).

VERSION_XP = bytes([5, 0, 0x93, 8, 0, 0, 0, 15])


def ntlm_negotiate():
    return b"NTLMSSP\0" + struct.pack("<II", 1, 0xe0088297) + bytes(16) + VERSION_XP


def version(major, minor, build):
    """VERSION ([MS-NLMP] 2.2.2.10)."""
    return struct.pack("<BBHBBBB", major, minor, build, 0, 0, 0, 15)


def ntlm_challenge(name, flags=0xe28a8215, system=bytes([5, 1, 0x28, 0x0a, 0, 0, 0, 15]), info=b""):
    """`info` are AV_PAIRs ([MS-NLMP] 2.2.2.1) beside the NetBIOS names."""
    target = utf16(name)
    info = b"".join(struct.pack("<HH", kind, len(target)) + target for kind in (2, 1)) + info + bytes(4)
    message = b"NTLMSSP\0" + struct.pack("<IHHII", 2, len(target), len(target), 56, flags) + bytes(range(8)) + bytes(8)
    message += struct.pack("<HHI", len(info), len(info), 56 + len(target)) + system
    return message + target + info


def ntlm_authenticate(user, domain, workstation, lm, nt, flags=None):
    """The fields stand in the order of a Windows client: names first, then responses."""
    if flags is None:
        flags = 0xe0888215 if user else 0xe0808a15
    fields, payload = {}, b""
    for field, value in (("domain", utf16(domain)), ("user", utf16(user)), ("workstation", utf16(workstation)), ("lm", lm), ("nt", nt), ("key", b"")):
        fields[field] = struct.pack("<HHI", len(value), len(value), 72 + len(payload))
        payload += value
    order = ("lm", "nt", "domain", "user", "workstation", "key")
    return b"NTLMSSP\0" + struct.pack("<I", 3) + b"".join(fields[field] for field in order) + struct.pack("<I", flags) + VERSION_XP + payload


def der(tag, value):
    length = len(value)
    if length < 128:
        return bytes([tag, length]) + value
    if length < 256:
        return bytes([tag, 0x81, length]) + value
    return bytes([tag, 0x82]) + struct.pack(">H", length) + value


NTLMSSP_OID, SPNEGO_OID = bytes.fromhex("060a2b06010401823702020a"), bytes.fromhex("06062b0601050502")


def spnego_init(token):
    mechanisms = der(0xa0, der(0x30, NTLMSSP_OID))
    return der(0x60, SPNEGO_OID + der(0xa0, der(0x30, mechanisms + der(0xa2, der(4, token)))))


def spnego_challenge(token):
    return der(0xa1, der(0x30, der(0xa0, der(0x0a, b"\1")) + der(0xa1, NTLMSSP_OID) + der(0xa2, der(4, token))))


def spnego_authenticate(token):
    return der(0xa1, der(0x30, der(0xa2, der(4, token))))


def spnego_done(_):
    return der(0xa1, der(0x30, der(0xa0, der(0x0a, b"\0"))))


def as_it_is(token):
    """A token without SPNEGO around it."""
    return token


# RPC (C706 chapter 12, [MS-RPCE] 2.2.2).

SPOOLSS = bytes.fromhex("785634123412cdabef000123456789ab") + struct.pack("<HH", 1, 0)
EPMAPPER = bytes.fromhex("0883afe11f5dc91191a408002b14a0fa") + struct.pack("<HH", 3, 0)
NDR = bytes.fromhex("045d888aeb1cc9119fe808002b10486002000000")
OPEN_PRINTER_EX, GET_PRINTER, CLOSE_PRINTER, REPLY_OPEN, CHANGE_NOTIFICATION, ROUTER_REPLY, ADD_DRIVER_EX = 69, 8, 29, 58, 65, 66, 89


def pdu(kind, call, body, auth=b""):
    """A PDU in one fragment, the authentication verifier behind it."""
    token = max(len(auth) - 8, 0)
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 16 + len(body) + len(auth), token, call) + body + auth


def verifier(token, pad=0):
    """NTLMSSP, privacy (sealed), context 1."""
    return struct.pack("<BBBBI", 10, 6, pad, 0, 1) + token


def bind(call, interface=SPOOLSS, auth=b""):
    return pdu(11, call, struct.pack("<HHIBBHHBB", 4280, 4280, 0, 1, 0, 0, 0, 1, 0) + interface + NDR, auth)


def bind_ack(call, group, endpoint=b"\\PIPE\\spoolss\0", auth=b""):
    body = padded(struct.pack("<HHIH", 4280, 4280, group, len(endpoint)) + endpoint)
    return pdu(12, call, body + struct.pack("<BBHHH", 1, 0, 0, 0, 0) + NDR, auth)


def auth3(call, token):
    return pdu(16, call, bytes(4), verifier(token))


def request(call, procedure, stub):
    return pdu(0, call, struct.pack("<IHH", len(stub), 0, procedure) + stub)


def response(call, stub):
    return pdu(2, call, struct.pack("<IHH", len(stub), 0, 0) + stub)


def sealed_request(call, procedure, stub, signature):
    """The stub cannot be read: here each byte is 0x3e."""
    pad = -len(stub) % 16
    return pdu(0, call, struct.pack("<IHH", len(stub), 0, procedure) + b"\x3e" * (len(stub) + pad), verifier(signature, pad))


def sealed_response(call, stub, signature):
    pad = -len(stub) % 16
    return pdu(2, call, struct.pack("<IHH", len(stub), 0, 0) + b"\x27" * (len(stub) + pad), verifier(signature, pad))


def fault(call, status):
    return pdu(3, call, struct.pack("<IHHII", 0, 0, 0, status, 0))


def ndr_string(text):
    """A conformant and varying string, to a multiple of 4 bytes."""
    text += "\0"
    return padded(struct.pack("<III", len(text), 0, len(text)) + utf16(text))


# Stubs of the print system ([MS-RPRN] 3.1.4, 3.2.4).

def printer_handle(number):
    return struct.pack("<IHBB", 0, number, 0x22, 0x5f) + bytes.fromhex("112233445566778899aabbcc")


def open_printer_ex(printer, machine, user, build=2195):
    stub = struct.pack("<I", 0x20000) + ndr_string(printer) + struct.pack("<IIII", 0, 0, 0, 0x20008)
    stub += struct.pack("<IIIIIIIIII", 1, 1, 0x20004, 28, 0x20008, 0x2000c, build, 3, 0, 0)
    return stub + ndr_string(machine) + ndr_string(user)


def change_notification(handle, local, cookie):
    """RpcRemoteFindFirstPrinterChangeNotificationEx, PRINTER_CHANGE_ADD_JOB."""
    return handle + struct.pack("<III", 0x100, 0, 0x20000) + ndr_string(local) + struct.pack("<II", cookie, 0)


def add_driver_ex(server, driver_file, data_file, config_file):
    """RpcAddPrinterDriverEx with DRIVER_INFO_2, APD_COPY_ALL_FILES among the flags."""
    stub = struct.pack("<I", 0x20000) + ndr_string(server)
    stub += struct.pack("<IIII", 2, 2, 0x20004, 3) + struct.pack("<IIIII", *range(0x20008, 0x2001c, 4))
    for text in ("drv", "Windows x64", driver_file, data_file, config_file):
        stub += ndr_string(text)
    return stub + struct.pack("<I", 0x8014)


def tower(port=0, ip=bytes(4)):
    """Where spoolss is over TCP (C706 appendix L), five floors."""
    floors = b"".join(struct.pack("<HB", 19, 13) + syntax[:18] + struct.pack("<H", 2) + syntax[18:] for syntax in (SPOOLSS, NDR))
    floors += bytes.fromhex("01000b02000000") + bytes.fromhex("0100070200") + struct.pack(">H", port) + bytes.fromhex("0100090400") + ip
    octets = struct.pack("<H", 5) + floors
    return padded(struct.pack("<II", len(octets), len(octets)) + octets)


def ept_map():
    return struct.pack("<II", 0, 0x20000) + tower() + bytes(20) + struct.pack("<I", 4)


def ept_map_answer(port, ip):
    return bytes(20) + struct.pack("<IIIII", 1, 4, 0, 1, 3) + tower(port, ip) + struct.pack("<I", 0)


XP = ("Windows 5.1", "Windows 2000 LAN Manager")
SERVER_2003 = ("Windows Server 2003 3790 Service Pack 1", "Windows Server 2003 5.2")
WINDOWS_2000 = ("Windows 2000 2195", "Windows 2000 5.0")
DIALECTS = (b"PC NETWORK PROGRAM 1.0", b"LANMAN1.0", b"Windows for Workgroups 3.1a", b"LM1.2X002", b"LANMAN2.1", b"NT LM 0.12")
COUNT = struct.Struct("<H")


def smb(words, data=b""):
    """Parameters and data of an SMB ([MS-CIFS] 2.2.3.2, 2.2.3.3)."""
    return bytes([len(words) // 2]) + words + COUNT.pack(len(data)) + data


def andx(*fields, command=0xff, offset=0, form=""):
    return struct.pack("<BBH" + form, command, 0, offset, *fields)


NOTHING = smb(b"")


class Calls:
    """Calls of the print system on a pipe, whatever SMB carries it: who has it writes, reads and transacts."""

    build = 2195                                        # of the client, as it says

    def bind(self):
        self.call += 1
        self.write(bind(self.call))
        self.read(bind_ack(self.call, 0x53f0 + self.number))
        return self

    def rpc(self, procedure, stub, answer):
        self.call += 1
        self.transact(request(self.call, procedure, stub), None if answer is None else response(self.call, answer))
        return self

    def rpc_fault(self, procedure, stub, status):
        self.call += 1
        self.transact(request(self.call, procedure, stub), fault(self.call, status))
        return self

    def open_printer(self, printer=None, number=None, user="alice", error=0, answer=True):
        """OpenPrinterEx; `number` makes the handle, `error` is a Win32 error in its place."""
        if number is not None:
            self.handle = printer_handle(number)
        granted = bytes(20) if error else self.handle
        stub = open_printer_ex(printer or f"\\\\{self.server_name}\\lp1", f"\\\\{self.name}", user, self.build)
        return self.rpc(OPEN_PRINTER_EX, stub, granted + struct.pack("<I", error) if answer else None)

    def printer_answer(self):
        """The answer to an OpenPrinterEx that waited."""
        self.transact_answer(response(self.call, self.handle + bytes(4)))
        return self

    def get_printer(self):
        return self.rpc(GET_PRINTER, self.handle + struct.pack("<III", 2, 0, 0), struct.pack("<III", 0, 600, 122))

    def get_printer_fault(self, status):
        return self.rpc_fault(GET_PRINTER, self.handle + struct.pack("<III", 2, 0, 0), status)

    def close_printer(self):
        return self.rpc(CLOSE_PRINTER, self.handle, bytes(24))

    def want_changes(self, local=None, cookie=0xabcd0001, error=0):
        """Asks for a back channel to `local`."""
        return self.rpc(CHANGE_NOTIFICATION, change_notification(self.handle, local or f"\\\\{self.name}", cookie), struct.pack("<I", error))

    def reply_open(self, printer, number, cookie=0xabcd0001):
        """Opens the back channel, from the server to the client."""
        self.handle = printer_handle(number)
        return self.rpc(REPLY_OPEN, ndr_string(printer) + struct.pack("<III", cookie, 1, 0) + bytes(4), self.handle + bytes(4))

    def router_reply(self):
        return self.rpc(ROUTER_REPLY, self.handle + struct.pack("<IIIII", 1, 0, 0, 0, 0), bytes(8))

    def add_driver(self, data_file):
        windows = "C:\\Windows\\System32"
        stub = add_driver_ex(f"\\\\{self.server_name}", f"{windows}\\DriverStore\\UNIDRV.DLL", data_file, f"{windows}\\kernelbase.dll")
        return self.rpc(ADD_DRIVER_EX, stub, bytes(4))

    def spooler(self, **create):
        """A pipe to the spooler, bound."""
        return self.create(**create).bind()

    def leave(self):
        """Ends everything in good order but the printer handle."""
        self.close().disconnect_tree().log_off().tcp.fin()


class Smb(Calls):
    """A TCP connection with SMB1: the client asks, the server answers."""

    def __init__(self, network, client, server, name="WS21", server_name="XPSRV", port=139, client_port=None,
                 extended=True, unicode=True, server_os=XP, guid=b"XPSRVGUID0000001"):
        if client_port is None:
            client_port = network.ports[client] = network.ports.get(client, 1025) + 1
        self.circuit = network.circuits.get((client, server), 0)
        network.circuits[client, server] = self.circuit + 1
        self.network, self.name, self.server_name, self.port = network, name, server_name, port
        self.extended, self.unicode, self.server_os, self.guid, self.number = extended, unicode, server_os, guid, client_port
        self.tcp = Tcp(network, (client, client_port), (server, port))
        self.mid, self.uid, self.tid, self.fid, self.call, self.uids = 64, 0, 0, 0x4000, 0, 0
        self.handle = printer_handle(client_port)

    # Frames.

    def send(self, end, command, body, status=0, tid=None, uid=None):
        flags2 = 0x4007 | (0x8000 if self.unicode else 0) | (0x800 if self.extended else 0)
        header = b"\xffSMB" + struct.pack("<BIBH", command, status, 0x98 if end else 0x18, flags2) + bytes(12)
        tid, uid = self.tid if tid is None else tid, self.uid if uid is None else uid
        message = header + struct.pack("<HHHH", tid, 0xfeff, uid, self.mid) + body
        self.tcp.send(end, struct.pack(">I", len(message)) + message)

    def ask(self, command, body, answer=NOTHING, status=0, **ids):
        """A request with the next multiplex id, and its answer: without a body where the status says no."""
        self.mid += 64
        self.send(CLIENT, command, body, **ids)
        self.send(SERVER, command, NOTHING if status else answer, status, **ids)

    def text(self, text):
        return utf16(text) + b"\0\0" if self.unicode else text.encode("latin1") + b"\0"

    def aligned(self, data, at):
        """`data`, which begins `at` bytes into the message, with a byte more where text behind it would stand at an odd place."""
        return data + bytes((at + len(data)) % 2) if self.unicode else data

    # Connections.

    def connect(self):
        self.tcp.connect()
        return self.session_request() if self.port == 139 else self

    def session_request(self):
        """The NetBIOS session service (RFC 1002 4.3)."""
        names = netbios_name(self.server_name, 0x20) + netbios_name(self.name, 0)
        self.tcp.send(CLIENT, struct.pack(">BBH", 0x81, 0, len(names)) + names)
        self.tcp.send(SERVER, bytes.fromhex("82000000"))
        return self

    def keep_alive(self):
        self.tcp.send(CLIENT, bytes.fromhex("85000000"))
        self.tcp.ack(SERVER)

    def negotiate(self):
        dialects = b"".join(b"\x02" + dialect + b"\0" for dialect in DIALECTS)
        capabilities = 0xe3fd | (0x80000000 if self.extended else 0)
        words = struct.pack("<HBHHIIIIQhB", 5, 3, 10, 1, 4356, 65536, 0, capabilities, 0x01c85000d0000000, -60, 0 if self.extended else 8)
        names = bytes(range(8)) + utf16("OFFICE") + b"\0\0" + utf16(self.server_name) + b"\0\0"
        self.send(CLIENT, NEGOTIATE, smb(b"", dialects))
        self.send(SERVER, NEGOTIATE, smb(words, self.guid if self.extended else names))
        return self

    # Sessions.

    def session(self, user="", domain="", lm=None, nt=None, uid=None, circuit=None, status=0, first_status=0, action=0, raw=False):
        """A session set-up ([MS-SMB] 2.2.4.6, [MS-CIFS] 2.2.4.53). Without a user and responses it is a null session."""
        random_bytes = self.network.random.randbytes
        lm = lm if lm is not None else random_bytes(24) if user else b"\0"
        nt = nt if nt is not None else random_bytes(24) if user else b""
        circuit = self.circuit if circuit is None else circuit
        if uid is None:
            uid = 0x0800 + self.uids
        if not self.extended:
            self.uids += 1
            words = andx(4356, 10, circuit, 0, len(lm), len(nt), 0, 0xd4, form="HHHIHHII")
            names = self.text(user) + self.text(domain) + b"".join(map(self.text, WINDOWS_2000))
            self.mid += 64
            self.send(CLIENT, SESSION_SETUP, smb(words, self.aligned(lm + nt, 61) + names), tid=0, uid=0)
            return self.set_up_answer(None, uid, status, action)
        wrap = [as_it_is] * 3 if raw else (spnego_init, spnego_challenge, spnego_authenticate)
        self.mid += 64
        self.set_up_request(wrap[0](ntlm_negotiate()), circuit, 0)
        if first_status:
            self.send(SERVER, SESSION_SETUP, NOTHING, first_status, tid=0, uid=0)
            return self
        self.uids += 1
        self.send(SERVER, SESSION_SETUP, self.set_up_body(wrap[1](ntlm_challenge(self.server_name)), 0), MORE_PROCESSING_REQUIRED, tid=0, uid=uid)
        self.mid += 64
        self.set_up_request(wrap[2](ntlm_authenticate(user, domain, self.name, lm, nt)), circuit, uid)
        return self.set_up_answer(b"" if raw else spnego_done(None), uid, status, action)

    def set_up_request(self, token, circuit, uid):
        words = andx(4356, 10, circuit, 0, len(token), 0, 0x800000d4, form="HHHIHII")
        names = b"".join(map(self.text, WINDOWS_2000)) + self.text("")
        self.send(CLIENT, SESSION_SETUP, smb(words, self.aligned(token, 59) + names), tid=0, uid=uid)

    def set_up_answer(self, token, uid, status, action):
        if status:
            self.send(SERVER, SESSION_SETUP, NOTHING, status, tid=0, uid=uid if self.extended else 0)
            return self
        self.send(SERVER, SESSION_SETUP, self.set_up_body(token, action), tid=0, uid=uid)
        self.uid = uid
        return self

    def set_up_body(self, token, action):
        """The body of a set-up's answer; with a token it has a word more."""
        words = andx(action, form="H") if token is None else andx(action, len(token), form="HH")
        names = self.text(self.server_os[0]) + self.text(self.server_os[1]) + self.text("OFFICE")
        return smb(words, self.aligned(token or b"", 35 + len(words)) + names)

    def log_off(self):
        self.ask(LOGOFF, smb(andx()), smb(andx()))
        return self

    # Trees, opens.

    def tree(self, share="IPC$", tid=0x0800, service=b"IPC\0", file_system="", status=0):
        path = self.text(f"\\\\{self.server_name}\\{share}")
        self.mid += 64
        self.send(CLIENT, TREE_CONNECT_ANDX, smb(andx(8, 1, form="HH"), self.aligned(b"\0", 43) + path + b"?????\0"), tid=0)
        if status:
            self.send(SERVER, TREE_CONNECT_ANDX, NOTHING, status, tid=0)
            return self
        self.tid = tid
        self.send(SERVER, TREE_CONNECT_ANDX, smb(andx(1, form="H"), service + self.text(file_system)))
        return self

    def folder(self, tid=0x0800, status=0):
        """A tree of the shared folder."""
        return self.tree("docs", tid, b"A:\0", status=status)

    def core_tree(self, share="IPC$", tid=0x0800):
        """SMB_COM_TREE_CONNECT of the core protocol ([MS-CIFS] 2.2.4.50), without a password."""
        path = b"".join(b"\x04" + text + b"\0" for text in (f"\\\\{self.server_name}\\{share}".encode(), b"", b"IPC"))
        self.mid += 64
        self.send(CLIENT, TREE_CONNECT, smb(b"", path))
        self.send(SERVER, TREE_CONNECT, smb(struct.pack("<HH", 4356, tid)), tid=tid)
        self.tid = tid
        return self

    def disconnect_tree(self):
        self.ask(TREE_DISCONNECT, NOTHING)
        return self

    def create(self, name="\\spoolss", fid=None, pipe=True, status=0):
        path = utf16(name)
        words = andx(0, len(path), 0x16, 0, 0x2019f, 0, 0, 3, 1, 0x40, 2, 3, form="BHIIIQIIIIIB")
        fid = (self.fid if status else self.fid + 1) if fid is None else fid
        answer = andx(0, fid, 1, 0, 0, 0, 0, 0x80, 4096, 0, 2 if pipe else 0, 0x5ff if pipe else 7, 0, form="BHIQQQQIQQHHB")
        self.ask(NT_CREATE, smb(words, b"\0" + path + b"\0\0"), smb(answer), status)
        self.fid = fid
        return self

    def close(self):
        self.ask(CLOSE, smb(struct.pack("<HI", self.fid, 0xffffffff)))
        return self

    def echo(self):
        echo = smb(struct.pack("<H", 1), b"abcd")
        self.ask(ECHO, echo, echo, tid=0xffff)
        return self

    # Pipes.

    def write(self, data):
        words = andx(self.fid, 0, 0xffffffff, 8, len(data), 0, len(data), 64, 0, form="HIIHHHHHI")
        self.ask(WRITE, smb(words, b"\xee" + data), smb(andx(len(data), 0xffff, 0, form="HHI")))

    def read(self, data):
        words = andx(self.fid, 0, 1024, 1024, 0xffffffff, 1024, 0, form="HIHHIHI")
        answer = andx(0xffff, 0, 0, len(data), 60, 0, 0, 0, form="HHHHHIHI")
        self.ask(READ, smb(words), smb(answer, b"\0" + data))

    def transact(self, data, answer=None):
        """TransactNmPipe ([MS-CIFS] 2.2.5.6). Without an answer the call hangs."""
        name = b"\0" + utf16("\\PIPE\\") + b"\0\0"
        offset = len(padded(bytes(67) + name))
        words = struct.pack("<HHHHBBHIHHHHHBBHH", 0, len(data), 0, 1024, 0, 0, 0, 0, 0, 0, offset, len(data), offset, 2, 0, 0x26, self.fid)
        self.mid += 64
        self.send(CLIENT, TRANSACTION, smb(words, name + bytes(offset - 67 - len(name)) + data))
        if answer is not None:
            self.transact_answer(answer)

    def transact_answer(self, answer):
        words = struct.pack("<HHHHHHHHHBB", 0, len(answer), 0, 0, 56, 0, len(answer), 56, 0, 0, 0)
        self.send(SERVER, TRANSACTION, smb(words, b"\0" + answer))

    def cancel(self):
        """NT_CANCEL of the last request, a call, and the answer that the call was cancelled."""
        self.send(CLIENT, NT_CANCEL, NOTHING)
        self.send(SERVER, TRANSACTION, NOTHING, CANCELLED)

    def list_servers(self):
        """NetServerEnum2 over \\PIPE\\LANMAN ([MS-RAP] 2.5.5.2)."""
        name = b"\0" + utf16("\\PIPE\\LANMAN") + b"\0\0"
        parameters = struct.pack("<H", 104) + b"WrLehDz\0B16BBDz\0" + struct.pack("<HHI", 1, 4096, 0xffffffff) + b"OFFICE\0"
        offset = len(padded(bytes(63) + name))
        words = struct.pack("<HHHHBBHIHHHHHBB", len(parameters), 0, 8, 4096, 0, 0, 0, 5000, 0, len(parameters), offset, 0, 0, 0, 0)
        answer = struct.pack("<HHHHHHHHHBB", 8, 0, 0, 8, 56, 0, 0, 64, 0, 0, 0)
        self.ask(TRANSACTION, smb(words, name + bytes(offset - 63 - len(name)) + parameters), smb(answer, bytes(9)))
        return self
