"""Looks with tshark whether each capture holds what its truth says. usage: check.py DIR [NAME…]

Per capture: every client port of the truth speaks in both directions, every granted handle's bytes stand in an answer and every closed
one's in a request, no stream has lost or repeated segments, no packet is cut, and ends seen agree.
"""
import glob
import json
import os
import re
import subprocess
import sys


def tshark(path, *more):
    out = subprocess.run(["tshark", "-r", path, *more], capture_output=True, text=True)
    if "appears to have been cut short" in out.stderr or out.returncode:
        print(f"  tshark: {out.stderr.strip()[-200:]}")
    return out.stdout


def check(path):
    truth = json.load(open(re.sub(r"\.pcap(ng)?(\.gz)?$", ".truth.json", path)))
    if "same_messages" in truth:
        source = os.path.join(os.path.dirname(path), truth["same_messages"] + ".pcap")
        same = messages(path) == messages(source)
        print(f"{os.path.basename(path)}: {os.path.getsize(path)} bytes: " + ("good" if same else f"other messages than {source}"))
        return same
    bad = []
    noise = tshark(path, "-Y", "tcp.analysis.lost_segment || tcp.analysis.retransmission || tcp.analysis.out_of_order", "-T", "fields", "-e", "frame.number")
    if noise.strip() and "unseen" not in truth and "same_verdicts" not in truth:
        bad.append(f"noise in frames {noise.split()[:5]}")
    rows = [row.split("\t") for row in tshark(path, "-T", "fields", "-e", "frame.number", "-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "tcp.flags.fin",
                                              "-e", "tcp.flags.reset", "-e", "frame.cap_len", "-e", "frame.len", "-e", "tcp.payload").splitlines()]
    sent, heard, ended, how = {}, {}, set(), {}
    for _, source, target, fin, reset, kept, whole, payload in rows:
        if kept != whole:
            bad.append("a packet is cut")
        sent.setdefault(source, []).append(payload)
        heard.setdefault(target, []).append(payload)
        if fin == "1" or reset == "1":
            ended |= {source, target}
            how.setdefault(source, set()).add("rst" if reset == "1" else "fin")
    by_port = {}
    for session in truth["sessions"]:
        by_port.setdefault(str(session["client_port"]), []).append(session)
    for port, sessions in by_port.items():
        if port not in sent or port not in heard:
            bad.append(f"port {port} is not heard both ways")
            continue
        if sessions[-1]["ended"] in ("fin", "rst", "fin|rst") and not set(sessions[-1]["ended"].split("|")) & how.get(port, set()):
            bad.append(f"port {port} should have ended by {sessions[-1]['ended']}")
        if all(not session["ended"] for session in sessions) and port in ended:
            bad.append(f"port {port} should not have ended")
        if sessions[0]["verdict"] == "unknown":
            continue
        asked, told = "".join(sent[port]), "".join(heard[port])
        everything = asked + "".join("".join(v) for v in sent.values())
        for handle in (handle for session in sessions for handle in session["handles"]):
            if not within(handle["handle"], told) and not handle.get("granted_before_capture"):
                bad.append(f"handle {handle['handle']} was not granted to {port}")
            if handle["closed_by"] == "close_call" and not within(handle["handle"], everything):
                bad.append(f"handle {handle['handle']} is never sent")
    for refusal in truth["refusals"]:
        if refusal["client_port"] and str(refusal["client_port"]) not in heard:
            bad.append(f"refused port {refusal['client_port']} is not heard")
    print(f"{os.path.basename(path)}: {len(rows)} packets, {os.path.getsize(path)} bytes: " + ("; ".join(bad) or "good"))
    return not bad


def messages(path):
    """The SMB1 messages as tshark sees them: frame by frame command, whether it answers, UID and MID."""
    return tshark(path, "-Y", "smb", "-T", "fields", "-e", "smb.cmd", "-e", "smb.flags.response", "-e", "smb.uid", "-e", "smb.mid").splitlines()


def within(handle, text):
    """Its bytes in a row, or half of them, as where an answer was read in small pieces."""
    return any(handle[at:at + 20] in text for at in range(0, 22, 2))


def main():
    found = sorted(path for pattern in ("pcap", "pcapng", "pcap.gz") for path in glob.glob(f"{sys.argv[1]}/*.{pattern}"))
    if sys.argv[2:]:
        found = [path for path in found if os.path.basename(path).split(".")[0] in sys.argv[2:]]
    sys.exit(not all([check(path) for path in found]))


main()
