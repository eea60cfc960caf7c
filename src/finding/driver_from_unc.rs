//! A printer driver with a file on another machine (CVE-2021-1675, CVE-2021-34527, "PrintNightmare").

use super::advice::Part;
use super::scene::{self, Judged, Scene};
use super::words::Plain;
use super::{Finding, Rule, Severity};
use crate::ledger::{Asked, AskedFor};

pub(super) const ADVICE: &[Part] = &[
    Part::Say(
        "Clients that add a driver copy its files to the server first; a file on a share of another machine is how \
        code gets in, since the spooler of Windows loads a driver as LocalSystem. Look at that share and at who the \
        client is.",
    ),
    Part::Drivers,
];

const RULE: Rule = Rule {
    name: "driver_from_unc",
    severity: Severity::Warning,
    source: "CVE-2021-34527, Microsoft KB 5005010",
    refuted_by: "a share of the server's own, under another of its names, as print$ is",
};

pub(super) fn find(scene: &Scene<'_>) -> Vec<Finding> {
    scene.ledger.asked().iter().filter_map(|asked| finding(scene, asked)).collect()
}

fn finding(scene: &Scene<'_>, asked: &Asked) -> Option<Finding> {
    let AskedFor::DriverFromUnc { path } = &asked.what else { return None };
    let session = scene.ledger.session(asked.session)?;
    let verdict = scene.ledger.judge(asked.session, scene.grace)?.verdict;
    let text = format!(
        "Client {}{} asked server {} to load a printer driver from {}: the server {}",
        session.client.host(),
        scene::in_brackets(scene::client_name(scene.ledger, session)),
        session.server,
        Plain::name(path),
        scene::outcome(asked),
    );
    let frames = core::iter::once(asked.at).chain(asked.answered).collect();
    RULE.finding(&[Judged { row: asked.session, session, verdict }], frames, text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Made, rules};
    use crate::session::{EventKind, Notice, OpenId};

    #[test]
    fn it_fires_on_a_driver_from_another_machine_and_says_what_came_back() {
        let mut made = Made::new();
        made.user_session(1);
        made.call(1, 89, "RpcAddPrinterDriverEx");
        let path = r"\\10.0.0.9\share\evil.dll".to_owned();
        made.tell(1, EventKind::Notice(Notice::DriverPath { open: OpenId::Fid(0x4001), call: 1, path }));
        made.answer(1);
        let findings = super::super::all(&made.ended_after(1.0), 90.0);
        assert_eq!(rules(&findings), ["driver_from_unc"]);
        assert!(findings[0].text.ends_with("evil.dll: the server did so"), "{}", findings[0].text);
        assert_eq!(findings[0].frames.len(), 2);
    }

    #[test]
    fn it_does_not_fire_on_a_call_without_such_a_path() {
        let mut made = Made::new();
        made.user_session(1);
        made.call(1, 89, "RpcAddPrinterDriverEx");
        made.answer(1);
        assert_eq!(rules(&super::super::all(&made.ended_after(1.0), 90.0)), [""; 0]);
    }
}
