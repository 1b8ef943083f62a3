#!/bin/sh
# The range comes up, is what it says, and leaves nothing behind; as an ordinary user too when run as root.
set -u
BUILD=${1:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
range=$BUILD/hinomi-range
HINOMI_RANGE_DIR=$(mktemp -u /tmp/hinomi-up-XXXXXX)
export HINOMI_RANGE_DIR
failed=0
fail() { echo "FAIL: $1"; failed=1; }
ok() { what=$1; shift; "$@" >"$out" 2>&1 || { fail "$what"; tail -n 5 "$out"; }; }
not() { what=$1; shift; "$@" >"$out" 2>&1 && { fail "$what"; tail -n 5 "$out"; }; }
out=$(mktemp)
trap '"$range" down >/dev/null 2>&1; rm -f "$out"' EXIT
trap 'exit 1' INT TERM HUP

# until a command succeeds, at most 15 s
soon() { what=$1; shift; n=0
    until "$@" >"$out" 2>&1; do
        n=$((n + 1)); [ $n -lt 75 ] || { fail "$what"; tail -n 5 "$out"; return; }
        sleep 0.2
    done
}
not_alive() { ! "$range" beacon; }
gone() { [ ! -e "$HINOMI_RANGE_DIR" ]; }
# Other ranges may be up on this machine: ours are the processes in its pid namespaces, and those that name its folder.
remember() { spaces=$("$range" status --json | jq -r '.hosts[].pid' | while read -r p; do readlink "/proc/$p/ns/pid"; done); }
leftovers() {
    for p in /proc/[0-9]*; do
        space=$(readlink "$p/ns/pid" 2>/dev/null) || continue
        case "$spaces" in *"$space"*) echo "${p#/proc/}"; continue ;; esac
        { tr '\0' ' ' <"$p/cmdline"; } 2>/dev/null | grep -q "$HINOMI_RANGE_DIR" && echo "${p#/proc/}"
    done | grep -vx $$
}
search() { "$range" siem POST "/$1/_search" "$2"; }

"$range" up --no-play --pace 200 >"$out" 2>&1
rc=$?
[ $rc = 77 ] && { cat "$out"; exit 77; }
[ $rc = 0 ] || { cat "$out"; exit 1; }

remember
links_before=$(ip -o link 2>/dev/null | wc -l)
not 'a second range may not use the same folder' "$range" up
[ "$("$range" status --json | jq -r '.hosts | length')" = 7 ] || fail 'status names seven hosts'

# the way in
for h in ws-fin-01 ws-fin-02 db-01; do
    ok "ssh through the bastion to $h" "$range" exec -- ssh -o BatchMode=yes $h "test \$(hostname) = $h"
done
not 'the operator must not reach a target itself' \
    "$range" exec -- ssh -o ProxyJump=none -o BatchMode=yes -o ConnectTimeout=2 ws-fin-01 true
not 'a stranger without the key must not get in' \
    "$range" exec -- ssh -F /dev/null -o BatchMode=yes -o IdentityAgent=none -o StrictHostKeyChecking=no \
    -o UserKnownHostsFile=/dev/null 198.51.100.1 true
ok 'sftp works' "$range" exec -- sh -c 'echo pwd | sftp -b - ws-fin-01'
ok 'nft works in the session' "$range" exec -- ssh -o BatchMode=yes ws-fin-02 \
    'nft add table inet probe && nft list tables | grep -q probe && nft delete table inet probe'
ok 'what is written on a target stays there' "$range" exec -- ssh -o BatchMode=yes db-01 \
    'echo x >/tmp/hinomi-range-leak && mkdir /var/lib/hinomi-range-leak'
[ ! -e /tmp/hinomi-range-leak ] && [ ! -e /var/lib/hinomi-range-leak ] || fail 'a target wrote on the machine'

