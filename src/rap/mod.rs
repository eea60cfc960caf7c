//! The remote administration protocol over `\PIPE\LANMAN` (\[MS-RAP\]), mailslots and the browser protocol inside
//! (\[MS-MAIL\], \[MS-BRWS\]).
