//! Every rule: traffic on which it fires, and traffic close to it on which it must not, in both protocols where both can
//! show it.

use smbscope::finding::{self, Finding, Severity};

use crate::either::{BOTH, Smb, Speaks};
use crate::ntlm::Who;
use crate::rpc::{Answer, CONTEXT_MISMATCH, NDR, NDR_SYNTAX, Pipe as _, SRVSVC, filler, handle};
use crate::smb1::{OK, Smb1, null_set_up, rap, rap_answer};
use crate::story::GRACE;
use crate::wire::End::Server;
use crate::wire::Wire;

const REQUEST_NOT_ACCEPTED: u32 = 0xc000_00d0;
const TOO_MANY_SESSIONS: u32 = 0xc000_00ce;
const LICENSE_QUOTA_EXCEEDED: u32 = 0xc000_0259;
const LOGON_FAILURE: u32 = 0xc000_006d;
const ACCESS_DENIED: u32 = 0xc000_0022;
const USER_SESSION_DELETED: u32 = 0xc000_0203;

const ALICE: Who = Who::User("alice");

impl Wire {
    fn findings(&self) -> Vec<Finding> {
        finding::all(&self.ledger(), GRACE)
    }

    /// What one rule finds. Every finding rests on frames.
    fn found_by(&self, rule: &str) -> Vec<Finding> {
        assert!(finding::RULES.contains(&rule), "no such rule: {rule}");
        let mut findings = self.findings();
        assert!(findings.iter().all(|finding| !finding.frames.is_empty()), "{findings:?}");
        findings.retain(|finding| finding.rule == rule);
        findings
    }

    /// How often a rule fires.
    fn fires(&self, rule: &str) -> usize {
        self.found_by(rule).len()
    }
}

/// What a script in either protocol comes to, which is the same.
fn in_both<T: PartialEq + std::fmt::Debug>(script: impl Fn(Speaks, &Wire) -> T) -> T {
    let [one, two] = BOTH.map(|speaks| script(speaks, &Wire::new()));
    assert_eq!(one, two, "SMB1 and SMB2");
    two
}

#[test]
fn null_session_leak() {
    let idle = |seconds: f64| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, Who::Null);
            smb.pipe(7).open_printer(2, 1);
            wire.wait(89.0);
            smb.pipe(7).get_printer(3, 1); // used within the grace
            wire.wait(seconds);
            wire.fires("null_session_leak")
        })
    };
    assert_eq!(idle(91.0), 1);
    assert_eq!(idle(89.0), 0);
}

/// Client 21 holds a printer handle of server 10 on a null session, and shows a sign of itself.
fn leak_and(sign: impl Fn(Speaks, &Wire)) -> String {
    in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, Who::Null);
        smb.pipe(7).open_printer(2, 1);
        sign(speaks, wire);
        wire.wait(91.0);
        let findings = wire.findings();
        let of_client = |finding: &&Finding| {
            finding.rule == "null_session_leak" && finding.server.to_string().starts_with("10.0.0.10:")
        };
        let leak = findings.iter().find(of_client).unwrap();
        leak.text.split_once("Each takes").or(leak.text.split_once("It takes")).unwrap().1.to_owned()
    })
}

#[test]
fn a_leak_whose_client_shares_a_printer_itself_meets_both_conditions() {
    let said =
        |text: &str| text.contains("Both conditions of KB 328459 hold: the client has a printer connection");
    let opened = leak_and(|speaks, wire| {
        let there = speaks.on(wire.connect(10, 21)).with_pipe(0x51, ALICE);
        there.pipe(7).open_printer(2, 3);
    });
    assert!(
        said(&opened) && opened.contains("shares a printer itself (lp1 was opened there, frame "),
        "{opened}"
    );
    let tree = leak_and(|speaks, wire| {
        let there = speaks.on(wire.connect(30, 21));
        there.log_on(0x51, ALICE);
        there.print_share(r"\\WS-21\laser");
    });
    assert!(
        said(&tree) && tree.contains("shares a printer itself (laser, by a tree connect, frame "),
        "{tree}"
    );
    let added = leak_and(|speaks, wire| {
        let there = speaks.on(wire.connect(30, 21)).with_pipe(0x51, ALICE);
        let call = NDR.request(2, 0, 5, &NDR.add_printer(r"\\WS-21", "lp9"));
        there.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(9), 0)));
    });
    assert!(
        said(&added) && added.contains("shares a printer itself (lp9 was added there, frame "),
        "{added}"
    );
    let channel = leak_and(|speaks, wire| {
        let there = speaks.on(wire.connect(21, 30)).with_pipe(0x51, ALICE);
        let call = NDR.request(2, 0, 58, &NDR.reply_open_printer(r"\\WS-21", 1));
        there.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(9), 0)));
    });
    assert!(said(&channel) && channel.contains("shares a printer itself (it opened a channel"), "{channel}");
}

