#!/bin/sh
# Dies at the k-th write of an import, a close and an evidence copy, once as by kill -9 and once losing what was
# not synced; after each, nothing that was shown as done is lost and the record verifies. FAULT_EVERY=1 takes
# every k, else a sample chosen by FAULT_SEED.
set -u
cd "$(dirname "$0")/../.."
BUILD=${1:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
work=$(mktemp -d /tmp/hinomi-fault-XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
case $BUILD in *asan* | *tsan*) echo 'a sanitizer wants to be loaded first'; exit 77 ;; esac
${CC:-cc} -std=c17 -D_GNU_SOURCE -O1 -fPIC -shared -o "$work/shim.so" tests/fault/shim.c || exit 1
hinomi=$BUILD/hinomi
export XDG_CONFIG_HOME="$work/config"
printf '[hinomi]\nanalyst = kato\n' >"$work/conf"
seed=${FAULT_SEED:-$(date +%j)}
echo "FAULT_SEED=$seed"
samples=${FAULT_SAMPLES:-6}
failed=0

i=0
while [ $i -lt 40 ]; do
    i=$((i + 1))
    printf '{"@timestamp":"2026-03-11T10:00:%02d.000Z","event":{"kind":"alert","category":["process"]},"rule":{"name":"Rule %d","id":"r%d"},"host":{"name":"web-%02d"},"process":{"pid":%d,"name":"sh"}}\n' \
        $i $i $i $i $((1000 + i))
done >"$work/alerts.jsonl"
echo 'what was found' >"$work/found.txt"

h() { timeout 60 "$hinomi" --config "$work/conf" --data "$work/data" "$@" </dev/null; }
faulty() { # k mode verb…
    k=$1; mode=$2; shift 2
    rm -f "$work/state"
    FAULT_DIR="$work/data" FAULT_STATE="$work/state" FAULT_AT=$k FAULT_MODE=$mode LD_PRELOAD="$work/shim.so" \
        timeout 60 "$hinomi" --config "$work/conf" --data "$work/data" "$@" </dev/null >"$work/said" 2>"$work/err"
}
calls() { od -An -t u8 -N 8 "$work/state" | tr -d ' '; }
bad() { echo "FAIL: $1"; tail -n 3 "$work/said" "$work/err" "$work/verify" 2>/dev/null; failed=1; }

begin() { rm -rf "$work/data"; mkdir -m 700 "$work/data"; }
begin_import() { begin; h alerts --count >/dev/null 2>&1; }
begin_close() { begin; h import "$work/alerts.jsonl" --as alerts >/dev/null 2>&1; }
begin_evidence() { begin_close; h case new 'Fault' >/dev/null; }
do_import() { faulty "$1" "$2" import "$work/alerts.jsonl" --as alerts --json; }
do_close() { faulty "$1" "$2" close --query 'process.name: sh' --verdict tp --reason drill --yes --json; }
do_evidence() { faulty "$1" "$2" case evidence 1 "$work/found.txt"; }
kept_import() { [ ! -s "$work/said" ] || [ "$(h alerts --count)" = 40 ]; }
kept_close() {
    done=$(jq -r 'select(.changed != null) | .changed' <"$work/said" 2>/dev/null | tail -n 1)
    [ -z "$done" ] || [ "$(h alerts 'status: closed' --count)" -ge "$done" ]
}
kept_evidence() { [ ! -s "$work/said" ] || h case show 1 --json | grep -q '"evidence":1'; }

try() { # verb k mode
    begin_"$1"
    do_"$1" "$2" "$3"
    h verify >"$work/verify" 2>&1 || bad "$1, call $2, mode $3: verify"
    kept_"$1" || bad "$1, call $2, mode $3: what was shown as done is lost"
}
for verb in import close evidence; do
    begin_$verb
    do_$verb 0 1 || bad "$verb does not even work undisturbed"
    n=$(calls)
    [ "${n:-0}" -gt 3 ] || bad "$verb makes ${n:-no} calls: the shim sees nothing"
    k=1
    step=1
    [ -n "${FAULT_EVERY:-}" ] || { step=$((n / samples + 1)); k=$((seed % step + 1)); }
    while [ "$k" -le "$n" ]; do
        for mode in 1 2; do try $verb "$k" $mode; done
        k=$((k + step))
    done
    # dying at the last call is where a success was already told
    try $verb "$n" 2
    echo "$verb: $n calls"
done
exit $failed
