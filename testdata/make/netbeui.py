"""Carries the messages of a capture of SMB1 over NetBIOS (139) in NetBEUI. usage: netbeui.py DIR

Reads DIR/smb1_netbios_139.pcap and its truth, and writes DIR/smb1_netbeui.pcap and its truth: the same messages at the same times, each TCP
connection a session of a link between two stations. The first packet of a connection becomes a NAME_QUERY, a SESSION_INITIALIZE and their answers,
a FIN a SESSION_END, a RST one that tells of a failure. The users' station is another one than that of the null sessions.
"""
import json
import struct
import sys

SERVER, NULL_CLIENT, USER_CLIENT = (bytes([2, 0, 0, 0, 0, last]) for last in (0x0a, 0x15, 0x16))
GROUP = bytes.fromhex("030000000001")                   # all stations that speak NetBIOS
FIN, SYN, RST = 1, 2, 4
LARGEST = 1464                                          # user data of a frame
NAME_QUERY, NAME_RECOGNIZED, DATA_FIRST_MIDDLE, DATA_ONLY_LAST, SESSION_CONFIRM, SESSION_END, SESSION_INITIALIZE = 0x0a, 0x0e, 0x15, 0x16, 0x17, 0x18, 0x19
STEP = 20_000                                           # nanoseconds from a frame to its answer


class Link:
    """Numbered frames between a client's station and the server's (IEEE 802.2 type 2)."""

    def __init__(self, out, client):
        self.out, self.stations, self.sent = out, (client, SERVER), [0, 0]

    def frame(self, when, end, llc):
        self.out.append((when, self.stations[1 - end] + self.stations[end] + struct.pack(">H", len(llc)) + llc))

    def set_up(self, when):
        self.frame(when, 0, bytes([0xf0, 0xf0, 0x7f]))                                  # SABME
        self.frame(when + STEP, 1, bytes([0xf0, 0xf1, 0x73]))                           # UA

    def send(self, when, end, payload):
        number, expects = self.sent[end], self.sent[1 - end]
        self.sent[end] = (number + 1) % 128
        self.frame(when, end, bytes([0xf0, 0xf0, number << 1, expects << 1]) + payload)
        self.frame(when + STEP, 1 - end, bytes([0xf0, 0xf1, 0x01, self.sent[end] << 1]))    # RR


class Session:
    """A NetBEUI session in place of a TCP connection."""

    def __init__(self, link, numbers):
        self.link, self.numbers, self.ended = link, numbers, False

    def send(self, when, end, command, data=b"", data1=0, data2=0):
        header = struct.pack("<HHBBHHHBB", 14, 0xefff, command, data1, data2, 0, 0, self.numbers[1 - end], self.numbers[end])
        self.link.send(when, end, header + data)

    def begin(self, when, called, calling):
        for end, command, names, group in ((0, NAME_QUERY, (called, calling), True), (1, NAME_RECOGNIZED, (calling, called), False)):
            header = struct.pack("<HHBBHHH", 44, 0xefff, command, 0, self.numbers[end], 0, 0)
            llc = bytes([0xf0, 0xf0, 0x03]) + header + names[0] + names[1]
            target = GROUP if group else self.link.stations[0]
            self.link.out.append((when + end * STEP, target + self.link.stations[end] + struct.pack(">H", len(llc)) + llc))
        if self.link.sent == [0, 0]:
            self.link.set_up(when + 2 * STEP)
        self.send(when + 4 * STEP, 0, SESSION_INITIALIZE, data1=0x8f, data2=LARGEST)
        self.send(when + 6 * STEP, 1, SESSION_CONFIRM, data1=0x81, data2=LARGEST)

    def message(self, when, end, message):
        for at in range(0, len(message), LARGEST):
            last = at + LARGEST >= len(message)
            self.send(when, end, DATA_ONLY_LAST if last else DATA_FIRST_MIDDLE, message[at:at + LARGEST], data1=0x04)

    def end(self, when, end, reset):
        if not self.ended:
            self.ended = True
            self.send(when, end, SESSION_END, data2=int(reset))


def name(encoded):
    """The 16 bytes of a name in its first-level encoding."""
    letters = encoded[1:33]
    return bytes((letters[at] - 0x41) << 4 | letters[at + 1] - 0x41 for at in range(0, 32, 2))


def segments(capture):
    """Time in nanoseconds, ports, flags and payload of the segments of a classic pcap of Ethernet and IPv4."""
    at = 24
    nanos = 1 if capture[:4] == bytes.fromhex("4d3cb2a1") else 1000
    while at < len(capture):
        seconds, fraction, kept, _ = struct.unpack_from("<IIII", capture, at)
        packet = capture[at + 16:at + 16 + kept]
        at += 16 + kept
        ip = packet[14:14 + struct.unpack_from(">H", packet, 16)[0]]
        tcp = ip[(ip[0] & 15) * 4:]
        yield seconds * 10**9 + fraction * nanos, *struct.unpack_from(">HH", tcp), tcp[13], tcp[(tcp[12] >> 4) * 4:]


def carry(directory):
    truth = json.load(open(f"{directory}/smb1_netbios_139.truth.json"))
    ports = list(dict.fromkeys(session["client_port"] for session in truth["sessions"]))
    users = {session["client_port"] for session in truth["sessions"] if session["who"] == "user"}
    out = []
    links = [Link(out, client) for client in (NULL_CLIENT, USER_CLIENT)]
    sessions = {port: Session(links[port in users], (number, 0x20 + number)) for number, port in enumerate(ports, 1)}
    streams = {}
    for when, source, target, flags, payload in segments(open(f"{directory}/smb1_netbios_139.pcap", "rb").read()):
        end, port = (0, source) if target == 139 else (1, target)
        if port not in sessions:
            continue
        stream = streams.get((port, end), b"") + payload
        while len(stream) >= 4 and len(stream) >= 4 + (length := int.from_bytes(stream[1:4], "big")):
            kind, packet, stream = stream[0], stream[4:4 + length], stream[4 + length:]
            if kind == 0x81:
                sessions[port].begin(when, name(packet[:34]), name(packet[34:]))
            elif kind == 0:
                sessions[port].message(when, end, packet)
        streams[port, end] = stream
        if flags & (FIN | RST):
            sessions[port].end(when, end, bool(flags & RST))
    with open(f"{directory}/smb1_netbeui.pcap", "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for when, frame in sorted(out, key=lambda row: row[0]):
            frame = frame.ljust(60, b"\0")              # the least that Ethernet carries
            file.write(struct.pack("<IIII", when // 10**9, when % 10**9 // 1000, len(frame), len(frame)) + frame)
    for session in truth["sessions"]:
        number = ports.index(session["client_port"]) + 1
        session.update(client_port=number, server_port=0x20 + number)
    stations = {end: ":".join(f"{byte:02x}" for byte in station) for end, station in (("server", SERVER), ("null", NULL_CLIENT), ("user", USER_CLIENT))}
    truth["about"] = "SMB1 over NetBEUI: the messages of smb1_netbios_139 in NetBIOS frames over LLC. Ports are session numbers"
    truth["server"].update(address=stations["server"], ports=sorted(session["server_port"] for session in truth["sessions"]))
    truth.update(same_messages="smb1_netbios_139", stations=stations)
    with open(f"{directory}/smb1_netbeui.truth.json", "w") as file:
        json.dump(truth, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    carry(sys.argv[1])
