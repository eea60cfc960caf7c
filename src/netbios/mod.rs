//! NetBIOS session service and direct TCP framing.
