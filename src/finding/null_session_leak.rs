//! Null sessions that hold a pipe or a printer handle and use neither (KB 328459).

use super::advice::Part;
use super::printing::Conditions;
use super::scene::{self, Judged, Scene};
use super::words::{Plain, Span, count};
use super::{Finding, Rule, Severity, hung_open_printer};
use crate::capture::Origin;
use crate::ledger::{CallFailure, Handle, Open, Stuck, Verdict, WaitingCall};

pub(super) const ADVICE: &[Part] = &[Part::Free, Part::Restrict, Part::PrinterShares, Part::Look];

const RULE: Rule = Rule {
    name: "null_session_leak",
    severity: Severity::Warning,
    source: "Microsoft KB 328459",
    refuted_by: "a later use of the handle or the pipe, its close, or the session's end, after the end of the capture",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    let leaked = |judged: &Judged<'_>| match judged.verdict {
        Verdict::Leaked | Verdict::WasLeaked => true,
        Verdict::Open => is_used_again(scene, judged),
        Verdict::Hung | Verdict::WasHung => !hung_open_printer::applies(scene, judged),
        _ => false,
    };
    scene.alike_clients(leaked, finding)
}

/// True for a session that held what it did not use, and is in use again. One that waited for a call did not hold it
/// unused.
fn is_used_again(scene: &Scene<'_>, judged: &Judged<'_>) -> bool {
    let waited = scene.ledger.longest_wait_of(judged.session);
    let waited = waited.is_some_and(|waited| waited.lasted > scene.grace);
    !waited
        && scene.ledger.longest_idle(judged.session) > scene.grace
        && scene.ledger.judge(judged.row, scene.grace).is_some_and(|judgement| judgement.stuck == Stuck::Yes)
}

fn finding(scene: &Scene<'_>, group: &[Judged<'_>], conditions: Option<&Conditions>) -> Option<Finding> {
    let first = group.first()?.session;
    let ended = first.closed.is_some();
    // Of those that ended, all that they had.
    let kept = |is_open: bool| ended || is_open;
    let opens = || group.iter().flat_map(|judged| scene.ledger.opens_of(judged.session));
    let pipes: Vec<&Open> = opens().filter(|open| open.holds() && kept(open.closed.is_none())).collect();
    let handles = opens().flat_map(|open| scene.ledger.handles(open));
    let handles: Vec<&Handle> = handles.filter(|handle| kept(handle.closed.is_none())).collect();
    let starts = group.iter().map(|judged| scene::start(judged.session));
    let granted = handles.iter().filter_map(|handle| handle.opened);
    let used = handles.iter().map(|handle| handle.used.last);
    let opened = pipes.iter().filter_map(|pipe| pipe.opened);
    let ends = group.iter().filter_map(|judged| Some(judged.session.closed?.at));
    let shown = conditions.into_iter().flat_map(|both| both.frames);
    let mut frames: Vec<Origin> =
        starts.chain(granted).chain(used).chain(opened).chain(ends).chain(shown).collect();
    let hung =
        group.iter().filter(|judged| matches!(judged.verdict, Verdict::Hung | Verdict::WasHung)).count();
    let what = scene::holdings(&pipes, &handles);
    let has = scene::has(group.len());
    let used_again = !ended && group.iter().all(|judged| judged.verdict == Verdict::Open);
    let longest = || {
        let idle =
            group.iter().map(|judged| scene.ledger.longest_idle(judged.session)).max().unwrap_or_default();
        let up_to = if group.len() == 1 { "" } else { "up to " };
        format!("{up_to}{}", Span::from(idle))
    };
    let did = match (ended, what.as_str()) {
        (false, what) if used_again && !what.is_empty() => {
            let are = if group.len() == 1 { "is" } else { "are" };
            format!("held {what} unused for {} and {are} in use again", longest())
        }
        (true, "") => format!("{has} ended"),
        (true, what) => format!("held {what} unused for {} and {has} ended", longest()),
        (false, "") => "never closed".to_owned(),
        (false, what) => {
            let hold = if group.len() == 1 { "holds" } else { "hold" };
            format!("never closed and still {hold} {what}")
        }
    };
    let waited = waited(hung, group.len(), ended);
    let call = call(&pipes, hung == 0 && !ended);
    let text_of_call = call.as_ref().map(|(text, _)| format!("; {text}"));
    let text = format!(
        "{} of client {}{} to server {} {did}{waited}{}. {}{}",
        count(group.len(), "null session"),
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        scene.servers(group),
        text_of_call.unwrap_or_default(),
        scene.takes(group, ended),
        conditions.map(|both| format!(". {}", both.text)).unwrap_or_default(),
    );
    frames.extend(call.into_iter().flat_map(|(_, frames)| frames));
    frames.sort_unstable();
    frames.dedup();
    RULE.finding(group, frames, text)
}

