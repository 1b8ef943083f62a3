#!/bin/sh
# The whole main job by the command line alone, on the range: from the first alert to a contained host and back.
set -u
cd "$(dirname "$0")/.."
BUILD=${1:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
work=$(mktemp -d /tmp/hinomi-story-XXXXXX)
export HINOMI_RANGE_DIR="$work/range"
range=$BUILD/hinomi-range
trap '"$range" down </dev/null >/dev/null 2>&1; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
die() { echo "FAIL: $1"; cat "$work/out" "$work/err" 2>/dev/null; exit 1; }
h() { timeout 60 "$range" exec -- "$BUILD/hinomi" --config "$work/range/hinomi.conf" --data "$work/data" "$@" \
    </dev/null >"$work/out" 2>"$work/err"; }
ok() { what=$1; shift; h "$@" || die "$what (status $?)"; }
holds() { jq -es "$2" <"$work/out" >/dev/null || die "$1"; }
beacon() { "$range" beacon </dev/null >/dev/null 2>&1; }
soon() { n=0; until eval "$2"; do n=$((n + 1)); [ $n -lt 100 ] || die "$1"; sleep 0.2; done; }

"$range" up --pace 200 </dev/null >"$work/up" 2>&1
rc=$?
[ $rc = 77 ] && { cat "$work/up"; exit 77; }
[ $rc = 0 ] || { cat "$work/up"; exit 1; }
"$range" play --wait </dev/null >"$work/up" 2>&1 || die 'the play'

ok 'pull' pull --json
holds 'alerts and telemetry came' '.[0].alerts.new > 0 and .[0].events.new > 0 and .[0].error == null'
ok 'alerts' alerts 'severity >= critical and process.name: updated' --json
holds 'the beacon is judged' 'length >= 1'
id=$(jq -r 'select(.process.name == "updated") | .hinomi.id' <"$work/out" | head -n 1)
pid=$(jq -r 'select(.process.name == "updated") | .process.pid' <"$work/out" | head -n 1)
ok 'alert' alert "$id" --json
started=$(jq -r '.process.start | sub("\\.[0-9]+Z$"; "Z") | fromdate' <"$work/out")
image=$(jq -r '.process.executable' <"$work/out")
ok 'tree' tree "$id" --json
holds 'from the document to the beacon' 'map(.process.name) | index("docview") != null and index("updated") > index("docview")'

ok 'case new' case new 'Beacon on ws-fin-01'
ok 'case add' case add 1 "$id"
ok 'case note' case note 1 -m 'A document started it.'

beacon || die 'the beacon lives'
ok 'isolate' contain ws-fin-01 isolate --reason 'beacon to 203.0.113.66' --case 1 --yes --json
holds 'contained, proved from both sides' '.[0].state == "contained" and .[0].proof.reachable and (.[0].proof.unreachable | any(.proved))'
soon 'isolation ends the beacon' '! beacon'
ok 'ledger' ledger --open --json
holds 'it stands on the ledger' 'length == 1 and .[0].host == "ws-fin-01"'
ok 'release for a moment' contain ws-fin-01 release --reason 'to see it come back' --yes --json
soon 'the beacon is back' beacon
ok 'isolate again' contain ws-fin-01 isolate --reason 'beacon' --case 1 --yes --json
ok 'kill by identity' contain ws-fin-01 kill-process "pid=$pid" "started=$started" --reason beacon --case 1 --yes --json
holds 'killed' '.[0].state == "done"'
ok 'quarantine' contain ws-fin-01 quarantine-file "path=$image" --reason beacon --case 1 --yes --json
holds 'quarantined' '.[0].state == "done"'
ok 'release' contain ws-fin-01 release --reason done --yes --json
holds 'released' '.[0].state == "released"'
# killed while it was cut off, it could not say goodbye: the internet's side notices by its silence
soon 'the beacon is gone for good' '! beacon'

ok 'close the alert' close "$id" --verdict tp --reason 'beacon, killed'
ok 'close the case' case close 1 --verdict tp --reason 'contained and cleaned'
ok 'export' case export 1 --format md
grep -q 'A document started it' "$work/out" || die 'the note is in the export'
ok 'verify' verify --json
holds 'all is whole' 'all(.ok)'
echo 'from the first alert to a closed case'
