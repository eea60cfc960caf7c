//! A fold over events: who holds what.