/// A call that came to nothing on one of some pipes, with its frames: `RpcOpenPrinterEx of \\PRNSRV\lp1 (frame 20) was
/// cancelled after 1m40s (frame 24)`. One that is unanswered is told if `waits`.
fn call(pipes: &[&Open], waits: bool) -> Option<(String, Vec<Origin>)> {
    let named = |call: &WaitingCall| {
        let object = call.object.as_deref().map(|name| format!(" of {}", Plain::name(name)));
        format!("{}{}", call.name(), object.unwrap_or_default())
    };
    if let Some(failed) = pipes.iter().find_map(|pipe| pipe.failed.as_deref()) {
        let (call, sent, how) = (named(&failed.call), failed.call.sent, scene::how_it_failed(failed));
        let text = match failed.how {
            CallFailure::Cancelled => {
                format!("{call} (frame {}) was {how} (frame {})", sent.frame, failed.at.frame)
            }
            CallFailure::Returned(_) => format!("{call} {how} (frame {})", failed.at.frame),
        };
        return Some((text, vec![sent, failed.at]));
    }
    let call = scene::unanswered_call(pipes).filter(|_| waits)?;
    Some((format!("{} (frame {}) is unanswered", named(call), call.sent.frame), vec![call.sent]))
}

/// `; it waits for an answer`, of those in which another call or a request hangs, or hung.
fn waited(hung: usize, sessions: usize, ended: bool) -> String {
    let who = match (hung, sessions) {
        (0, _) => return String::new(),
        (1, 1) => "it".to_owned(),
        _ => format!("{hung} of them"),
    };
    let waits = match (ended, hung) {
        (true, _) => "waited too long",
        (false, 1) => "waits",
        (false, _) => "wait",
    };
    format!("; {who} {waits} for an answer")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, found_by};

    #[test]
    fn a_null_session_that_holds_a_handle_unused_is_a_leak() {
        let mut made = Made::new();
        made.null_session(1);
        made.handle(1);
        let granted = made.granted(1);
        let findings = found_by("null_session_leak", &made.ended_after(91.0), 90.0);
        assert_eq!(findings.len(), 1);
        let finding = findings.first().unwrap();
        assert!(finding.text.contains("1 null session of client 192.168.1.21 (WS-21)"), "{}", finding.text);
        assert_eq!((finding.sessions.len(), finding.client.as_deref()), (1, Some("192.168.1.21:1001")));
        assert!(finding.frames.contains(&granted));
    }

    #[test]
    fn sessions_of_one_client_are_one_finding() {
        let mut made = Made::new();
        for client in 1..=3 {
            made.null_session(client);
            made.handle(client);
        }
        let findings = found_by("null_session_leak", &made.ended_after(91.0), 90.0);
        assert_eq!(findings.len(), 1);
        let finding = findings.first().unwrap();
        assert_eq!((finding.sessions.len(), finding.client.as_deref()), (3, Some("192.168.1.21")));
    }

    #[test]
    fn it_does_not_fire_within_the_grace_or_on_a_handle_closed_or_on_a_user() {
        let mut young = Made::new();
        young.null_session(1);
        young.handle(1);
        assert_eq!(found_by("null_session_leak", &young.ended_after(89.0), 90.0).len(), 0);

        let mut closed = Made::new();
        closed.null_session(1);
        closed.handle(1);
        closed.close_all(1);
        assert_eq!(found_by("null_session_leak", &closed.ended_after(91.0), 90.0).len(), 0);

        let mut user = Made::new();
        user.user_session(1);
        user.handle(1);
        assert_eq!(found_by("null_session_leak", &user.ended_after(91.0), 90.0).len(), 0);
    }

    #[test]
    fn a_call_that_opens_nothing_and_hangs_is_a_leak_too() {
        let mut made = Made::new();
        made.null_session(1);
        made.call(1, 0);
        made.server_seen(1);
        let findings = found_by("null_session_leak", &made.ended_after(91.0), 90.0);
        assert_eq!(findings.len(), 1);
        assert!(findings.first().unwrap().text.contains("; it waits for an answer."));
    }

    #[test]
    fn it_names_every_port_of_the_server() {
        let mut made = Made::new();
        made.null_session(1);
        made.server = crate::net::Endpoint::new("192.168.1.10".parse().unwrap(), 445);
        made.null_session(2);
        let findings = found_by("null_session_leak", &made.ended_after(91.0), 90.0);
        let text = &findings.first().unwrap().text;
        assert!(
            text.contains("to server 192.168.1.10 (ports 139, 445) never closed and still hold 2 pipes"),
            "{text}"
        );
    }

    #[test]
    fn what_holds_nothing_and_waits_is_told_without_an_empty_list() {
        use crate::session::{EventKind, SessionEvent, SessionId};

        for (ended, said) in
            [(false, "never closed; it waits for an answer."), (true, "has ended; it waited too long")]
        {
            let mut made = Made::new();
            made.null_session_alone(1);
            let (session, command, target) = (SessionId::Uid(100), "SMB_COM_NT_CREATE_ANDX", None);
            let waiting = SessionEvent::Waiting { session, command, target, answered: None };
            made.tell(1, EventKind::Session(waiting));
            made.wait(100.0);
            made.server_seen(1);
            if ended {
                made.disconnect(1);
            }
            let findings = found_by("null_session_leak", &made.ended_after(1.0), 90.0);
            let text = &findings.first().unwrap().text;
            assert!(text.contains(said), "{text}");
        }
    }
}
