//! Windows NT 4.0, 2000, XP and Server 2003: the systems of KB 328459 and the server of their time.

use super::system::System;

/// The registry entry of Method 1, which means another thing on each of these systems.
macro_rules! lsa {
    () => {
        r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Lsa"
    };
}

macro_rules! registry_of {
    ($name:literal) => {
        concat!(
            "Or in the registry of ",
            $name,
            ". Back it up first: a mistake there can make Windows unusable. "
        )
    };
}

/// What restricting does not do.
const SLOTS_STAY: &str = "Method 1 keeps anonymous clients out but frees no slot: a null session that is denied still \
    holds its slot until its connection ends. If clients keep trying, use Method 2 (KB 328459).";

/// What is the same on all of them.
const OF_ALL: System = System {
    name: "",
    look: "net session lists the sessions; those with an empty user name are null sessions, and a computer has one \
        line there however many it has, though the server counts each. Setups that the server denied are not in the list; netstat -n shows their \
        connections. net files lists what is open (KB 328459).",
    limit: "",
    idle: "the server drops those without open files or pipes after its autodisconnect time, 15 minutes unless it \
        was changed with net config server /autodisconnect:MINUTES (KB 122920).",
    restrict: &[],
    denied: "the server is restricted as KB 328459 advises, or does not list the pipe among its NullSessionPipes (KB \
        289655).",
    to_end: "To free slots now",
    end: "net session \\\\CLIENT /delete. That ends all sessions of the computer and closes its open files; what is \
        not saved is lost (KB 328459).",
    spooler: "see whether the Print Spooler service is running, whether the printer named answers on its port, and \
        whether its driver or port monitor hangs. Restarting the service (net stop spooler, net start spooler) ends \
        the calls that wait and closes the handles that were left open; update the driver if it comes back.",
    refuse_clients: "where it prints nothing, stop and disable the Print Spooler service.",
    drivers: "there is no update for this Windows. Stop and disable the Print Spooler service where it prints \
        nothing, and let nobody but administrators add printers elsewhere.",
    share_limit: "net share NAME, with the name of the share, shows it as its maximum of users; net share NAME \
        /users:NUMBER or /unlimited changes it (net help share).",
};

pub(super) const NT_4_0: System = System {
    name: "Windows NT 4.0",
    limit: "Workstation takes 10 sessions of other computers, over all transports together (KB 122920). Server \
        takes as many as it has licences for (KB 149522).",
    restrict: &[
        concat!(
            "in the registry, from Service Pack 3 on. Back it up first: a mistake there can make Windows unusable. ",
            "Set RestrictAnonymous (REG_DWORD) under ",
            lsa!(),
            " to 1 and restart the computer. It takes 0, the default, and 1, which keeps the lists of accounts and \
                shares ",
            "from anonymous clients (KB 143474) and lets them connect all the same: where they stay, use Method 2.",
        ),
        SLOTS_STAY,
    ],
    ..OF_ALL
};

pub(super) const WINDOWS_2000: System = System {
    name: "Windows 2000",
    limit: "Professional takes 10 sessions of other computers, over all transports together (KB 122920). Server \
        takes as many as it has licences for (KB 149522).",
    restrict: &[
        "Start, Programs (or Settings, Control Panel), Administrative Tools, Local Security Policy; there Security \
            Settings, Local Policies, Security Options; open \"Additional restrictions for anonymous connections\", \
            choose \"No access without explicit anonymous permissions\", and restart the computer (KB 246261).",
        concat!(
            registry_of!("Windows 2000"),
            "Set RestrictAnonymous (REG_DWORD) under ",
            lsa!(),
            " to 2 and restart the computer. It takes 0, the default, which relies on the permissions; 1, which \
                forbids ",
            "listing accounts and names; and 2, which restricts null sessions. With 2, older clients and domains \
                that ",
            "trust this one may fail to connect (KB 246261).",
        ),
        SLOTS_STAY,
    ],
    ..OF_ALL
};

pub(super) const XP: System = System {
    name: "Windows XP",
    limit: "Professional takes 10 sessions of other computers and Home Edition 5, over all transports together (KB \
        314882).",
    idle: "the server drops those without open files or pipes after its autodisconnect time, 15 minutes unless it \
        was changed with net config server /autodisconnect:MINUTES (KB 314882).",
    restrict: &[
        "Start, Control Panel, Administrative Tools, Local Security Policy (not in Home Edition); there Security \
            Settings, Local Policies, Security Options; set \"Network access: Do not allow anonymous enumeration of \
            SAM accounts and shares\" and \"Network access: Do not allow anonymous enumeration of SAM accounts\" to \
            Enabled, and restart the computer (KB 328459).",
        concat!(
            registry_of!("Windows XP"),
            "Set RestrictAnonymous (REG_DWORD) under ",
            lsa!(),
            " to 1 and restart the computer. It takes 0, the default, and 1, which restricts null sessions; ",
            "restrictanonymoussam beside it is for listing accounts (KB 328459).",
        ),
        SLOTS_STAY,
    ],
    ..OF_ALL
};

pub(super) const SERVER_2003: System = System {
    name: "Windows Server 2003",
    limit: "a server edition takes as many as it has licences for: see Licensing in Control Panel (KB 149522).",
    restrict: &[
        "Start, Administrative Tools, Local Security Policy; there Local Policies, Security Options; set \"Network \
            access: Restrict anonymous access to Named Pipes and Shares\" and \"Network access: Do not allow \
            anonymous enumeration of SAM accounts and shares\" to Enabled, and take SPOOLSS out of \"Network \
            access: Named Pipes that can be accessed anonymously\" (Microsoft Learn, pages of these titles).",
        concat!(
            registry_of!("Windows Server 2003"),
            "Set RestrictAnonymous (REG_DWORD) under ",
            lsa!(),
            " to 1 and restart the computer. It is 0 by default (KB 328459).",
        ),
        SLOTS_STAY,
    ],
    ..OF_ALL
};
