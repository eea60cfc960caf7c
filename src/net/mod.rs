//! Link layer and IP.
