#!/bin/sh
# kill -9 at random moments of an import, a pull and a close: the record verifies after each, and what the command had
# shown as done is there. KILL_ROUNDS (default 1000) in all, each within KILL_WITHIN_MS (250); KILL_SEED draws the same moments again.
set -u
cd "$(dirname "$0")/.."
BUILD=${1:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
work=$(mktemp -d /tmp/hinomi-kill-XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
rounds=${KILL_ROUNDS:-1000}
seed=${KILL_SEED:-$(date +%s)}
echo "KILL_SEED=$seed"
printf '[hinomi]\nanalyst = kato\n[source file]\nkind = file\npath = %s\n' "$work/alerts.jsonl" >"$work/conf"
awk 'BEGIN {for (i = 0; i < 2000; i++) printf "{\"@timestamp\":\"2026-03-11T10:%02d:%02d.000Z\",\"event\":{\"kind\":\"alert\",\"category\":[\"process\"]},\"rule\":{\"name\":\"Rule %d\",\"id\":\"r%d\"},\"host\":{\"name\":\"web-%02d\"},\"process\":{\"pid\":%d,\"name\":\"sh\"}}\n", i / 60 % 60, i % 60, i % 9, i % 9, i % 50, 1000 + i}' >"$work/alerts.jsonl"
h() { timeout 60 "$BUILD/hinomi" --config "$work/conf" --data "$work/data" "$@" </dev/null; }
begin() { rm -rf "$work/data"; mkdir -m 700 "$work/data"; }
act() { case $1 in
    import) set -- import "$work/alerts.jsonl" --as alerts --json ;;
    pull) set -- pull --json ;;
    close) set -- close --query 'process.name: sh' --verdict tp --reason drill --yes --json ;;
    esac
    exec "$BUILD/hinomi" --config "$work/conf" --data "$work/data" "$@" </dev/null >"$work/said" 2>"$work/err"; }
bad() { echo "FAIL: round $i, $verb, killed after $ms ms: $1"; tail -n 3 "$work/said" "$work/err" "$work/verify"; exit 1; }
begin
h import "$work/alerts.jsonl" --as alerts >/dev/null 2>&1 || { echo 'the import does not even work undisturbed'; exit 1; }
cp -a "$work/data" "$work/full"
i=0 cut=0 whole=0
while [ $i -lt "$rounds" ]; do
    i=$((i + 1))
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    case $((i % 3)) in 0) verb=import ;; 1) verb=pull ;; *) verb=close ;; esac
    ms=$((seed / 65536 % ${KILL_WITHIN_MS:-250}))
    begin
    [ $verb != close ] || { rm -rf "$work/data"; cp -a "$work/full" "$work/data"; }
    : >"$work/said"
    (act $verb) &
    pid=$!
    # ends early when the command does
    timeout "$(awk -v m=$ms 'BEGIN {printf "%.3f", m / 1000 + 0.001}')" tail -f --pid=$pid -s 0.02 /dev/null
    if kill -9 $pid 2>/dev/null; then cut=$((cut + 1)); else whole=$((whole + 1)); fi
    wait $pid 2>/dev/null
    h verify >"$work/verify" 2>&1 || bad verify
    [ -s "$work/said" ] || continue
    case $verb in
    close) done=$(jq -r 'select(.changed != null) | .changed' <"$work/said" | tail -n 1)
        [ -z "$done" ] || [ "$(h alerts 'status: closed' --count)" -ge "$done" ] || bad 'what was closed is open' ;;
    *) [ "$(h alerts --count)" = 2000 ] || bad 'what was shown as stored is lost' ;;
    esac
done
echo "kill -9: $rounds rounds, $cut cut short, $whole ended before: nothing lost, each verifies"
