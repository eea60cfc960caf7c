//! What several rules advise: the methods of KB 328459, each paragraph a line.

/// Method 1, preferred: restrict null sessions on the server.
macro_rules! restrict_null_sessions {
    () => {
        concat!(
            "Method 1 (preferred), on the server: restrict null sessions. Start, Programs (or Settings, Control Panel), ",
            "Administrative Tools, Local Security Policy; there Security Settings, Local Policies, Security Options; ",
            "open \"Additional restrictions for anonymous connections\", choose \"No access without explicit anonymous ",
            "permissions\", and restart the computer. On XP the policy is \"Network access: Do not allow anonymous ",
            "enumeration of SAM accounts\".\n",
            "Or in the registry, after a backup of it (a mistake there can make Windows unusable): under ",
            r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\LSA",
            " set RestrictAnonymous (REG_DWORD) and restart. 0, the default, relies on default permissions; 1 forbids ",
            "listing accounts and names; 2 gives no access without explicit anonymous permissions. Windows 2000 takes ",
            "0, 1 and 2; NT 4.0 and XP take 0 and 1, and XP has restrictanonymoussam beside it.\n",
            "Restricting does not give the slots back at once: a null session that is denied still holds its slot ",
            "until its connection ends.\n",
        )
    };
}

/// Method 2: remove the printer shares of the clients.
macro_rules! remove_printer_shares {
    () => {
        concat!(
            "Method 2, on each client named: remove its printer shares. Open the Printers folder and see which ",
            "printers are shared; open the Properties of each, go to Sharing, choose Not Shared. A client that both ",
            "uses a printer of the server and shares one itself opens spoolss without credentials and for good; its ",
            "spooler service does it, not its user.\n",
        )
    };
}

/// How to free slots now.
macro_rules! free_the_slots {
    () => {
        concat!(
            "To free the slots now, on the server: net session \\\\CLIENT /delete. It ends all sessions of that ",
            "computer and closes its open files; what is not saved is lost. net session shows the null sessions of a ",
            "client as one line, but the server counts each.",
        )
    };
}
