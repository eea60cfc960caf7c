//! Samba.

use super::system::System;

pub(super) const SAMBA: System = System {
    name: "Samba",
    look: "smbstatus lists the processes with their clients, the shares and the open files (smbstatus(1)).",
    limit: "there is none of 10 or 20 sessions: max smbd processes is 0, which means any number, unless smb.conf \
        says otherwise, and max connections limits a share alone (smb.conf(5)).",
    idle: "smbd drops connections without open files after deadtime minutes, which is a week by default and was \
        never in old versions; deadtime = 15 does what Windows does (smb.conf(5)).",
    restrict: &[
        "in [global] of smb.conf, restrict anonymous = 2 refuses null sessions, unless a share has guest ok = yes, \
            which undoes it; map to guest = Never, the default, lets in nobody as a guest who is not known \
            (smb.conf(5)). Keep a copy of the file, check it with testparm, and let smbcontrol all reload-config \
            make it known. Programs that list shares without credentials fail from then on.",
        "Sessions that are there stay until their connections end.",
    ],
    denied: "restrict anonymous = 2 in smb.conf refuses null sessions, and valid users or guest ok = no keeps them \
        out of a share (smb.conf(5)).",
    to_end: "To end the sessions now",
    end: "smbstatus -p shows the process of each client, and smbcontrol PID shutdown ends that process and its \
        connection; smbcontrol smbd close-share SHARE takes the share from all clients. What is not saved is lost \
        (smbstatus(1), smbcontrol(1)).",
    command: "smbcontrol PID shutdown",
    spooler: "see whether the print system behind it answers (lpstat -t where that is CUPS) and what log level = 3 \
        writes to the log about spoolss. Where nobody prints, disable spoolss = yes takes the pipe away \
        (smb.conf(5)).",
    refuse_clients: "where it prints nothing, disable spoolss = yes in smb.conf takes the pipe away (smb.conf(5)).",
    drivers: "it does not run the driver, but hands it to its clients from print$: give SePrintOperatorPrivilege \
        and the right to write there to nobody who does not need them (net rpc rights list; Samba wiki, Setting up \
        Automatic Printer Driver Downloads for Windows Clients).",
};
