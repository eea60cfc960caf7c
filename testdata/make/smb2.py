"""Writes the packets of SMB 3.1.1 over TCP port 445, byte by byte, as story.py does those of SMB1: section numbers are those of [MS-SMB2].

Signatures are random bytes: whoever has no key cannot tell.
"""
import random
import struct

from story import (ACK, CLIENT, MORE_PROCESSING_REQUIRED, SERVER, Calls, Tcp, bind, bind_ack, der, ntlm_authenticate, ntlm_challenge, ntlm_negotiate,
                   padded, printer_handle, spnego_authenticate, spnego_challenge, spnego_done, spnego_init, utf16, version,
                   NTLMSSP_OID, SPNEGO_OID)

NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_DISCONNECT, CREATE, CLOSE, READ, WRITE, IOCTL, ECHO = 0, 1, 2, 3, 4, 5, 6, 8, 9, 11, 13
DIALECTS = (0x0202, 0x0210, 0x0300, 0x0302, 0x0311)
RESPONSE, SIGNED = 1, 8                                 # Flags of the header (2.2.1.2)
IS_NULL = 2                                             # SessionFlags (2.2.6)
PIPE_TRANSCEIVE = 0x0011c017
EPOCH = 11644473600                                     # from 1601 to 1970, in seconds


class System:
    """What a server is: how it names itself while it authenticates, and what it sets in its answers."""

    def __init__(self, major, minor, build, guid, null_flag, security_mode=1):
        self.version, self.guid = version(major, minor, build), guid
        self.null_flag, self.security_mode = null_flag, security_mode


WINDOWS_11 = System(10, 0, 22631, bytes.fromhex("8d1f6c2e4b7a934fa05b3e9d71c8246f"), IS_NULL)
# Signing is required, which nobody without a key can do.
STRICT_WINDOWS_11 = System(10, 0, 22631, WINDOWS_11.guid, IS_NULL, 3)
# Its GUID is its NetBIOS name, and it marks no null session.
SAMBA = System(6, 1, 0, b"prnsrv".ljust(16, b"\0"), 0)


def filetime(seconds):
    return struct.pack("<Q", int((seconds + EPOCH) * 10_000_000))


def context(kind, data):
    """A negotiate context (2.2.3.1)."""
    return struct.pack("<HHI", kind, len(data), 0) + data


def negotiate_contexts(salt, ciphers):
    """SHA-512 for the integrity before authentication (2.2.3.1.1), and ciphers (2.2.3.1.2)."""
    integrity = context(1, struct.pack("<HHH", 1, len(salt), 1) + salt)
    return padded(integrity, 8) + context(2, struct.pack(f"<H{len(ciphers)}H", len(ciphers), *ciphers))


def spnego_hint():
    """What a server takes: NegTokenInit2 ([MS-SPNG] 2.2.1)."""
    hint = der(0xa0, der(0x1b, b"not_defined_in_RFC4178@please_ignore"))
    return der(0x60, SPNEGO_OID + der(0xa0, der(0x30, der(0xa0, der(0x30, NTLMSSP_OID)) + der(0xa3, der(0x30, hint)))))


