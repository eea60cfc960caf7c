//! The reconstructor: packets in, events out.
