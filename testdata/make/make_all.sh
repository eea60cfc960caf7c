#!/bin/bash
# make_all.sh WORKDIR [OUTDIR [NAME…]]: makes the captures and their truth files again, all of them or those named.
# Needs root and Debian's samba, samba-testsuite, smbclient, python3-samba, tcpdump, tshark (for editcap and mergecap), iproute2,
# and impacket for python3. It runs in network, mount and process namespaces of its own: a server already
# on ports 445 and 139 is not in the way, and loopback carries nothing else.
# The captures in testdata/stories are another script's: python3 stories.py [OUTDIR].
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { sed -n '2,3p' "$0" >&2; exit 2; }
work=$(realpath -m "$1"); out=$(realpath -m "${2:-$here/..}"); shift; [ $# -eq 0 ] || shift
mkdir -p "$work" "$out"
exec unshare --net --mount --pid --fork --mount-proc --kill-child \
  bash -c 'ip link set lo up; sleep 2; exec python3 "$@"' make "$here/scenarios.py" "$work" "$out" "$@"
