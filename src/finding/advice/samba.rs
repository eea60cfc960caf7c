//! Samba.

use super::system::System;

pub(super) const SAMBA: System = System {
    name: "Samba",
    look: "smbstatus lists the processes with their clients, the shares and the open files (smbstatus(1)).",
    limit: "none of 10 or 20 sessions. max smbd processes is 0 by default, which means any number, and max \
        connections limits a share alone (smb.conf(5)).",
    idle: "smbd drops connections without open files after deadtime minutes: 10080, a week, by default, and in \
        older versions 0, which means never. deadtime = 15 is what Windows does (smb.conf(5)).",
    restrict: &[
        "in [global] of smb.conf, set restrict anonymous = 2, which refuses null sessions unless a share has guest \
            ok = yes, and leave map to guest at Never, the default, which turns unknown users away instead of \
            making them guests (smb.conf(5)). Keep a copy of the file, check it with testparm, and have it read \
            with smbcontrol all reload-config. From then on programs cannot list the shares without credentials.",
        "Sessions that are open already stay until their connections end.",
    ],
    denied: "restrict anonymous = 2 in smb.conf refuses null sessions, and valid users or guest ok = no keeps them \
        out of a share (smb.conf(5)).",
    to_end: "To end the sessions now",
    end: "smbstatus -p shows the process of each client, and smbcontrol PID shutdown ends that process and its \
        connection; smbcontrol smbd close-share SHARE takes the share from all clients. What is not saved is lost \
        (smbstatus(1), smbcontrol(1)). deadtime ends idle connections by itself, but not one that has a pipe open \
        (smb.conf(5)).",
    spooler: "see whether the print system behind it answers (lpstat -t where that is CUPS) and what log level = 3 \
        writes to the log about spoolss. Where nobody prints, disable spoolss = yes takes the pipe away \
        (smb.conf(5)).",
    refuse_clients: "where it prints nothing, disable spoolss = yes in smb.conf takes the pipe away (smb.conf(5)).",
    drivers: "it does not run the driver, but hands it to its clients from print$: give SePrintOperatorPrivilege \
        and the right to write there to nobody who does not need them (net rpc rights list; Samba wiki, Setting up \
        Automatic Printer Driver Downloads for Windows Clients).",
    share_limit: "max connections of the share in smb.conf; 0, the default, means any number (smb.conf(5)).",
};
