//! DCE/RPC: PDUs, bind, fragments, NDR.
