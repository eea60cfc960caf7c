//! What the answer to each story in `testdata/stories` says: the last column of `EXPECTED.tsv`.

mod common;

use std::fs;
use std::path::Path;

use common::{analyze, read};
use smbscope::capture::Info;
use smbscope::report::{NullSessions, Options};
use smbscope::session::Counts;

/// Phrases of the whole answer to a story, over the ends of its lines; one that begins with `!` is not in it.
const SAYS: &[(&str, &[&str])] = &[
    (
        "a_full10",
        &[
            "9 null sessions to \\\\XPSRV\\IPC$ never closed: all hold printer handles.",
            "7 come from 192.168.1.21 (WS21) and 2 from 192.168.1.22 (WS22).",
            "They take 9 of 10 connection slots",
            "refused 2 clients with error 71: carol of WS24 (192.168.1.24) twice and WS25 (192.168.1.25) once",
            "The server has 10 slots: it refused a client with 10 in use (frame 229).",
            "1 192.168.1.23 (WS23) bob 21:36:00 3m20s \\report.doc",
        ],
    ),
    (
        "b1_4uids_one_vc",
        &[
            "4 null sessions to \\\\XPSRV\\IPC$ never closed",
            "all on one TCP connection (port 1026)",
            "They take 4 of 10 connection slots",
            "UID 2048;",
            "UID 2051;",
        ],
    ),
    ("b2_two_nulls", &["2 null sessions to \\\\XPSRV\\IPC$ never closed: both hold printer handles."]),
    ("b3_three_sequential", &["None of the 3 null sessions", "is stuck: all ended cleanly."]),
    (
        "c1_denied_setup",
        &[
            "3 null sessions were denied by 192.168.1.10:139, but each holds a slot while its connection stays open.",
            "They take 3 of 10 connection slots",
            "denied 3 anonymous session setups (frames 11, 22 and 33)",
        ],
    ),
    (
        "c2_denied_tree",
        &[
            "all stay open although they hold nothing; the server denied access to \\\\XPSRV\\IPC$.",
            "They take 3 of 10 connection slots",
            "denied 3 anonymous tree connects to \\\\XPSRV\\IPC$ (frames 13, 26 and 39)",
        ],
    ),
    (
        "c3_denied_pipe",
        &[
            "all stay open although they hold nothing; the server denied access to the pipe spoolss.",
            "They take 3 of 10 connection slots",
            "denied 3 anonymous opens of the pipe spoolss (frames 15, 30 and 45)",
        ],
    ),
    ("c4_wrong_password", &["No null session: 2 SMB connections in 16 packets, none with a session."]),
    (
        "c5_null_docs_share_denied_only",
        &[
            "denied 1 anonymous tree connect to \\\\XPSRV\\docs (frame 13), but gave anonymous clients access to IPC$.",
            "!restricted_anonymous",
        ],
    ),
    (
        "c6_denied_fill",
        &[
            "8 null sessions were denied by 192.168.1.10:139, but each holds a slot",
            "They take 8 of 10 connection slots on 192.168.1.10:139; 10 are in use in all.",
            "refused carol of WS24 (192.168.1.24) with error 71; at that time null sessions of WS21 that it had \
             denied held 8 of the 10 slots in use.",
        ],
    ),
    (
        "d_temporary",
        &[
            "None of the 5 null sessions to \\\\XPSRV\\IPC$ on 192.168.1.10:139 is known to be stuck: 1 is too young to \
             judge and 4 ended cleanly.",
            "capture for longer, or give --until TIME",
        ],
    ),
    (
        "e1_hang",
        &[
            "it waits for an answer to OpenPrinterEx",
            "RpcOpenPrinterEx (0x45) sent frame 20 no answer in 6m00s",
        ],
    ),
    (
        "e2_hang_then_client_gone",
        &[
            "was stuck and has ended: it waited too long for an answer. It held its slot for 6m40s and was ended by \
             the client.",
            "the client reset the connection",
            "!in good order",
        ],
    ),
    ("e3_slow_85s", &["is not stuck: it ended cleanly.", "closed 192.168.1.21:1026 21:20:00 1m25s"]),
    (
        "e4_hang_cancelled",
        &["it holds an open pipe but no handle, and OpenPrinterEx was cancelled.", "cancelled after 1m40s"],
    ),
    (
        "e5_no_ack",
        &[
            "it holds an open pipe but no handle, and OpenPrinterEx was never answered.",
            "frame 20 no answer in 5m00s",
        ],
    ),
    (
        "f_mutual",
        &[
            "4 null sessions to 2 servers never closed.",
            "1 holds a printer handle and 1 holds a notification channel",
            "Both conditions of KB 328459 hold for WS21: it uses a printer of the server and shares one itself.",
            "Both conditions of KB 328459 hold for XPSRV: it uses a printer of the server and shares one itself.",
            "channel 090322… on \\\\XPSRV\\lp1",
            "channel 0a0322… on \\\\WS21\\lp1",
            "!2 printer handles",
        ],
    ),
    ("g1_race_rst", &["No null session: the only SMB session in 16 packets is a user's."]),
    ("g2_race_nbss_then_fin", &["No null session: the only SMB session in 21 packets is a user's."]),
    ("g3_race_negotiate_then_fin", &["No null session: the only SMB session in 23 packets is a user's."]),
    (
        "g4_user445_null139",
        &[
            "1 null session to \\\\XPSRV\\IPC$ never closed",
            "It takes 1 of 10 connection slots",
            "2 are in use in all",
        ],
    ),
    (
        "h_xphome5",
        &[
            "They take 3 of 5 connection slots on 192.168.1.10:139; 5 are in use in all.",
            "The server has 5 slots: it refused a client with 5 in use, as XP Home does (frame 106).",
            "at that time null sessions of WS21 held 3 of the 5 slots in use",
        ],
    ),
    (
        "i_service_user",
        &[
            "It takes 1 of 10 connection slots",
            "3 are in use in all",
            "several_users",
            "2 users at the same time: alice and svc_backup",
        ],
    ),
    (
        "j1_net_session_delete",
        &[
            "were stuck and have ended",
            "They held their slots for up to 5m00s and were ended by the server.",
            "!none of them stuck",
        ],
    ),
    (
        "j3_held_5h_then_reboot",
        &[
            "were stuck and have ended",
            "They held their slots for up to 5h00m and were ended by the client.",
            "the client reset the connection",
        ],
    ),
    ("j5_held_3h_then_closed", &["was stuck and has ended", "It held its slot for 3h00m"]),
    ("k1_idle_user_no_refusal", &["No null session: the only SMB session", "!What to do"]),
    (
        "k2_idle_users_refusal",
        &[
            "The server has 10 slots: it refused a client with 10 in use (frame 141).",
            "No null session to 192.168.1.10:139 was seen.",
            "Who held the 10 slots in use at frame 141:",
            "(WS30) user0 21:20:00 15m nothing",
        ],
    ),
    (
        "m1_midstream_getprinter",
        &[
            "It is not known whether a null session is stuck",
            "may be a null session: nothing in the capture says whose it is, and it is stuck.",
            "no session setup captured",
            "!file",
        ],
    ),
    (
        "m2_midstream_keepalive_only",
        &["one may be hidden in 1 connection (port 139) of which only keep-alives were captured."],
    ),
    (
        "n_vc0_but_lives",
        &["1 null session to \\\\XPSRV\\IPC$ never closed: it holds a printer handle.", "last used frame 37"],
    ),
    ("r1_idle4", &["No null session", "!What to do"]),
    (
        "r1_idle5",
        &[
            "No null session",
            "In addition: Client 192.168.1.21 (WS21) keeps 5 pipes to the spooler",
            "unused for up to 5m00s",
        ],
    ),
    ("r2_folder_of_25_printers", &["No null session", "!What to do"]),
    ("r2_loop19", &["is not stuck: it ended cleanly.", "!What to do"]),
    ("r2_loop20", &["In addition: Client 192.168.1.21 (WS21) opened \\\\XPSRV\\lp1", "20 times within 47s"]),
    ("r2_loop25_4s", &["is not stuck: it ended cleanly.", "!What to do"]),
    ("r4_badstub", &["No null session", "!What to do"]),
    ("r4_fault5", &["No null session", "!What to do"]),
    ("r4_stale", &["used 1 printer handle that server 192.168.1.10:139 did not know any more"]),
    (
        "r5_by_addr_nochannel",
        &["info: ", "the client's own address", "it may lie outside of what was captured"],
    ),
    (
        "r5_evil",
        &[
            "In addition: Client 192.168.1.21 (WS21) asked server 192.168.1.10:139 to notify",
            "\\\\EVIL",
            "another machine",
        ],
    ),
    (
        "r5_evil_refused",
        &[
            "In addition: Client 192.168.1.21 (WS21) asked server 192.168.1.10:139 to notify",
            "\\\\EVIL",
            "refused",
            "ERROR_ACCESS_DENIED",
        ],
    ),
    ("r5_longname", &["it holds a notification channel", "\\\\VERYLONGCLIENTNAME1", "connected back"]),
    ("r5_own", &["it holds a notification channel", "notify \\\\WS21", "connected back"]),
    (
        "r6_evil",
        &[
            "In addition: Client 192.168.1.21 (WS21) asked server 192.168.1.10:139 to load a printer driver from",
            "\\\\EVIL\\share\\x.dll",
        ],
    ),
    ("r6_local", &["No null session", "!What to do"]),
    ("r6_own_print", &["No null session", "!What to do"]),
    (
        "r6_unc2",
        &[
            "In addition: Client 192.168.1.21 (WS21) asked server 192.168.1.10:139 to load a printer driver from",
            "\\\\?\\UNC\\EVIL\\share\\x.dll",
        ],
    ),
    (
        "s1_open_refused_pipe_kept",
        &[
            "it holds an open pipe but no handle, and OpenPrinterEx failed.",
            "failed with ERROR_INVALID_PRINTER_NAME",
        ],
    ),
    (
        "t1_tcp_plain_leak",
        &["It is not known whether a null session is stuck", "RPC over TCP (spoolss", "not followed"],
    ),
    ("t3_tcp_sealed", &["RPC over TCP (spoolss;", "sealed with a user's key, so no null session is on it"]),
    (
        "t8_pipe_sealed_on_null",
        &[
            "it holds a pipe whose calls are sealed, so what else it holds cannot be seen.",
            "1 pipe whose calls are sealed",
        ],
    ),
    (
        "t9_quic443",
        &["It is not known whether a null session is stuck", "QUIC connection", "port 443", "may carry SMB"],
    ),
    (
        "u1_share_user_limit",
        &[
            "The share \\\\XPSRV\\docs has reached its own user limit and refused carol of WS24 (192.168.1.24) with \
             error 71.",
            "The server's slots are not the cause.",
            "!Who held",
        ],
    ),
    (
        "u2_server2003",
        &[
            "It cannot use up the server's slots: the server runs Windows Server 2003 3790 Service Pack 1, and only \
             client editions of Windows have a limit of 5, 10 or 20.",
            "!of 10 connection slots",
        ],
    ),
    (
        "samba_leak",
        &[
            "2 null sessions to \\\\PRNSRV\\IPC$ never closed: both hold printer handles.",
            "They cannot use up the server's slots: the server runs Samba, and only client editions of Windows have a limit",
        ],
    ),
    ("win11_closed", &["None of the 3 null sessions to \\\\WIN11PC\\IPC$", "is stuck: all ended cleanly."]),
    (
        "win11_denied",
        &[
            "3 null sessions were denied by 192.168.1.10:445, but each holds a slot",
            "They take 3 of 20 connection slots",
        ],
    ),
    (
        "win11_leak",
        &[
            "19 null sessions to \\\\WIN11PC\\IPC$ never closed: all hold printer handles.",
            "They take 19 of 20 connection slots",
            "refused carol of MFP24 (192.168.1.24) twice with error 71",
            "The server seems to be Windows 11 (version 10.0.22631 in its NTLM challenge, frame 7).",
        ],
    ),
    ("w_a_anon_domain", &["1 null session to \\\\XPSRV\\IPC$ never closed: it holds a printer handle."]),
    ("w_b4_username_nt_empty", &["No null session: the only SMB session in 23 packets is a user's."]),
    ("w_c_machine", &["No null session: the only SMB session in 23 packets is a user's."]),
    ("w_e_empty_ntlmv2", &["No null session: the only SMB session in 23 packets is"]),
    ("w_g2_raw_user", &["No null session: the only SMB session in 23 packets is a user's."]),
    ("w_h3_plain_oem_alice", &["No null session: the only SMB session in 21 packets is a user's."]),
    ("w_h5_plain_guest_action", &["No null session: the only SMB session in 21 packets is a guest's."]),
    ("w_h_plain_oem_null", &["1 null session to \\\\XPSRV\\IPC$ never closed: it holds a printer handle."]),
    (
        "w_i_share_level_core",
        &[
            "may be a null session: nothing in the capture says whose it is, and it is stuck.",
            "possibly null",
        ],
    ),
    ("w_j_null_to_user_same_uid", &["is not stuck: it was replaced by another session of its client."]),
    (
        "w_q_null_guestaction",
        &[
            "1 null session to \\\\XPSRV\\IPC$ never closed: it holds a printer handle.",
            "server's guest flag",
        ],
    ),
];