class Smb2(Calls):
    """A TCP connection with SMB 3.1.1: the client asks, the server answers."""

    build = 1381                                        # as Samba's library says, which devices print with

    def __init__(self, network, client, server, name, server_name, system):
        # No two computers use the same ports, so that their handles differ.
        self.number = network.ports[client] = network.ports.get(client, 49152 + 32 * int(client.rpartition(".")[2])) + 1
        self.network, self.name, self.server_name, self.system = network, name, server_name, system
        self.tcp = Tcp(network, (client, self.number), (server, 445))
        self.client_guid = random.Random(client).randbytes(16)
        self.message, self.session_id, self.tree_id, self.file, self.call, self.signs = 0, 0, 0, 0, 0, False
        self.handle = printer_handle(self.number)

    # Frames.

    def send(self, end, command, body, status=0, session=None, tree=None, signs=None):
        signs = self.signs if signs is None else signs
        flags = (RESPONSE if end == SERVER else 0) | (SIGNED if signs else 0)
        session, tree = self.session_id if session is None else session, self.tree_id if tree is None else tree
        header = b"\xfeSMB" + struct.pack("<HHIHHIIQIIQ", 64, 1 if command != NEGOTIATE else 0, status, command, 33, flags, 0, self.message, 0xfeff, tree, session)
        message = header + (self.network.random.randbytes(16) if signs else bytes(16)) + body
        self.tcp.send(end, struct.pack(">I", len(message)) + message)

    def ask(self, command, body, answer, status=0, **more):
        """A request with the next MessageId, and its answer: an ERROR response (2.2.2) where the status says no."""
        self.send(CLIENT, command, body, **more)
        self.send(SERVER, command, struct.pack("<HBBIB", 9, 0, 0, 0, 0) if status else answer, status, **more)
        self.message += 1

    # Connections.

    def connect(self):
        self.tcp.connect()
        return self

    def negotiate(self):
        random_bytes = self.network.random.randbytes
        dialects = struct.pack(f"<{len(DIALECTS)}H", *DIALECTS)
        offset = 64 + 36 + len(dialects)
        gap = bytes(-offset % 8)
        request = struct.pack("<HHHHI", 36, len(DIALECTS), 1, 0, 0x7f) + self.client_guid + struct.pack("<IHH", offset + len(gap), 2, 0)
        request += dialects + gap + negotiate_contexts(random_bytes(32), (2, 1))
        blob = spnego_hint()
        offset = 128 + len(blob)
        gap = bytes(-offset % 8)
        response = struct.pack("<HHHH", 65, self.system.security_mode, 0x0311, 2) + self.system.guid
        response += struct.pack("<IIII", 0x2f, 8 << 20, 8 << 20, 8 << 20) + filetime(self.network.now) + bytes(8)
        response += struct.pack("<HHI", 128, len(blob), offset + len(gap)) + blob + gap + negotiate_contexts(random_bytes(32), (2,))
        self.ask(NEGOTIATE, request, response)
        return self

    # Sessions.

    def session(self, user="", status=0):
        """A session set-up (2.2.5, 2.2.6). Without a user it is a null session."""
        random_bytes = self.network.random.randbytes
        session = int.from_bytes(random_bytes(5), "little") << 8 | 0x11
        host = utf16(f"{self.server_name.lower()}.office.example")
        now = filetime(self.network.now)
        info = struct.pack("<HH", 4, 28) + utf16("office.example") + struct.pack("<HH", 3, len(host)) + host + struct.pack("<HH", 7, 8) + now
        challenge = ntlm_challenge(self.server_name, system=self.system.version, info=info)
        # NTLMv2_RESPONSE ([MS-NLMP] 2.2.2.8).
        response = random_bytes(16) + bytes([1, 1]) + bytes(6) + now + random_bytes(8) + bytes(4) + info + bytes(8)
        lm, nt = (bytes(24), response) if user else (b"\0", b"")
        self.set_up(spnego_init(ntlm_negotiate()), self.set_up_answer(spnego_challenge(challenge)), MORE_PROCESSING_REQUIRED, 0, session)
        token = spnego_authenticate(ntlm_authenticate(user, "OFFICE" if user else "", self.name, lm, nt))
        if status:
            answer = struct.pack("<HBBIB", 9, 0, 0, 0, 0)
        else:
            answer = self.set_up_answer(spnego_done(None), 0 if user else self.system.null_flag)
        # The last answer to somebody with a key is signed (3.3.5.5.3).
        self.set_up(token, answer, status, session, session, signs=bool(user) and not status)
        if not status:
            self.session_id, self.signs = session, bool(user)
        return self

    def set_up(self, token, answer, status, asked, session, signs=False):
        request = struct.pack("<HBBIIHHQ", 25, 0, 1, 1, 0, 88, len(token), 0) + token
        self.send(CLIENT, SESSION_SETUP, request, session=asked, tree=0, signs=False)
        self.send(SERVER, SESSION_SETUP, answer, status, session=session, tree=0, signs=signs)
        self.message += 1

    def set_up_answer(self, token, flags=0):
        return struct.pack("<HHHH", 9, flags, 72, len(token)) + token

    def log_off(self):
        self.ask(LOGOFF, struct.pack("<HH", 4, 0), struct.pack("<HH", 4, 0), tree=0)
        return self

    # Trees, opens.

    def tree(self, share="IPC$", status=0):
        path = utf16(f"\\\\{self.server_name}\\{share}")
        request = struct.pack("<HHHH", 9, 0, 72, len(path)) + path
        kind = 2 if share == "IPC$" else 1
        self.send(CLIENT, TREE_CONNECT, request, tree=0)
        if status:
            self.send(SERVER, TREE_CONNECT, struct.pack("<HBBIB", 9, 0, 0, 0, 0), status, tree=0)
        else:
            self.tree_id += 1
            self.send(SERVER, TREE_CONNECT, struct.pack("<HBBIII", 16, kind, 0, 0x30 if kind == 2 else 0, 0, 0x1f01ff))
        self.message += 1
        return self

    def disconnect_tree(self):
        self.ask(TREE_DISCONNECT, struct.pack("<HH", 4, 0), struct.pack("<HH", 4, 0))
        return self

    def file_id(self):
        return struct.pack("<QQ", self.file, self.number << 32 | self.file)

    def create(self, name="spoolss", pipe=True, status=0):
        path = utf16(name)
        request = struct.pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, 0x12019f, 0x80 if pipe else 0, 3 if pipe else 1, 1, 0x40, 120, len(path), 0, 0) + path
        if not status:
            self.file += 1
        times = bytes(32) if pipe else filetime(self.network.now) * 4
        answer = struct.pack("<HBBI", 89, 0, 0, 1) + times + struct.pack("<QQII", 4096, 0, 0x80, 0) + self.file_id() + struct.pack("<II", 0, 0)
        self.ask(CREATE, request, answer, status)
        return self

    def close(self):
        self.ask(CLOSE, struct.pack("<HHI", 24, 0, 0) + self.file_id(), struct.pack("<HHI", 60, 0, 0) + bytes(52))
        return self

    def echo(self):
        self.ask(ECHO, struct.pack("<HH", 4, 0), struct.pack("<HH", 4, 0), session=0, tree=0, signs=False)
        return self

    def keep_alive(self):
        """A keep-alive of TCP: a byte before the next, and its ACK."""
        self.tcp.sequence[CLIENT] -= 1
        self.tcp.segment(CLIENT, ACK, b"\0")
        self.tcp.ack(SERVER)

    # Pipes.

    def write(self, data):
        request = struct.pack("<HHIQ", 49, 112, len(data), 0) + self.file_id() + struct.pack("<IIHHI", 0, 0, 0, 0, 0) + data
        self.ask(WRITE, request, struct.pack("<HHIIHH", 17, 0, len(data), 0, 0, 0))

    def read(self, data):
        request = struct.pack("<HBBIQ", 49, 0x50, 0, 1024, 0) + self.file_id() + struct.pack("<IIIHHB", 0, 0, 0, 0, 0, 0)
        self.ask(READ, request, struct.pack("<HBBIII", 17, 80, 0, len(data), 0, 0) + data)

    def transact(self, data, answer=None):
        """FSCTL_PIPE_TRANSCEIVE (2.2.31). Without an answer the call hangs."""
        request = struct.pack("<HHI", 57, 0, PIPE_TRANSCEIVE) + self.file_id() + struct.pack("<IIIIIIII", 120, len(data), 0, 0, 0, 1024, 1, 0) + data
        if answer is None:
            self.send(CLIENT, IOCTL, request)
            self.message += 1
            return
        body = struct.pack("<HHI", 49, 0, PIPE_TRANSCEIVE) + self.file_id() + struct.pack("<IIIIII", 112, 0, 112, len(answer), 0, 0) + answer
        self.ask(IOCTL, request, body)
