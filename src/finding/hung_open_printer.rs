//! Null sessions whose call to open a printer has no answer (KB 328459).

use super::scene::{self, Judged, Scene};
use super::words::{Plain, Span, count};
use super::{Finding, Rule, Severity};
use crate::capture::Origin;
use crate::ledger::{Verdict, WaitingCall};

const RULE: Rule = Rule {
    name: "hung_open_printer",
    severity: Severity::Warning,
    advice: concat!(
        "On the server, find out why its spooler does not answer: is the Print Spooler service running, does the ",
        "printer named answer on its port, do its driver and port monitor hang? Restarting the service (net stop ",
        "spooler, net start spooler) ends the calls that wait and runs the handles down. Update or isolate the ",
        "driver if it comes back.\n",
        "Until then each try of a client may leave one more null session behind: RPC keeps a pipe for every call ",
        "that is active and lets go of it only when its context handle is closed.\n",
        restrict_null_sessions!(),
        remove_printer_shares!(),
        free_the_slots!(),
    ),
    source: "Microsoft KB 328459",
    refuted_by: "an answer to the call after the end of the capture, or one that the capture missed without a trace",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    scene.groups(|judged| applies(scene, judged)).iter().filter_map(|group| finding(scene, group)).collect()
}

/// True if the session hangs in a call that opens a printer.
pub(super) fn applies(scene: &Scene<'_>, judged: &Judged<'_>) -> bool {
    let opens_printer = |call: &WaitingCall| call.procedure.is_some_and(|name| name.contains("OpenPrinter"));
    judged.verdict == Verdict::Hung
        && scene.hung_call(judged.session).is_some_and(|(_, call)| opens_printer(call))
}

fn finding(scene: &Scene<'_>, group: &[Judged<'_>]) -> Option<Finding> {
    let first = group.first()?.session;
    let calls: Vec<&WaitingCall> =
        group.iter().filter_map(|judged| Some(scene.hung_call(judged.session)?.1)).collect();
    let oldest = calls.iter().min_by_key(|call| call.sent)?;
    let starts = group.iter().map(|judged| scene::start(judged.session));
    let mut frames: Vec<Origin> = starts.chain(calls.iter().map(|call| call.sent)).collect();
    frames.sort_unstable();
    let object = oldest.object.as_deref().map(|name| format!(" of {}", Plain::name(name)));
    let text = format!(
        "{} of client {}{} to server {} {} in {}{}{} for {}. {} a slot of its own",
        count(group.len(), "null session"),
        first.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, first)),
        first.server,
        if group.len() == 1 { "hangs" } else { "hang" },
        oldest.name(),
        object.unwrap_or_default(),
        if group.len() == 1 { "" } else { ", the longest" },
        Span::between(oldest.sent.time, scene.end),
        scene::takes(group.len()),
    );
    RULE.finding(group, frames, text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, rules};

    #[test]
    fn an_open_printer_without_an_answer_is_found() {
        let mut made = Made::new();
        made.null_session(1);
        made.call(1, 69, "RpcOpenPrinterEx");
        made.server_seen(1);
        let findings = super::super::all(&made.ended_after(100.0), 90.0);
        assert_eq!(rules(&findings), ["hung_open_printer"]);
        let text = &findings.first().unwrap().text;
        assert!(
            text.contains(r"hangs in RpcOpenPrinterEx of \\PRNSRV\lp1 for 1m40s. It takes a slot"),
            "{text}"
        );
    }

    #[test]
    fn it_does_not_fire_on_an_answer_or_a_younger_call() {
        let mut answered = Made::new();
        answered.null_session(1);
        answered.call(1, 69, "RpcOpenPrinterEx");
        answered.answer(1);
        answered.close_all(1);
        assert_eq!(rules(&super::super::all(&answered.ended_after(100.0), 90.0)), [""; 0]);

        let mut young = Made::new();
        young.null_session(1);
        young.call(1, 69, "RpcOpenPrinterEx");
        young.server_seen(1);
        assert_eq!(rules(&super::super::all(&young.ended_after(89.0), 90.0)), [""; 0]);
    }

    #[test]
    fn a_call_whose_server_was_never_seen_again_is_a_leak_and_not_a_hang() {
        let mut made = Made::new();
        made.null_session(1);
        made.call(1, 69, "RpcOpenPrinterEx");
        assert_eq!(rules(&super::super::all(&made.ended_after(100.0), 90.0)), ["null_session_leak"]);
    }
}