fn answer(directory: &Path, story: &str) -> String {
    let capture = read(&directory.join(format!("{story}.pcap")));
    let ledger = analyze(&capture.packets, capture.end);
    let mut file = Info::default();
    file.packets = capture.packets.len().try_into().unwrap();
    let report = NullSessions::new(&ledger, [&file], &Counts::default(), Options::default());
    let text = report.text(80).to_string();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_answer_to_each_story_says_what_is_expected() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/stories");
    let mut wrong = Vec::new();
    for (story, phrases) in SAYS {
        let text = answer(&directory, story);
        for phrase in *phrases {
            let (wanted, phrase) = match phrase.strip_prefix('!') {
                Some(phrase) => (false, phrase),
                None => (true, *phrase),
            };
            if text.contains(phrase) != wanted {
                let not = if wanted { "no" } else { "a" };
                wrong.push(format!("{story}: {not} {phrase:?} in\n    {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_story_with_something_to_say_has_its_phrases() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/stories/EXPECTED.tsv");
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().skip(1).map(|line| {
        let mut columns = line.split('\t');
        (columns.next().unwrap().trim_end_matches(".pcap"), columns.next_back().unwrap())
    });
    let expected: Vec<&str> = lines.filter(|(_, says)| *says != "-").map(|(story, _)| story).collect();
    let told: Vec<&str> = SAYS.iter().map(|(story, _)| *story).collect();
    let missing: Vec<&&str> = expected.iter().filter(|story| !told.contains(story)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
