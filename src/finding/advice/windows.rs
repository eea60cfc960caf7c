//! Windows Vista to 11, and Server 2008 to 2025.

use super::system::System;

/// What is the same on all of them.
const OF_ALL: System = System {
    name: "",
    look: "",
    limit: "a client edition takes 20 sessions of other computers on Windows 7 and later, 10 on Vista and 5 on Vista Home \
        Basic (the licence terms of each). A server edition has no such limit.",
    idle: "the server drops those without open files or pipes after 15 minutes, unless \"Microsoft network server: \
        Amount of idle time required before suspending session\" says another time (Microsoft Learn, page of this \
        title).",
    restrict: &[
        "run secpol.msc (not in Home editions); there Local Policies, Security Options. Set \"Network access: \
            Restrict anonymous access to Named Pipes and Shares\" to Enabled; take spoolss, and what else nobody \
            needs, out of \"Network access: Named Pipes that can be accessed anonymously\" and \"Network access: \
            Shares that can be accessed anonymously\"; set \"Network access: Let Everyone permissions apply to \
            anonymous users\" to Disabled and \"Network access: Do not allow anonymous enumeration of SAM accounts \
            and shares\" to Enabled (Microsoft Learn, pages of these titles). A domain controller needs netlogon, \
            samr and lsarpc among its pipes.",
        "Or in the registry of Windows Vista, Server 2008 and later. Back it up first: a mistake there can make \
            Windows unusable. Under \
            HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\LanmanServer\\Parameters set \
            RestrictNullSessAccess (REG_DWORD) to 1, take the same names out of NullSessionPipes and \
            NullSessionShares (REG_MULTI_SZ), and restart the computer (Microsoft \
            Learn, RestrictNullSessAccess).",
        "Method 1 does not end existing sessions, and a null session that is denied may still count until its \
            connection ends. If clients keep trying, use Method 2.",
    ],
    denied: "anonymous clients get nothing here but what NullSessionPipes and NullSessionShares list, which is \
        little or nothing unless somebody added to it (Microsoft Learn, Network access: Restrict anonymous access \
        to Named Pipes and Shares).",
    to_end: "To free slots now",
    end: "",
    spooler: "see whether the Print Spooler service is running, whether the printer named answers on its port, and \
        whether its driver or port monitor hangs. Restarting the service (net stop spooler, net start spooler) ends \
        the calls that wait and closes the handles that were left open; update the driver, or isolate it (from Windows 7 on), if it \
        comes back.",
    refuse_clients: "where it prints nothing, stop and disable the Print Spooler service; where it prints for \
        itself alone, set the policy \"Allow Print Spooler to accept client connections\" (Computer Configuration, \
        Administrative Templates, Printers) to Disabled and restart the service (the policy's own help).",
    drivers: "install the updates of July 2021 (KB 5004945 and its kin) and those since, leave \
        RestrictDriverInstallationToAdministrators at 1 (KB 5005010), and stop the spooler where it prints nothing.",
    share_limit: "net share NAME, with the name of the share, shows it as its maximum of users; net share NAME \
        /users:NUMBER or /unlimited changes it (net help share).",
};

/// Before the SMB cmdlets of PowerShell.
pub(super) const VISTA: System = System {
    name: "Windows Vista, 7 or Server 2008",
    look: "net session lists the sessions; those with an empty user name are null sessions. net files lists what \
        they have open (KB 328459).",
    end: "net session \\\\CLIENT /delete. That ends all sessions of the computer and closes its open files; what is \
        not saved is lost (KB 328459).",
    ..OF_ALL
};

/// Windows 8, Server 2012 and later.
pub(super) const LATER: System = System {
    name: "Windows 8, Server 2012 or later",
    look: "Get-SmbSession lists the sessions, and Get-SmbOpenFile what they have open (Microsoft Learn, SmbShare).",
    end: "Close-SmbSession -SessionId ID for one that Get-SmbSession lists, or net session \\\\CLIENT /delete for \
        all of that computer. Either closes the files that are open; what is not saved is lost (Microsoft Learn, \
        Close-SmbSession).",
    ..OF_ALL
};

/// Known by SMB2 alone, which others speak too.
pub(super) const BY_DIALECT: System = System {
    name: "the server, if it is Windows Vista, Server 2008 or later",
    look: "net session lists the sessions, and net files what they have open; Get-SmbSession and Get-SmbOpenFile do \
        so from Windows 8 and Server 2012 on (KB 328459; Microsoft Learn, SmbShare).",
    end: "net session \\\\CLIENT /delete, or from Windows 8 and Server 2012 on Close-SmbSession -SessionId ID. \
        Either closes the files that are open; what is not saved is lost (KB 328459; Microsoft Learn, \
        Close-SmbSession).",
    ..OF_ALL
};