#[test]
fn a_leak_whose_client_only_uses_printers_meets_one_condition() {
    let nothing = leak_and(|_, _| {});
    // Files of the client, another client's printer, and a print server of which only the server itself is asked for.
    let files = leak_and(|speaks, wire| {
        let there = speaks.on(wire.connect(30, 21));
        there.log_on(0x51, ALICE);
        there.disk(r"\\WS-21\docs");
    });
    let elsewhere = leak_and(|speaks, wire| {
        let there = speaks.on(wire.connect(10, 30)).with_pipe(0x51, ALICE);
        there.pipe(7).open_printer(2, 3);
    });
    let server = leak_and(|speaks, wire| {
        let there = speaks.on(wire.connect(10, 21)).with_pipe(0x51, ALICE);
        let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(r"\\WS-21"));
        there.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(9), 0)));
    });
    // Nor is a printer the client's that another one shares.
    let through = leak_and(|speaks, wire| {
        let there = speaks.on(wire.connect(10, 21)).with_pipe(0x51, ALICE);
        let call = NDR.request(2, 0, 69, &NDR.open_printer_ex_by(r"\\WS-33\lp1", r"\\SRV", "alice"));
        there.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(9), 0)));
    });
    for text in [nothing, files, elsewhere, server, through] {
        assert_eq!(text, " its own slot");
    }
}

#[test]
fn a_notification_channel_is_no_printer_handle() {
    let text = in_both(|speaks, wire| {
        let back = speaks.on(wire.connect(10, 21)).with_pipe(0x51, Who::Null);
        let call = NDR.request(2, 0, 58, &NDR.reply_open_printer(r"\\SRV", 1));
        back.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(9), 0)));
        wire.wait(91.0);
        let why = wire.why();
        assert!(why.starts_with("a notification channel"), "{why}");
        wire.found_by("null_session_leak")[0].text.clone()
    });
    assert!(text.contains("still holds 1 pipe and 1 notification channel."), "{text}");
}

#[test]
fn a_null_session_that_held_a_handle_unused_and_is_in_use_again_is_a_leak() {
    let used_after = |seconds: f64| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, Who::Null);
            smb.pipe(7).open_printer(2, 1);
            wire.wait(seconds);
            smb.pipe(7).get_printer(3, 1);
            wire.wait(1.0);
            wire.found_by("null_session_leak").into_iter().map(|finding| finding.text).collect::<Vec<_>>()
        })
    };
    let found = used_after(400.0);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("unused for 6m40s and is in use again"), "{found:?}");
    assert_eq!(used_after(80.0), [""; 0]);
}

#[test]
fn hung_open_printer() {
    let waits = |who, seconds: f64, answered: bool| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, who);
            let asked = smb.pipe(7).ask_open_printer(2);
            smb.tcp().ack(Server);
            wire.wait(seconds);
            if answered {
                smb.pipe(7).granted(asked, 2, 1); // late, but it came
            }
            let findings = wire.found_by("hung_open_printer");
            findings.iter().map(|finding| finding.severity).collect::<Vec<_>>()
        })
    };
    assert_eq!(waits(Who::Null, 91.0, false), [Severity::Warning]);
    assert_eq!(waits(Who::Null, 89.0, false), []);
    assert_eq!(waits(Who::Null, 91.0, true), []);
    assert_eq!(waits(ALICE, 91.0, false), [Severity::Info]);
    assert_eq!(waits(ALICE, 89.0, false), []);
    assert_eq!(waits(ALICE, 91.0, true), []);
}

#[test]
fn lingering_null_session() {
    let stays = |who, seconds| {
        in_both(|speaks, wire| {
            speaks.on(wire.connect(21, 10)).log_on(0x41, who);
            wire.wait(seconds);
            wire.fires("lingering_null_session")
        })
    };
    assert_eq!(stays(Who::Null, 91.0), 1);
    assert_eq!(stays(Who::Null, 89.0), 0);
    assert_eq!(stays(ALICE, 91.0), 0);
}

#[test]
fn slots_exhausted() {
    let turned_away = |status| {
        in_both(|speaks, wire| {
            speaks.on(wire.connect(30, 10)).set_up(0x42, Who::User("bob"), status);
            wire.fires("slots_exhausted")
        })
    };
    for status in [REQUEST_NOT_ACCEPTED, TOO_MANY_SESSIONS, LICENSE_QUOTA_EXCEEDED] {
        assert_eq!(turned_away(status), 1, "{status:#x}");
    }
    assert_eq!(turned_away(LOGON_FAILURE), 0);
    // The limit of a share's users is not that of the server.
    let share = in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(30, 10));
        smb.log_on(0x42, Who::User("bob"));
        smb.refused_tree(r"\\SRV\docs", REQUEST_NOT_ACCEPTED);
        wire.fires("slots_exhausted")
    });
    assert_eq!(share, 0);
}

