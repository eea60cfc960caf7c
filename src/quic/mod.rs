//! QUIC, as far as it is in clear: the headers of its first packets, and what a client says that it wants to speak.
//!
//! The keys of Initial packets come from a connection id that they carry (RFC 9001 5.2), so whoever sees them can read
//! them. That takes the feature `quic`; without it a [`Hello`] stays unread.

mod frames;
mod hello;
mod packet;
#[cfg(feature = "quic")]
mod protection;
#[cfg(test)]
mod tests;

pub use hello::Hello;
pub use packet::{Initial, LongHeader, Version, packets};