# the intrusion
not 'no beacon before the play' "$range" beacon
ok 'the play ends well' "$range" play --wait
ok 'the beacon is alive' "$range" beacon
pid=$("$range" beacon --json | jq .pid)
ok 'the beacon is the process that the alert names' sh -c "\"$range\" exec ws-fin-01 -- readlink /proc/$pid/exe | grep -qx /tmp/.cache-7f3a/updated"
search .alerts-security.alerts-default '{"size":1,"query":{"term":{"kibana.alert.severity":"critical"}}}' >"$out"
[ "$(jq '.hits.hits[0]._source.process.pid' "$out")" = "$pid" ] || fail 'the critical alert has the true pid'
told=$(jq -r '.hits.hits[0]._source.process.hash.sha256' "$out")
true_hash=$("$range" exec ws-fin-01 -- sha256sum /tmp/.cache-7f3a/updated | cut -d' ' -f1)
[ "$told" = "$true_hash" ] || fail 'the critical alert has the true hash'
started=$(jq -r '.hits.hits[0]._source.process.start' "$out")
age=$("$range" exec ws-fin-01 -- ps -o etimes= -p "$pid")
drift=$(($(date +%s) - $(date -d "$started" +%s) - age))
[ $drift -ge -2 ] && [ $drift -le 2 ] || fail "the start time is $drift s off"
[ "$(jq '.hits.hits[0]._source.process.Ext.ancestry | length' "$out")" -ge 4 ] || fail 'the beacon has its ancestry'
n=$(search .alerts-security.alerts-default '{"size":0,"track_total_hits":true,"query":{"wildcard":{"kibana.alert.rule.rule_id":"range-*"}}}' | jq .hits.total.value)
[ "$n" = 6 ] || fail "the intrusion raises 6 alerts, not $n"
n=$(search .alerts-security.alerts-default '{"size":0,"track_total_hits":true}' | jq .hits.total.value)
[ "$n" -ge 50 ] || fail "there are $n alerts in all"
soon 'the sensor sees the beacon' grep -q '"event_type":"alert".*"src_ip":"192.0.2.11"' "$HINOMI_RANGE_DIR/eve.json"
jq -e . "$HINOMI_RANGE_DIR/eve.json" >/dev/null || fail 'every EVE line is JSON'
soon 'the source is reached through the bastion' "$range" exec -- ssh -o BatchMode=yes -W 192.0.2.30:9200 bastion </dev/null
not 'the source is not reached without it' "$range" exec -- timeout 3 bash -c 'exec 3<>/dev/tcp/192.0.2.30/9200'

# isolation kills it, release lets it come back, killing ends it
ok 'reject' "$range" exec ws-fin-01 -- nft 'add table inet cut; add chain inet cut o { type filter hook output priority -150; }; add rule inet cut o ip daddr 203.0.113.0/24 meta l4proto tcp reject with tcp reset'
soon 'the beacon dies of it' not_alive
ok 'release' "$range" exec ws-fin-01 -- nft delete table inet cut
soon 'the beacon comes back' "$range" beacon
ok 'kill' "$range" exec ws-fin-01 -- kill -9 "$pid"
soon 'the beacon is gone' not_alive

# the end
ok 'down' "$range" down
gone || fail 'the folder is still there'
[ -z "$(leftovers)" ] || fail "processes are left: $(leftovers)"
[ "$(ip -o link 2>/dev/null | wc -l)" = "$links_before" ] || fail 'links are left'

"$range" up --no-play >"$out" 2>&1 || fail 'it comes up again'
remember
kill -9 "$("$range" status --json | jq .supervisor)"
soon 'a killed supervisor leaves no folder' gone
[ "$(timeout 60 "$range" up | grep -c bastion)" -ge 1 ] || fail 'it comes up a third time, and its pipe ends'
kill -9 "$(awk '/^PPid/{print $2}' "/proc/$("$range" status --json | jq .supervisor)/status")"
soon 'a killed keeper leaves no folder' gone
[ -z "$(leftovers)" ] || fail "processes are left: $(leftovers)"

# a program on the range, and its exit status
program=$(mktemp)
cat >"$program" <<'END'
#!/bin/sh
test "$1" = --config && test -r "$2" && test "$3" = --data && test "$5" = more && ssh -o BatchMode=yes bastion exit 7
END
chmod 755 "$program"
"$range" demo --no-play -- "$program" more >"$out" 2>&1 </dev/null &
demo=$!
wait $demo
[ $? = 7 ] || { fail 'demo passes the exit status on'; cat "$out"; }
rm -f "$program"
[ ! -e "/tmp/hinomi-demo-$demo" ] || fail 'the demo leaves a folder'

as_games() { setpriv --reuid games --regid games --clear-groups "$@"; }
if [ "$(id -u)" = 0 ] && [ -z "${HINOMI_UP_AGAIN:-}" ] && [ $failed = 0 ] && ! as_games test -x "$range"; then
    echo 'not tried as an ordinary user: this checkout lies where only root may look'
elif [ "$(id -u)" = 0 ] && [ -z "${HINOMI_UP_AGAIN:-}" ] && [ $failed = 0 ]; then
    # games is an account without a login of its own on every Debian
    HINOMI_UP_AGAIN=1 as_games sh "$0" "$BUILD" >"$out" 2>&1
    rc=$?
    case $rc in
    0) ;;
    77) echo "not as an ordinary user: $(tail -n 1 "$out")" ;;
    *) fail 'as an ordinary user'; cat "$out" ;;
    esac
fi
[ $failed = 0 ] && echo 'the range holds'
exit $failed
