//! A server that does not say what it is: what holds for all, and where to look.

use super::system::System;

pub(super) const UNKNOWN: System = System {
    name: "the server",
    look: "net session and net files on Windows (KB 328459), smbstatus on Samba (smbstatus(1)).",
    limit: "10 for NT 4.0 Workstation, 2000 and XP Professional and Vista, 5 for XP Home Edition and Vista Home \
        Basic, 20 for client editions from Windows 7 on (KB 122920, KB 314882, the licence terms); server editions \
        and Samba have none of this kind. All transports count together.",
    idle: "Windows drops those without open files or pipes after its autodisconnect time, 15 minutes unless it was \
        changed with net config server /autodisconnect:MINUTES (KB 122920); Samba after its deadtime (smb.conf(5)).",
    restrict: &[
        "restrict null sessions. Back up the registry or the file that you change. Windows up to Server 2003: \
            RestrictAnonymous under HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control\\Lsa, 2 on Windows 2000 \
            and 1 on the others, then restart (KB 328459). Windows Vista, Server 2008 and later: the policy Network \
            access: Restrict anonymous access to Named Pipes and Shares (Microsoft Learn, page of this title). \
            Samba: restrict anonymous = 2 (smb.conf(5)).",
        "Nothing in the capture says what the server runs: winver tells it on Windows, smbd -V on Samba.",
        "Method 1 keeps anonymous clients out but frees no slot: a null session that is denied still holds its slot \
            until its connection ends. If clients keep trying, use Method 2 (KB 328459).",
    ],
    denied: "null sessions are restricted there (KB 328459), or the pipe is not among those that are open to them \
        (KB 289655).",
    to_end: "To free slots now",
    end: "net session \\\\CLIENT /delete on Windows (KB 328459), smbcontrol PID shutdown on Samba (smbcontrol(1)). \
        Either closes the files that are open; what is not saved is lost.",
    spooler: "see whether its print service is running, whether the printer named answers, and whether its driver \
        hangs. Restarting the service ends the calls that wait and closes the handles that were left open.",
    refuse_clients: "where it prints nothing, stop and disable its print service.",
    drivers: "install its security updates, let nobody but administrators add drivers, and stop its print service \
        where it prints nothing.",
    share_limit: "net share NAME /users:NUMBER or /unlimited on Windows, with the name of the share (net help share), \
        max connections of the share in smb.conf on Samba (smb.conf(5)).",
};
