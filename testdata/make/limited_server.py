"""A server that accepts LIMIT sessions and refuses the rest. usage: limited_server.py PORT LIMIT smb2|nt|dos|netbios

smb2: STATUS_REQUEST_NOT_ACCEPTED (0xC00000D0) over SMB2. nt: the same over SMB1. dos: ERRSRV/0x59 over SMB1 (ERRtoomanyuids, Win32 error 71 too).
netbios: no SMB at all, every session request is answered 0x83 with error 0x8F. Built on impacket's server.
"""
import socket
import sys
import tempfile
import threading

port, limit, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]


def netbios():
    listener = socket.create_server(("127.0.0.1", port))
    print("ready", flush=True)
    while True:
        peer, _ = listener.accept()
        peer.recv(4096)
        peer.sendall(bytes.fromhex("830000018f"))
        peer.close()


def smb_server():
    from impacket import smb, smb3structs, smbserver
    lock, live = threading.Lock(), set()
    simple = smbserver.SimpleSMBServer(listenAddress="127.0.0.1", listenPort=port)
    simple.addShare("PUB", tempfile.mkdtemp(), "public")
    simple.setSMB2Support(kind == "smb2")
    simple.setSMBChallenge("")
    server = simple.getServer()

    def full(conn):
        with lock:
            return conn not in live and len(live) >= limit

    def count(conn, answer):
        if answer[2] == 0:
            with lock:
                live.add(conn)
        return answer

    def smb2_setup(conn, srv, packet):
        if full(conn):
            return [smb3structs.SMB2Error()], None, 0xC00000D0
        return count(conn, original(conn, srv, packet))

    def smb1_setup(conn, srv, command, packet):
        if full(conn):
            answer = smb.NewSMBPacket()
            answer["Flags1"] = smb.SMB.FLAGS1_REPLY
            answer["Flags2"] = smb.SMB.FLAGS2_LONG_NAMES | (smb.SMB.FLAGS2_NT_STATUS if kind == "nt" else 0)
            answer["Tid"], answer["Mid"], answer["Pid"], answer["Uid"] = packet["Tid"], packet["Mid"], packet["Pid"], 0
            code = 0xC00000D0 if kind == "nt" else 0x00590002
            answer["ErrorCode"], answer["_reserved"], answer["ErrorClass"] = code >> 16, code >> 8 & 0xFF, code & 0xFF
            answer.addCommand(smb.SMBCommand(smb.SMB.SMB_COM_SESSION_SETUP_ANDX))
            return None, [answer], code
        return count(conn, original(conn, srv, command, packet))

    if kind == "smb2":
        original = smbserver.SMB2Commands.smb2SessionSetup
        server.hookSmb2Command(smb3structs.SMB2_SESSION_SETUP, smb2_setup)
    else:
        original = smbserver.SMBCommands.smbComSessionSetupAndX
        server.hookSmbCommand(smb.SMB.SMB_COM_SESSION_SETUP_ANDX, smb1_setup)
    print("ready", flush=True)
    simple.start()


netbios() if kind == "netbios" else smb_server()
