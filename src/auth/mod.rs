//! Who is there: DER and SPNEGO, NTLMSSP, Kerberos.
