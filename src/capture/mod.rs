//! Capture files: pcap and pcapng, plain or gzip, one or many as one timeline.