#[test]
fn share_limit() {
    let turned_away = |status| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(30, 10));
            smb.log_on(0x42, Who::User("bob"));
            smb.refused_tree(r"\\SRV\docs", status);
            wire.fires("share_limit")
        })
    };
    assert_eq!(turned_away(REQUEST_NOT_ACCEPTED), 1);
    assert_eq!(turned_away(ACCESS_DENIED), 0);
}

#[test]
fn a_refusal_tells_who_held_the_slots_and_how_many_hung_or_leaked() {
    for speaks in BOTH {
        let wire = Wire::new();
        let hung = speaks.on(wire.connect(21, 10)).with_pipe(0x41, Who::Null);
        hung.pipe(7).ask_open_printer(2);
        hung.tcp().ack(Server);
        let leaked = speaks.on(wire.connect(22, 10)).with_pipe(0x43, Who::Null);
        leaked.pipe(7).open_printer(2, 2);
        let user = speaks.on(wire.connect(23, 10)).with_pipe(0x44, Who::User("alice"));
        speaks.on(wire.connect(24, 10)).set_up(0x45, Who::User("bob"), REQUEST_NOT_ACCEPTED);
        wire.wait(91.0);
        user.echo();
        let ledger = wire.ledger();
        let holders = ledger.holders(&ledger.refusals()[0], GRACE);
        assert_eq!((holders.null, holders.hung, holders.leaked, holders.named), (2, 1, 1, 1));
        let server = ledger.servers().next().unwrap();
        let steps: Vec<u64> = server.slots.points.iter().map(|point| point.slots.high).collect();
        assert_eq!(steps, [1, 2, 3]);
    }
}

#[test]
fn restricted_anonymous() {
    let set_up = |who, status| {
        in_both(|speaks, wire| {
            speaks.on(wire.connect(21, 10)).set_up(0x41, who, status);
            let slots = wire.ledger().servers().next().unwrap().slots.now.high;
            (wire.fires("restricted_anonymous"), slots)
        })
    };
    assert_eq!(set_up(Who::Null, ACCESS_DENIED), (1, 1));
    assert_eq!(set_up(ALICE, ACCESS_DENIED), (0, 0));

    let inside = |who, talk: fn(&Smb<'_>)| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(21, 10));
            smb.log_on(0x41, who);
            talk(&smb);
            wire.fires("restricted_anonymous")
        })
    };
    let ipc_denied = |smb: &Smb<'_>| smb.denied_tree(r"\\SRV\IPC$");
    let pipe_denied = |smb: &Smb<'_>| {
        smb.ipc();
        smb.denied_open("spoolss");
    };
    for denied in [ipc_denied, pipe_denied] {
        assert_eq!(inside(Who::Null, denied), 1);
        assert_eq!(inside(ALICE, denied), 0);
    }
    // A private share says nothing of the server, nor does a private file in a share that is open to all.
    let share_denied = |smb: &Smb<'_>| {
        smb.ipc();
        smb.denied_tree(r"\\SRV\docs");
    };
    let file_denied = |smb: &Smb<'_>| {
        smb.disk(r"\\SRV\public");
        smb.denied_open(r"wages.xls");
    };
    for denied in [share_denied, file_denied] {
        assert_eq!(inside(Who::Null, denied), 0);
    }
}

#[test]
fn many_null_sessions() {
    let at_once = |clients: [u8; 3]| {
        in_both(|speaks, wire| {
            let sessions: Vec<_> =
                clients.iter().map(|client| speaks.on(wire.connect(*client, 10))).collect();
            for (number, smb) in (0x41..).zip(&sessions) {
                smb.log_on(number, Who::Null);
            }
            wire.fires("many_null_sessions")
        })
    };
    assert_eq!(at_once([21, 21, 21]), 1);
    assert_eq!(at_once([21, 21, 22]), 0);
}

/// A client that opens printers so often, so many seconds apart, and each of them in turn; the server does so, or
/// answers with an error.
fn opens(times: u32, seconds: f64, printers: u32, error: u32) -> usize {
    in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, ALICE);
        for time in 0..times {
            let printer = format!(r"\\SRV\lp{}", time % printers);
            let call = NDR.request(2 * time + 2, 0, 69, &NDR.open_printer_ex(&printer));
            let granted = if error == 0 { handle(1) } else { [0; 20] };
            let answer = NDR.response(2 * time + 2, 0, &NDR.handle_and(granted, error));
            smb.pipe(7).exchange(&call, &answer);
            if error == 0 {
                smb.pipe(7).close_printer(2 * time + 3, 1);
            }
            wire.wait(seconds);
        }
        smb.leave();
        wire.fires("spooler_loop")
    })
}

