//! File system structures that both dialects of SMB carry: \[MS-FSCC\].
