//! The server's tables at a moment beside what the server said of itself then.

mod common;

use std::collections::BTreeSet;

use common::{captures_with_truth, read, scan};
use serde_json::{Value, json};
use smbscope::report::NetSession;
use smbscope::scan::At;
use smbscope::wire::Timestamp;

/// A session: the client's port, who, its trees' shares, and, where the dialect is SMB2 or 3, its id and its trees' ids.
type Row = (u64, String, Vec<String>, Option<u64>, Vec<u64>);

/// What smbstatus says.
fn by_the_server(status: &Value) -> BTreeSet<Row> {
    let sessions = status["sessions"].as_object().unwrap().values();
    let rows = sessions.map(|session| {
        let port = session["hostname"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
        let who =
            if session["username"] == "nobody" { "nobody" } else { session["username"].as_str().unwrap() };
        let tcons = status["tcons"].as_object().into_iter().flat_map(|tcons| tcons.values());
        let trees: Vec<_> = tcons.filter(|tcon| tcon["session_id"] == session["session_id"]).collect();
        let number = |value: &Value| value.as_str().unwrap().parse::<u64>().unwrap();
        // The ids of SMB1 are not those on the wire.
        let is_smb1 = session["session_dialect"] == "NT1";
        let mut shares: Vec<_> =
            trees.iter().map(|tcon| tcon["service"].as_str().unwrap().to_uppercase()).collect();
        let mut ids: Vec<_> = trees.iter().map(|tcon| number(&tcon["tcon_id"])).collect();
        shares.sort_unstable();
        ids.sort_unstable();
        let id = (!is_smb1).then(|| number(&session["session_id"]));
        (port, who.to_owned(), shares, id, if is_smb1 { Vec::new() } else { ids })
    });
    rows.collect()
}

/// What the capture says.
fn by_the_capture(tables: &Value) -> BTreeSet<Row> {
    let mut rows = BTreeSet::new();
    for session in
        tables["servers"].as_array().unwrap().iter().flat_map(|s| s["sessions"].as_array().unwrap())
    {
        let port = session["client"].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
        let hex = |value: &Value| {
            u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
        };
        let is_smb1 = !session["dialect"].as_str().unwrap().starts_with("SMB ");
        // Anonymous clients and guests are the same account there.
        let who = match session["who"]["kind"].as_str().unwrap() {
            "user" => session["who"]["account"].as_str().unwrap().rsplit('\\').next().unwrap(),
            _ => "nobody",
        };
        let trees = session["trees"].as_array().unwrap();
        let share = |tree: &Value| tree["path"].as_str().unwrap().rsplit('\\').next().unwrap().to_uppercase();
        let mut shares: Vec<_> = trees.iter().map(share).collect();
        let mut ids: Vec<_> = trees.iter().map(|tree| hex(&tree["tree_id"])).collect();
        shares.sort_unstable();
        ids.sort_unstable();
        let id = (!is_smb1).then(|| hex(&session["session_id"]));
        rows.insert((port, who.to_owned(), shares, id, if is_smb1 { Vec::new() } else { ids }));
    }
    rows
}

#[test]
fn at_any_moment_they_are_those_of_the_server() {
    let (mut moments, mut wrong) = (0, Vec::new());
    for (path, truth) in captures_with_truth() {
        let snapshots = truth["snapshots"].as_array().cloned().unwrap_or_default();
        let capture = read(&path);
        let captured_to = capture.packets.last().map(|packet| packet.origin.time);
        for snapshot in snapshots {
            let seconds: f64 = snapshot["at"].as_str().unwrap().parse().unwrap();
            let at = Timestamp::from_nanos((seconds * 1e9) as i64);
            let ledger = scan(&capture.packets).at(At::Time(at)).run().unwrap().ledger;
            let tables = NetSession::new(&ledger, captured_to, std::time::Duration::from_secs(2), None);
            assert!(tables.text(80).to_string().lines().all(|line| line.chars().count() <= 80));
            let tables = json!(tables);
            let names = tables["servers"].as_array().unwrap().iter().map(|server| &server["name"]);
            assert!(
                names.clone().all(|name| *name == truth["server"]["name"]),
                "{:?}",
                names.collect::<Vec<_>>()
            );
            let (theirs, ours) = (by_the_server(&snapshot["smbstatus"]), by_the_capture(&tables));
            moments += 1;
            if theirs != ours {
                wrong.push(format!("{} at {seconds}\nserver {theirs:?}\nours   {ours:?}", path.display()));
            }
        }
    }
    assert!(moments >= 11 && wrong.is_empty(), "{moments} moments\n{}", wrong.join("\n"));
}