/// A client that looks at so many printers, each on a pipe of its own, so often.
fn looks_at_a_folder(printers: u32, times: u32) -> usize {
    in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10));
        smb.log_on(0x41, ALICE);
        smb.ipc();
        for time in 0..printers * times {
            smb.open("spoolss", 7);
            smb.pipe(7).bind(100 + time);
            let printer = format!(r"\\SRV\lp{}", time % printers);
            let call = NDR.request(2, 0, 69, &NDR.open_printer_ex(&printer));
            smb.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
            smb.pipe(7).close_printer(3, 1);
            smb.close(7);
        }
        smb.disconnect();
        smb.log_off();
        smb.tcp().end();
        wire.fires("spooler_loop")
    })
}

#[test]
fn spooler_loop() {
    const INVALID_PRINTER_NAME: u32 = 1801;
    for error in [0, INVALID_PRINTER_NAME] {
        assert_eq!(opens(25, 1.0, 1, error), 1);
        assert_eq!(opens(25, 5.0, 1, error), 0);
        assert_eq!(opens(19, 0.1, 1, error), 0);
        // A folder of printers that somebody looks at.
        assert_eq!(opens(40, 0.1, 40, error), 0);
    }
    assert_eq!(looks_at_a_folder(25, 1), 0);
    assert_eq!(looks_at_a_folder(25, 3), 0);
    assert_eq!(looks_at_a_folder(1, 25), 1);
    // Several printers in a loop are one finding.
    assert_eq!(looks_at_a_folder(3, 25), 1);
}

#[test]
fn own_spooler() {
    let from = |client| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(client, 10)).with_pipe(0x41, ALICE);
            smb.pipe(7).open_printer(2, 1);
            wire.fires("own_spooler")
        })
    };
    assert_eq!(from(10), 1);
    assert_eq!(from(11), 0);
}

#[test]
fn stale_handle() {
    let answered = |fault: Option<u32>| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, ALICE);
            let pipe = smb.pipe(7);
            pipe.open_printer(2, 1);
            let asked = pipe.ask_get_printer(3, 1);
            match fault {
                Some(status) => pipe.reply(asked, &NDR.fault(3, status)),
                None => pipe.got_printer(asked, 3),
            }
            wire.fires("stale_handle")
        })
    };
    let closed_before = in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, ALICE);
        let pipe = smb.pipe(7);
        pipe.open_printer(2, 1);
        pipe.close_printer(3, 1);
        let asked = pipe.ask_get_printer(4, 1);
        pipe.reply(asked, &NDR.fault(4, CONTEXT_MISMATCH));
        let ledger = wire.ledger();
        let (_, session) = ledger.sessions().next().unwrap();
        let handles = ledger.opens_of(session).map(|open| ledger.handles(open).count()).sum::<usize>();
        (wire.fires("stale_handle"), handles)
    });
    assert_eq!(closed_before, (1, 1));
    assert_eq!(answered(Some(CONTEXT_MISMATCH)), 1);
    assert_eq!(answered(Some(0x1c01_0002)), 0); // nca_s_op_rng_error: about the procedure
    assert_eq!(answered(None), 0);
    // A session that the server had ended says nothing of the use of a handle.
    let logged_off = in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, ALICE);
        smb.pipe(7).open_printer(2, 1);
        smb.failed_log_off(USER_SESSION_DELETED);
        wire.fires("stale_handle")
    });
    assert_eq!(logged_off, 0);
}

#[test]
fn several_users() {
    let users = |one, other| {
        in_both(|speaks, wire| {
            let first = speaks.on(wire.connect(21, 10));
            first.log_on(0x41, Who::User(one));
            let second = speaks.on(wire.connect(21, 10));
            second.log_on(0x42, Who::User(other));
            wire.fires("several_users")
        })
    };
    assert_eq!(users("alice", "backup"), 1);
    assert_eq!(users("alice", "ALICE"), 0);
}

#[test]
fn idle_users() {
    let turned_away = |user_does: fn(&Smb<'_>), later: fn(&Smb<'_>)| {
        in_both(|speaks, wire| {
            let user = speaks.on(wire.connect(21, 10));
            user.log_on(0x41, Who::User("backup"));
            user_does(&user);
            speaks.on(wire.connect(24, 10)).set_up(0x45, Who::User("bob"), LICENSE_QUOTA_EXCEEDED);
            wire.wait(91.0);
            later(&user);
            wire.fires("idle_users")
        })
    };
    let nothing = |_: &Smb<'_>| {};
    let document = |smb: &Smb<'_>| {
        smb.disk(r"\\SRV\docs");
        smb.open("letter.doc", 9);
    };
    let closed = |smb: &Smb<'_>| {
        smb.disk(r"\\SRV\docs");
        smb.open("letter.doc", 9);
        smb.close(9);
    };
    assert_eq!(turned_away(nothing, |smb| smb.echo()), 1);
    assert_eq!(turned_away(closed, |smb| smb.echo()), 1);
    assert_eq!(turned_away(nothing, |smb| smb.ipc()), 0);
    assert_eq!(turned_away(document, |smb| smb.echo()), 0);
}

