//! TCP streams.
