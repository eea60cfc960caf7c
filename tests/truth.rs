//! The main job against captures whose truth the clients and the server told: every session, identity, handle and
//! verdict, whatever the segmentation; and under loss nothing invented.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use common::rewrite::{self, Random};
use common::{Known, Owned, analyze, captures_with_truth, ledger_sessions, read, truth_sessions};
use serde_json::Value;
use smbscope::capture::Origin;
use smbscope::finding;
use smbscope::ledger::{Handle, Ledger};
use smbscope::net::{Decoded, Decoder};
use smbscope::session::ConnectionEnd;

fn grace(truth: &Value) -> Duration {
    Duration::from_secs_f64(truth["grace"].as_f64().unwrap_or(2.0))
}

#[test]
fn every_session_of_every_capture_is_as_its_truth_says() {
    let mut wrong = Vec::new();
    for (path, truth) in captures_with_truth() {
        if truth["lost"].is_number() || truth["sessions"].as_array().is_none_or(Vec::is_empty) {
            continue; // thinned out already, or nobody told of its sessions
        }
        let capture = read(&path);
        let ledger = analyze(&capture.packets, capture.end);
        let (ours, theirs) = (ledger_sessions(&ledger, grace(&truth)), truth_sessions(&truth));
        for port in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
            let (ours, theirs) = (ours.get(port), theirs.get(port));
            let agree = |(ours, theirs): (&Vec<Known>, &Vec<Known>)| {
                ours.len() == theirs.len()
                    && ours.iter().zip(theirs).all(|(ours, theirs)| ours.agrees(theirs))
            };
            if !ours.zip(theirs).is_some_and(agree) {
                wrong.push(format!("{} port {port}\n  ours  {ours:?}\n  truth {theirs:?}", path.display()));
            }
        }
        // A client's port is null where the client did not tell it.
        let refused: Vec<u64> = ledger.refusals().iter().map(|refusal| refusal.client.port.into()).collect();
        let refused_truth: Vec<Option<u64>> = truth["refusals"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|refusal| refusal["client_port"].as_u64())
            .collect();
        let same = |(ours, theirs): (&u64, &Option<u64>)| theirs.is_none_or(|theirs| *ours == theirs);
        if refused.len() != refused_truth.len() || !refused.iter().zip(&refused_truth).all(same) {
            wrong
                .push(format!("{} refusals\n  ours  {refused:?}\n  truth {refused_truth:?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn handles_are_granted_named_and_closed_in_the_frames_that_have_their_bytes() {
    let mut handles = 0;
    for (path, truth) in captures_with_truth() {
        let sessions = truth["sessions"].as_array().into_iter().flatten();
        let told: Vec<&Value> =
            sessions.flat_map(|session| session["handles"].as_array().into_iter().flatten()).collect();
        if told.iter().all(|handle| handle["frames"].is_null()) {
            continue;
        }
        let capture = read(&path);
        let ledger = analyze(&capture.packets, capture.end);
        let opens: Vec<_> = ledger.sessions().flat_map(|(_, session)| ledger.opens_of(session)).collect();
        let ours: BTreeMap<String, &Handle> = opens
            .iter()
            .flat_map(|open| ledger.handles(open))
            .map(|handle| (handle.handle.to_string(), handle))
            .collect();
        for handle in told.into_iter().filter(|handle| !handle["frames"].is_null()) {
            let (bytes, frames) = (handle["handle"].as_str().unwrap(), &handle["frames"]);
            let ours = ours[bytes];
            let context = format!("{} {bytes}", path.display());
            let opener = ours.opened_by.and_then(|opener| opener.name());
            assert_eq!(opener, handle["opened_by"].as_str(), "{context}");
            if let Some(object) = handle["object"].as_str() {
                assert_eq!(ours.object.as_deref(), Some(object), "{context}");
            }
            assert_eq!(ours.opened.map(|at| at.frame), frames["granted"].as_u64(), "{context} granted");
            assert!(Some(ours.used.last.frame) >= frames["named"].as_u64(), "{context} named");
            if !frames["closed"].is_null() {
                let closed = ours.closed.map(|closing| closing.at.frame);
                assert_eq!(closed, frames["closed"].as_u64(), "{context} closed");
            }
            handles += 1;
        }
    }
    assert!(handles > 50, "only {handles} handles");
}

#[test]
fn findings_are_of_what_the_clients_did() {
    let captures = captures_with_truth().into_iter().filter(|(_, truth)| truth["findings"].is_array());
    let captures: Vec<_> = captures.collect();
    // The rules that the captures are about: none of them fires where it must not. Others have tests of their own.
    let rules: BTreeSet<String> = captures
        .iter()
        .flat_map(|(_, truth)| truth["findings"].as_array().unwrap())
        .map(|found| found["rule"].as_str().unwrap().to_owned())
        .collect();
    assert!(!rules.is_empty());
    for (path, truth) in captures {
        let expected = truth["findings"].as_array().unwrap();
        let capture = read(&path);
        let ledger = analyze(&capture.packets, capture.end);
        let port = |row| ledger.session(row).map_or(0, |session| u64::from(session.client.port));
        let ours: BTreeSet<(String, BTreeSet<u64>)> = finding::all(&ledger, grace(&truth))
            .into_iter()
            .filter(|found| rules.contains(found.rule))
            .map(|found| (found.rule.to_owned(), found.sessions.into_iter().map(port).collect()))
            .collect();
        let ports = |found: &Value| {
            found["client_ports"].as_array().unwrap().iter().map(|port| port.as_u64().unwrap()).collect()
        };
        let theirs = expected.iter().map(|found| (found["rule"].as_str().unwrap().to_owned(), ports(found)));
        assert_eq!(ours, theirs.collect(), "{}", path.display());
    }
}

/// The verdicts of a rewritten capture that differ from those of the capture itself.
fn changed(
    packets: &[Owned],
    rewritten: &[Owned],
    capture: &common::InMemory,
    grace: Duration,
) -> Option<String> {
    let before = ledger_sessions(&analyze(packets, capture.end), grace);
    let after = ledger_sessions(&analyze(rewritten, capture.end), grace);
    (before != after).then(|| {
        let ports = before.keys().chain(after.keys()).filter(|port| before.get(port) != after.get(port));
        let ports: BTreeSet<_> = ports.collect();
        let lines = ports
            .iter()
            .map(|port| format!("  {port}: {:?}\n    -> {:?}", before.get(port), after.get(port)));
        lines.collect::<Vec<_>>().join("\n")
    })
}

fn unchanged_by(name: &str, rewriting: impl Fn(&[Owned]) -> Vec<Owned>) {
    let mut wrong = Vec::new();
    for (path, truth) in captures_with_truth() {
        let capture = read(&path);
        if capture.packets.len() > 20_000 {
            continue;
        }
        let rewritten = rewriting(&capture.packets);
        if let Some(difference) = changed(&capture.packets, &rewritten, &capture, grace(&truth)) {
            wrong.push(format!("{} {name}\n{difference}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} captures differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn segments_split_into_single_bytes_change_nothing() {
    unchanged_by("single bytes", |packets| rewrite::split(packets, 1));
}

#[test]
fn segments_split_at_other_places_change_nothing() {
    for size in [2, 3, 7, 64, 130] {
        unchanged_by(&format!("split at {size}"), |packets| rewrite::split(packets, size));
    }
}

#[test]
fn doubled_packets_change_nothing() {
    unchanged_by("doubled", rewrite::double);
    unchanged_by("split and doubled", |packets| rewrite::double(&rewrite::split(packets, 11)));
}

#[test]
fn swapped_neighbours_change_nothing() {
    unchanged_by("swapped", rewrite::swap);
    for seed in 1..=10 {
        unchanged_by(&format!("shuffled, seed {seed}"), |packets| {
            rewrite::shuffle(packets, 1 + seed as usize % 8, &mut Random::new(seed))
        });
    }
    unchanged_by("split and shuffled", |packets| {
        rewrite::shuffle(&rewrite::split(packets, 9), 6, &mut Random::new(99))
    });
}

#[test]
fn smb_is_found_on_any_port() {
    unchanged_by("other ports", rewrite::move_ports);
    unchanged_by("other ports, single bytes", |packets| rewrite::split(&rewrite::move_ports(packets), 1));
}

#[test]
fn a_capture_begun_later_accuses_nobody_new_and_clears_nobody() {
    let mut wrong = Vec::new();
    for (path, truth) in captures_with_truth() {
        let capture = read(&path);
        let whole = ledger_sessions(&analyze(&capture.packets, capture.end), grace(&truth));
        for cut in 1..20 {
            let later = &capture.packets[capture.packets.len() * cut / 20..];
            for (port, found) in ledger_sessions(&analyze(later, capture.end), grace(&truth)) {
                let Some([known]) = whole.get(&port).map(Vec::as_slice) else { continue };
                for found in found {
                    let invented = accuses(&found.verdict) && !accuses(&known.verdict);
                    // Of a session that has ended, what it did before the capture begins is not in it.
                    let goes_on = matches!(known.verdict.as_str(), "leaked" | "hung");
                    let hidden = goes_on && matches!(found.verdict.as_str(), "closed" | "abandoned");
                    let mistaken = found.who != "unknown" && found.who != known.who;
                    if invented || hidden || mistaken {
                        wrong.push(format!(
                            "{} port {port} cut {cut}/20: {known:?} -> {found:?}",
                            path.display()
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// The packets that reset connections, by the client's port.
fn resets(ledger: &Ledger) -> BTreeMap<u16, Origin> {
    let closed =
        ledger.connections().filter_map(|(_, connection)| Some((connection.client.port, connection.closed?)));
    closed
        .filter(|(_, closing)| closing.by == ConnectionEnd::Rst)
        .map(|(port, closing)| (port, closing.at))
        .collect()
}

/// The last packet of each port other than the services'.
fn last_packets(packets: &[Owned]) -> BTreeMap<u16, Origin> {
    let mut decoder = Decoder::default();
    let mut last = BTreeMap::new();
    for packet in packets {
        let owned = packet.packet();
        if let Decoded::Tcp(segment) = decoder.decode(&owned) {
            last.insert(segment.source.port.max(segment.destination.port), packet.origin);
        }
    }
    last
}

/// True for the verdicts that accuse.
fn accuses(verdict: &str) -> bool {
    matches!(verdict, "leaked" | "hung" | "was_leaked" | "was_hung")
}

#[test]
fn loss_invents_nothing_and_hides_little() {
    let (mut found, mut leaks) = (0, 0);
    let mut wrong = Vec::new();
    for (path, truth) in captures_with_truth() {
        let capture = read(&path);
        if capture.packets.len() > 5_000 {
            continue;
        }
        let whole_ledger = analyze(&capture.packets, capture.end);
        let whole = ledger_sessions(&whole_ledger, grace(&truth));
        let resets = resets(&whole_ledger);
        let lasts = last_packets(&capture.packets);
        let only = |known: &Vec<Known>| (known.len() == 1).then(|| known[0].clone());
        for (share, burst, seeds) in
            [(0.005, 1, 40), (0.02, 1, 20), (0.05, 1, 20), (0.02, 3, 20), (0.05, 8, 20)]
        {
            for seed in 0..seeds {
                let thinned = rewrite::lose(&capture.packets, share, burst, &mut Random::new(seed * 7 + 3));
                let lasts_after = last_packets(&thinned);
                let ledger = analyze(&thinned, capture.end);
                let lossy = ledger_sessions(&ledger, grace(&truth));
                for (port, known) in &whole {
                    let Some(known) = only(known) else { continue };
                    // A RST is all there is of such an end; without it nothing on the wire tells.
                    let reset = resets.get(port);
                    if reset.is_some_and(|reset| !thinned.iter().any(|packet| packet.origin == *reset)) {
                        continue;
                    }
                    // A burst may take the whole end of a connection, and then nothing tells either.
                    if burst > 1 && lasts_after.get(port) != lasts.get(port) {
                        continue;
                    }
                    let after = lossy.get(port).map(|known| known.as_slice()).unwrap_or_default();
                    let context = || {
                        format!(
                            "{} port {port} loss {share} in bursts of {burst}, seed {seed}: {known:?} -> {after:?}",
                            path.display()
                        )
                    };
                    for after in after {
                        if accuses(&after.verdict) && !accuses(&known.verdict) {
                            wrong.push(format!("invented: {}", context()));
                        }
                        if accuses(&known.verdict) && matches!(after.verdict.as_str(), "closed" | "abandoned")
                        {
                            wrong.push(format!("hidden: {}", context()));
                        }
                        if after.who != "unknown" && after.who != known.who {
                            wrong.push(format!("mistaken: {}", context()));
                        }
                    }
                    if share < 0.01 && accuses(&known.verdict) {
                        leaks += 1;
                        found += usize::from(after.iter().any(|after| accuses(&after.verdict)));
                    }
                }
            }
        }
    }
    println!("at 0.5 % loss {found} of {leaks} leaks found; {} wrong", wrong.len());
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(found * 10 >= leaks * 9, "{found} of {leaks} leaks found");
}