#[test]
fn idle_users_of_many_clients_are_one_finding_and_one_who_works_beside_is_none() {
    let idle = |accounts: &[(u8, &'static str)], works: bool| {
        in_both(|speaks, wire| {
            let users: Vec<_> = accounts
                .iter()
                .zip(0x41..)
                .map(|((client, account), number)| {
                    let smb = speaks.on(wire.connect(*client, 10));
                    smb.log_on(number, Who::User(account));
                    smb
                })
                .collect();
            speaks.on(wire.connect(40, 10)).set_up(0x99, Who::User("bob"), LICENSE_QUOTA_EXCEEDED);
            wire.wait(91.0);
            if works {
                users[0].ipc();
            }
            let findings = wire.findings();
            let idle = findings.iter().filter(|finding| finding.rule == "idle_users");
            idle.map(|finding| (finding.sessions.len(), finding.client.is_some())).collect::<Vec<_>>()
        })
    };
    let three = [(21, "alice"), (22, "carol"), (23, "dave")];
    assert_eq!(idle(&three, false), [(3, false)]);
    assert_eq!(idle(&three, true), [(2, false)]);
    // The sessions of a user at one computer take one slot together.
    assert_eq!(idle(&[(21, "alice"), (21, "ALICE")], false), [(2, true)]);
    assert_eq!(idle(&[(21, "alice"), (21, "ALICE")], true), []);
}

#[test]
fn idle_pipes() {
    let held = |pipes: u16, who| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, who);
            for pipe in 1..pipes {
                smb.open("spoolss", 7 + pipe);
            }
            wire.wait(91.0);
            wire.fires("idle_pipes")
        })
    };
    assert_eq!(held(5, ALICE), 1);
    assert_eq!(held(4, ALICE), 0);
    assert_eq!(held(5, Who::Null), 0);
}

#[test]
fn local_system() {
    let by = |user: &str| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, Who::Null);
            let call = NDR.request(2, 0, 69, &NDR.open_printer_ex_by(r"\\SRV\lp1", r"\\WS-21", user));
            smb.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
            wire.wait(91.0);
            wire.fires("local_system")
        })
    };
    assert_eq!(by("SYSTEM"), 1);
    assert_eq!(by("WS-21$"), 1);
    assert_eq!(by("alice"), 0);
}

#[test]
fn transient_null_session() {
    // NetServerEnum2 at level 1: one computer, which shares print queues.
    let entry =
        [&b"WS-30\0\0\0\0\0\0\0\0\0\0\0"[..], &[5, 1], &0x1203_u32.to_le_bytes(), &[26, 0, 0, 0], b"\0"]
            .concat();
    let looked = |opcode, seconds| {
        let wire = Wire::new();
        let smb = Smb1::on(wire.connect(21, 10));
        smb.log_on(0x41, null_set_up());
        smb.ipc(1);
        let arguments = [1, 0, 0, 16, 0xff, 0xff, 0xff, 0xff];
        let asked = smb.ask(&[rap(opcode, ["WrLehDz", "B16BBDz"], &arguments)]);
        smb.answer(asked, OK, &[rap_answer(1, &entry)]);
        wire.wait(seconds);
        smb.disconnect();
        smb.log_off();
        smb.tcp.end();
        wire
    };
    let wire = looked(104, 30.0);
    assert_eq!(wire.fires("transient_null_session"), 1);
    let ledger = wire.ledger();
    let computer = ledger.computers().next().unwrap();
    assert_eq!((computer.name.as_str(), computer.shares_printers.is_some()), ("WS-30", true));
    assert_eq!(looked(104, 91.0).fires("transient_null_session"), 0);
    assert_eq!(looked(63, 30.0).fires("transient_null_session"), 0); // NetWkstaGetInfo

    // SMB2 has no remote administration protocol: shares are listed over srvsvc.
    for speaks in BOTH {
        let looked = |opnum, seconds| {
            let wire = Wire::new();
            let smb = speaks.on(wire.connect(21, 10));
            smb.log_on(0x41, Who::Null);
            smb.ipc();
            smb.open("srvsvc", 7);
            let bind = NDR.bind(1, 0, &[(0, SRVSVC, NDR_SYNTAX)]);
            smb.pipe(7).exchange(&bind, &NDR.bind_ack(1, 5, &[Answer::Accepted(NDR_SYNTAX)]));
            smb.pipe(7).exchange(&NDR.request(2, 0, opnum, &filler(40)), &NDR.response(2, 0, &NDR.value(0)));
            smb.close(7);
            wire.wait(seconds);
            smb.disconnect();
            smb.log_off();
            smb.tcp().end();
            wire.fires("transient_null_session")
        };
        assert_eq!(looked(15, 30.0), 1, "{speaks:?}");
        assert_eq!(looked(15, 91.0), 0, "{speaks:?}");
        assert_eq!(looked(28, 30.0), 0, "{speaks:?}"); // NetrRemoteTOD
    }
}

