//! Scripted conversations: what real clients and servers seldom show, written down message by message.
//!
//! A scenario says on a [`wire::Wire`] who sends what, and which of it the capture has; then it compares the
//! [`story`] that the ledger tells.
#![allow(dead_code, reason = "the words of the scripts are more than any one of them uses")]

#[path = "../common/mod.rs"]
mod common;

mod bytes;
mod either;
mod nbf;
mod ntlm;
mod rpc;
mod smb1;
mod smb2;
mod story;
mod wire;

mod advice;
mod all_clear;
mod analyzers;
mod calls;
mod clock;
mod door;
mod doubtful;
mod findings;
mod flow;
mod framing;
mod from_before;
mod gaps;
mod handles;
mod live;
mod losses;
mod netbeui;
mod page;
mod ports;
mod raw;
mod seldom;
mod signing;
mod slots;
mod smb1_sessions;
mod smb2_sessions;
mod streams;
mod tails;
mod unread;
mod verdicts;
