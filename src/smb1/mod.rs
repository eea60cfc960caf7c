//! SMB1: \[MS-CIFS\] and \[MS-SMB\].