/// Client 21 registers at server 10 for a machine, and tells its own name; server 10 opens a channel to client 21, or does
/// not.
fn registered(rule: &str, own: &str, machine: &str, back: bool) -> Vec<Severity> {
    in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, ALICE);
        let pipe = smb.pipe(7);
        let call = NDR.request(2, 0, 69, &NDR.open_printer_ex_by(r"\\SRV\lp1", own, "alice"));
        pipe.exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
        let asked = pipe.ask(&NDR.request(3, 0, 65, &NDR.remote_find_first(1, machine)));
        let there = back.then(|| {
            let there = speaks.on(wire.connect(10, 21)).with_pipe(0x51, Who::Null);
            let call = NDR.request(2, 0, 58, &NDR.reply_open_printer(r"\\SRV", 1));
            there.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(9), 0)));
            there
        });
        pipe.reply(asked, &NDR.response(3, 0, &NDR.value(0)));
        drop(there);
        wire.found_by(rule).iter().map(|finding| finding.severity).collect()
    })
}

#[test]
fn back_channel() {
    let registered = |machine, back| registered("back_channel", r"\\WS-21", machine, back);
    assert_eq!(registered(r"\\WS-21", true), [Severity::Info]);
    assert_eq!(registered(r"\\10.0.0.21", true), [Severity::Info]);
    assert_eq!(registered(r"\\WS-21", false), []);
    // A name to which the channel leads is the client's.
    assert_eq!(registered(r"\\PRINTROOM", true), [Severity::Info]);
}

#[test]
fn coerced_connection() {
    let registered = |own, machine, back| registered("coerced_connection", own, machine, back);
    for machine in [r"\\10.0.0.66", r"\\WS-22", r"\\evil.example.org"] {
        assert_eq!(registered(r"\\WS-21", machine, false), [Severity::Warning], "{machine}");
    }
    // A channel back shows the name to be the client's.
    assert_eq!(registered(r"\\WS-21", r"\\PRINTROOM", true), []);
    for machine in [r"\\WS-21", r"\\127.0.0.1"] {
        assert_eq!(registered(r"\\WS-21", machine, false), [], "{machine}");
    }
    // A client that calls itself by its domain is in that one; one that does not may be in any.
    let (own, evil) = (r"\\ws-21.example.org", r"\\ws-21.evil.example");
    assert_eq!(registered(own, own, false), []);
    assert_eq!(registered(own, evil, false), [Severity::Warning]);
    assert_eq!(registered(r"\\WS-21", own, false), []);
    // Its own address is that of a print client, whose channel may have gone another way.
    assert_eq!(registered(r"\\WS-21", r"\\10.0.0.21", false), [Severity::Info]);
    // NetBIOS leaves 15 letters of a name.
    let (whole, head) = (r"\\VERYLONGCLIENTNAME1", r"\\VERYLONGCLIENTN");
    for (own, machine) in [(head, whole), (whole, head), (whole, whole)] {
        assert_eq!(registered(own, machine, false), [], "{own} {machine}");
    }
    assert_eq!(registered(whole, r"\\VERYLONGCLIENTNAME2", false), [Severity::Warning]);
    assert_eq!(registered(r"\\VERYLONGCLIENT", whole, false), [Severity::Warning]); // 14 letters are a name
}

/// Client 21 registers by its own address at server 10; then a machine tries to set up a session with client 21. What
/// the rules say of the way back.
fn tried_back(from: u8, account: &'static str, status: u32) -> Vec<(&'static str, Severity, String)> {
    in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, ALICE);
        let pipe = smb.pipe(7);
        let call = NDR.request(2, 0, 69, &NDR.open_printer_ex_by(r"\\SRV\lp1", r"\\WS-21", "alice"));
        pipe.exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
        let asked = pipe.ask(&NDR.request(3, 0, 65, &NDR.remote_find_first(1, r"\\10.0.0.21")));
        pipe.reply(asked, &NDR.response(3, 0, &NDR.value(5)));
        let there = speaks.on(wire.connect(from, 21));
        there.set_up(0x51, Who::User(account), status);
        let found = ["slots_exhausted", "back_channel", "coerced_connection"].map(|rule| wire.found_by(rule));
        let told = found.into_iter().flatten().map(|finding| {
            // The frame that is named is one of the finding's.
            let text =
                match finding.text.split_once("(frame ").filter(|_| finding.rule == "coerced_connection") {
                    Some((before, after)) => {
                        let (frame, after) = after.split_once(')').unwrap();
                        let frame: u64 = frame.parse().unwrap();
                        assert!(finding.frames.iter().any(|at| at.frame == frame), "{finding:?}");
                        format!("{before}(frame){after}")
                    }
                    None => String::new(),
                };
            (finding.rule, finding.severity, text)
        });
        told.collect()
    })
}

