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
from lab import PRINTER, Recording, Server, pcap_records, run, write_pcap

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


@scenario
def smb21_null_sessions(server, out):
    with Recording(server, out, "smb21_null_sessions", "SMB 2.1: null sessions closed, leaked, killed, abandoned, lingering") as r:
        six_fates(r, "2.1")


@scenario
def smb311_null_sessions(server, out):
    with Recording(server, out, "smb311_null_sessions", "SMB 3.1.1 (impacket): the same fates") as r:
        six_fates(r, "3.1.1")


# An OpenPrinterEx that is never answered: the spooler is stopped before the call.

def hang(r, client):
    r.server.freeze_spooler()
    try:
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
        with Recording(server, out, "hung_openprinterex_smb3", "SMB 3.1.1: OpenPrinterEx written, the READ for its answer pending for good; "
                       "a null session beside it closes well") as r:
            good = r.client().start("3.1.1")
            good.pipe()
            good.open()
            good.close_all()
            stuck = r.client().start("3.1.1")
            stuck.pipe()
            hang(r, stuck)
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


def main():
    work, out, names = sys.argv[1], sys.argv[2], sys.argv[3:] or list(SCENARIOS)
    server = Server(work)
    try:
        for name in names:
            for attempt in (1, 2, 3):
                try:
                    SCENARIOS[name](server, out)
                    break
                except Exception as error:
                    print(f"{name}: attempt {attempt}: {type(error).__name__} {error}", file=sys.stderr, flush=True)
                    if attempt == 3:
                        raise
    finally:
        server.stop()


if __name__ == "__main__":
    main()
