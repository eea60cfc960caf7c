//! Interface UUIDs and procedure names.