#[test]
fn a_way_back_that_fails_is_told_with_its_account_and_answer() {
    const NO_LOGON_SERVERS: u32 = 0xc000_005e;
    let back = |came: &str| {
        let text = format!(
            r"Client 10.0.0.21 (WS-21) asked server 10.0.0.10:445 to notify \\10.0.0.21, which is the client's own \
              address, of changes; the server refused (ERROR_ACCESS_DENIED). The server connected back from \
              10.0.0.10:1042 as SRV$ {came} (frame), and no channel was seen to be opened",
        );
        let text = text.split("\\\n              ").collect::<String>();
        vec![("back_channel", Severity::Info, String::new()), ("coerced_connection", Severity::Info, text)]
    };
    let failed = tried_back(10, "SRV$", NO_LOGON_SERVERS);
    assert_eq!(failed, back("and was answered with STATUS_NO_LOGON_SERVERS"));
    let full = tried_back(10, "SRV$", REQUEST_NOT_ACCEPTED);
    assert!(full[2].2.contains("as SRV$ and was refused with STATUS_REQUEST_NOT_ACCEPTED"), "{full:?}");
    // Another machine's failure to log on is no way back.
    let other = tried_back(11, "SRV$", NO_LOGON_SERVERS);
    assert_eq!(other, [("coerced_connection", Severity::Info, String::new())]);
}

#[test]
fn what_a_client_asks_again_and_again_is_one_finding() {
    let text = in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, ALICE);
        let pipe = smb.pipe(7);
        pipe.open_printer(2, 1);
        for call in 3..13 {
            let machine = if call == 12 { r"\\WS-99" } else { r"\\WS-66" };
            let request = NDR.request(call, 0, 65, &NDR.remote_find_first(1, machine));
            pipe.exchange(&request, &NDR.response(call, 0, &NDR.value(if call == 12 { 5 } else { 0 })));
        }
        let findings = wire.found_by("coerced_connection");
        assert_eq!((findings.len(), findings[0].frames.len()), (1, 20));
        findings[0].text.clone()
    });
    let asked = r"to notify \\WS-66 and \\WS-99, which are other machines, of changes 10 times; ";
    let came = "the server accepted and refused (ERROR_ACCESS_DENIED)";
    assert!(text.ends_with(&format!("{asked}{came}")), "{text}");
}

/// Client 21 adds a driver with these files at server 10, which its trees call SRV.
fn adds(files: [&str; 3]) -> usize {
    in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, ALICE);
        let call = NDR.request(2, 0, 89, &NDR.add_printer_driver_ex(r"\\SRV", files));
        smb.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.value(5)));
        wire.fires("driver_from_unc")
    })
}

#[test]
fn driver_from_unc() {
    for own in [
        r"\\SRV\print$\W32X86\3\unidrv.dll",
        r"\\10.0.0.10\print$\W32X86\3\unidrv.dll",
        r"\\127.0.0.1\print$\W32X86\3\unidrv.dll",
        r"\\?\UNC\SRV\print$\W32X86\3\unidrv.dll",
        "//SRV/print$/W32X86/3/unidrv.dll",
        r"C:\Windows\System32\spool\drivers\x64\3\unidrv.dll",
        "unidrv.dll",
        // In whatever domain the server is.
        r"\\srv.example.org\PRINT$\unidrv.dll",
    ] {
        assert_eq!(adds([own; 3]), 0, "{own}");
        // One file of another machine is enough, whichever it is.
        let other = r"\\10.0.0.66\share\evil.dll";
        for files in [[other, own, own], [own, other, own], [own, own, other]] {
            assert_eq!(adds(files), 1, "{files:?}");
        }
    }
    for other in [
        r"\\10.0.0.66\print$\evil.dll",
        r"\\SRV2\print$\evil.dll",
        r"\\SR\print$\evil.dll",
        r"\\SRV\public\evil.dll",
        r"\\?\UNC\EVIL\print$\evil.dll",
        r"\\SRV@80\print$\evil.dll",
    ] {
        assert_eq!(adds([other; 3]), 1, "{other}");
    }
}

#[test]
fn every_rule_is_scripted_here() {
    let here = include_str!("findings.rs");
    for rule in finding::RULES {
        assert!(here.contains(&format!("fn {rule}()")), "{rule}");
        assert!(here.matches(&format!("\"{rule}\"")).count() > 0, "{rule}");
    }
}

