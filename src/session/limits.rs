//! How much the analyzer holds.

use crate::dcerpc::CallLimits;
use crate::net::FragmentLimits;
use crate::tcp::FlowLimits;
use crate::wire::options;

/// Caps of the analyzer's tables. What goes beyond is told as [`Loss::Evicted`](super::Loss::Evicted).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// IP datagrams that wait for their fragments.
    pub fragments: FragmentLimits,
    /// Segments of one connection that wait for what comes before them.
    pub flow: FlowLimits,
    /// TCP connections that are followed, ended ones and those that carry something else included.
    pub connections: usize,
    /// NetBEUI sessions that are followed, ended ones included, and links of two stations that carry them.
    pub netbeui_sessions: usize,
    /// Requests of one connection that wait for their answer.
    pub requests: usize,
    /// Sessions, and trees, of one connection.
    pub sessions: usize,
    /// Opens of one connection.
    pub opens: usize,
    /// Calls of one pipe that wait for their answer, and handles that are known on it.
    pub calls: usize,
    /// Calls of several fragments that are put together.
    pub fragments_of_calls: CallLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fragments: FragmentLimits::default(),
            flow: FlowLimits::default(),
            connections: 100_000,
            netbeui_sessions: 4_096,
            requests: 8_192,
            sessions: 4_096,
            opens: 65_536,
            calls: 1_024,
            fragments_of_calls: CallLimits::default(),
        }
    }
}

options! {
    Limits {
        fragments: FragmentLimits,
        flow: FlowLimits,
        connections: usize,
        netbeui_sessions: usize,
        requests: usize,
        sessions: usize,
        opens: usize,
        calls: usize,
        fragments_of_calls: CallLimits,
    }
}