#[test]
fn sessions_that_another_rule_tells_of_are_not_told_again() {
    let leaks = |closed: bool| {
        in_both(|speaks, wire| {
            let sessions: Vec<_> = (0x41..0x44)
                .map(|number| speaks.on(wire.connect(21, 10)).with_pipe(number, Who::Null))
                .collect();
            if closed {
                sessions[0].close(7);
            }
            wire.wait(91.0);
            let findings = wire.findings();
            let many = findings.iter().find(|finding| finding.rule == "many_null_sessions").unwrap();
            (many.severity, many.text.clone())
        })
    };
    let (severity, text) = leaks(false);
    let said = "The 3 null sessions of client 10.0.0.21 (WS-21) were open at the same time: every null session counts \
                by itself. They count as 3 slots";
    assert_eq!((severity, text.as_str()), (Severity::Info, said));
    // One that holds nothing is told of nowhere else as a warning.
    let (severity, text) = leaks(true);
    assert_eq!(severity, Severity::Warning);
    assert!(text.starts_with("Client 10.0.0.21 (WS-21) had 3 null sessions to server"), "{text}");
}

#[test]
fn a_denial_names_what_was_asked_for_and_by_whom() {
    let said = |talk: &dyn Fn(&Smb<'_>)| {
        in_both(|speaks, wire| {
            let smb = speaks.on(wire.connect(21, 10));
            smb.log_on(0x41, Who::Null);
            talk(&smb);
            wire.findings()[0].text.clone()
        })
    };
    let tree = said(&|smb| {
        smb.denied_tree(r"\\SRV\IPC$");
        smb.denied_tree(r"\\SRV\IPC$");
    });
    assert!(tree.contains(r"denied 2 anonymous tree connects to \\SRV\IPC$ by client 10.0.0.21"), "{tree}");
    let pipe = said(&|smb| {
        smb.ipc();
        smb.denied_open("spoolss");
    });
    assert!(pipe.contains(r"denied 1 anonymous open of \PIPE\spoolss by client 10.0.0.21"), "{pipe}");
}

#[test]
fn only_the_sessions_whose_calls_name_a_service_are_those_of_one() {
    let frames = in_both(|speaks, wire| {
        let smb = speaks.on(wire.connect(21, 10)).with_pipe(0x41, Who::Null);
        let call = NDR.request(2, 0, 69, &NDR.open_printer_ex_by(r"\\SRV\lp1", r"\\WS-21", "SYSTEM"));
        smb.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
        let other = speaks.on(wire.connect(21, 10)).with_pipe(0x42, Who::Null);
        other.pipe(7).open_printer(2, 2);
        wire.wait(91.0);
        let findings = wire.findings();
        let service = findings.iter().find(|finding| finding.rule == "local_system").unwrap();
        let (_, frame) = service.text.split_once("its print call names SYSTEM as the user (frame ").unwrap();
        let frame: u64 = frame.trim_end_matches(')').parse().unwrap();
        assert!(service.text.starts_with("1 null session of client"), "{}", service.text);
        // The call itself, which its answer follows.
        let handle = wire.ledger();
        let (_, session) = handle.sessions().next().unwrap();
        let granted = handle.opens_of(session).flat_map(|open| handle.handles(open)).next().unwrap();
        (service.sessions.len(), granted.opened.unwrap().frame - frame)
    });
    assert_eq!(frames, (1, 1));
}

#[test]
fn the_spooler_that_calls_for_a_user_who_is_connected_too_is_reconciled() {
    let text = |user: &'static str| {
        in_both(|speaks, wire| {
            let null = speaks.on(wire.connect(21, 10)).with_pipe(0x41, Who::Null);
            let call = NDR.request(2, 0, 69, &NDR.open_printer_ex_by(r"\\SRV\lp1", r"\\WS-21", user));
            null.pipe(7).exchange(&call, &NDR.response(2, 0, &NDR.handle_and(handle(1), 0)));
            speaks.on(wire.connect(21, 10)).log_on(0x42, ALICE);
            wire.wait(91.0);
            let findings = wire.findings();
            findings.into_iter().find(|finding| finding.rule == "local_system").unwrap().text
        })
    };
    let both = "The print spooler there calls for alice, but connects without credentials";
    assert!(text("alice").contains(both), "{}", text("alice"));
    assert!(!text("bob").contains("The print spooler there"), "{}", text("bob"));
}

#[test]
fn a_refusal_names_the_users_who_held_slots_and_what_they_did() {
    let text = |document: bool| {
        in_both(|speaks, wire| {
            speaks.on(wire.connect(21, 10)).with_pipe(0x41, Who::Null);
            let user = speaks.on(wire.connect(22, 10));
            user.log_on(0x42, ALICE);
            if document {
                user.disk(r"\\SRV\docs");
                user.open("letter.doc", 9);
            }
            wire.wait(100.0);
            speaks.on(wire.connect(24, 10)).set_up(0x45, Who::User("bob"), LICENSE_QUOTA_EXCEEDED);
            let findings = wire.findings();
            findings[0].text.split_once("At that time ").unwrap().1.to_owned()
        })
    };
    let held = "its slots were held by 1 leaked null session of WS-21 and 1 session of alice (WS-21)";
    assert_eq!(text(true), format!("{held}; alice had letter.doc open"));
    assert_eq!(text(false), format!("{held}, unused for 1m40s"));
}
