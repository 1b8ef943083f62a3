#!/bin/sh
# JSON lines, then a table; each figure beside its limit, measured in the same run on the same machine.
# BENCH_FILE: an uncompressed file of telemetry to import (default: the largest set in ../shared/data, and where that
# is absent BENCH_EVENTS invented events); BENCH_ALERTS (default 100000) alerts stand behind the screen's figures.
set -eu
cd "$(dirname "$0")/../.."
BUILD=${1:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
work=$(mktemp -d /tmp/hinomi-bench-XXXXXX)
HINOMI_RANGE_DIR=$work/range
export HINOMI_RANGE_DIR
range=$BUILD/hinomi-range
trap '[ ! -d "$HINOMI_RANGE_DIR" ] || "$range" down </dev/null >/dev/null 2>&1; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
: >"$work/lines"
tell() { tee -a "$work/lines"; }
now() { date +%s.%N; }
printf '[hinomi]\nanalyst = bench\n' >"$work/conf"
h() { "$BUILD/hinomi" --config "$work/conf" "$@" </dev/null; }

invent_events() { awk -v n="$1" 'BEGIN {for (i = 0; i < n; i++)
    printf "{\"@timestamp\":\"2026-03-11T%02d:%02d:%02d.%03dZ\",\"event\":{\"category\":[\"process\"],\"action\":\"exec\"},\"host\":{\"name\":\"web-%02d\"},\"user\":{\"name\":\"user%d\"},\"process\":{\"pid\":%d,\"name\":\"sh\",\"executable\":\"/usr/bin/sh\",\"command_line\":\"sh -c job-%d\"}}\n",
    i / 3600000 % 24, i / 60000 % 60, i / 1000 % 60, i % 1000, i % 50, i % 97, i % 32768, i}'; }
invent_alerts() { awk -v n="$1" 'BEGIN {split("low medium high critical", s, " "); for (i = 0; i < n; i++)
    printf "{\"@timestamp\":\"2026-03-%02dT%02d:%02d:%02d.%03dZ\",\"kibana.alert.uuid\":\"a-%d\",\"kibana.alert.rule.uuid\":\"r%d\",\"kibana.alert.rule.name\":\"Rule %d looks at a shell\",\"kibana.alert.severity\":\"%s\",\"kibana.alert.risk_score\":%d,\"event\":{\"kind\":\"signal\",\"category\":[\"process\"]},\"host\":{\"name\":\"web-%04d\"},\"user\":{\"name\":\"user%d\"},\"process\":{\"pid\":%d,\"name\":\"sh\",\"command_line\":\"sh -c job-%d\"}}\n",
    i % 28 + 1, i % 24, i % 60, i * 7 % 60, i % 1000, i, i % 300, i % 300, s[i % 4 + 1], i % 100, i % 2000, i % 97, i % 32768, i}'; }

bench_import() {
    real=../shared/data/otrf/lsass03_comsvcs.jsonl.zst
    file=$work/events.jsonl
    if [ -n "${BENCH_FILE:-}" ]; then file=$BENCH_FILE on=$BENCH_FILE
    elif [ -e $real ] && zstd -qdc $real >"$file" 2>/dev/null; then on='real Windows telemetry'
    else invent_events "${BENCH_EVENTS:-100000}" >"$file"; on='invented events (../shared/data is absent)'; fi
    cat "$file" >/dev/null
    for round in 1 2 3; do
        rm -rf "$work/data" "$work"/bare.db*
        mkdir -m 700 "$work/data"
        h --data "$work/data" import "$file" --as events --json >"$work/import"
        "$BUILD/tests/bench/bench_bare" "$file" "$work/data/events.db" "$work/bare.db" >"$work/bare"
        read -r lines rows parse insert <"$work/bare"
        jq -sc --arg on "$on" --argjson lines "$lines" --argjson rows "$rows" --argjson parse "$parse" --argjson insert "$insert" \
            '(map(.seconds) | add) as $took | {bench:"import", on:$on, lines:$lines, rows:$rows, seconds:$took,
            per_second:($lines/$took|floor), beside_jansson_parse:($lines/$parse|floor), beside_bare_insert:($rows/$insert|floor),
            of_bare_insert:($rows*100/$took/($rows/$insert)|floor/100), goal:0.8}' <"$work/import"
    done >"$work/rounds"
    # the median of three
    jq -sc 'sort_by(.of_bare_insert)[1]' <"$work/rounds" | tell
}

bench_screen() {
    mkdir -m 700 "$work/queue"
    invent_alerts "${BENCH_ALERTS:-100000}" >"$work/alerts.jsonl"
    h --data "$work/queue" import "$work/alerts.jsonl" --as alerts >/dev/null
    n=$(h --data "$work/queue" alerts --count)
    "$BUILD/tests/bench/bench_screen" "$work/queue" >"$work/screens"
    jq -c --argjson n "$n" '. + {alerts:$n, goal:{start_ms:30, start_limit_ms:80, move_bytes:300, move_limit:600, idle_bytes_per_second:0}}' \
        <"$work/screens" | tell
}

# seconds of a command on the operator's machine
timed() { begun=$(now); "$range" exec -- "$@" </dev/null >"$work/out" 2>&1 || return 1; echo "$begun $(now)" | awk '{printf "%.3f\n", $2 - $1}'; }
median() { sort -n "$1" | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
beacon_lives() { n=0; until "$range" beacon </dev/null >/dev/null 2>&1; do n=$((n + 1)); [ $n -lt 100 ] || return 1; sleep 0.1; done; }
skip_isolate() { jq -nc --arg why "$1" '{bench:"isolate", skipped:$why}' | tell; }
bench_isolate() {
    rc=0
    "$range" up --pace 100 </dev/null >"$work/up" 2>&1 || rc=$?
    [ $rc = 0 ] || { skip_isolate "$(tail -n 1 "$work/up")"; [ $rc = 77 ]; return; }
    # the proof wants an address that was open before: the beacon's
    "$range" play --wait </dev/null >"$work/up" 2>&1 || { cat "$work/up"; return 1; }
    for round in 1 2 3 4 5; do
        beacon_lives
        timed ssh -o BatchMode=yes -J bastion ws-fin-01 true >>"$work/ssh" || { cat "$work/out"; return 1; }
        timed "$BUILD/hinomi" --config "$work/range/hinomi.conf" --data "$work/acts" contain ws-fin-01 isolate \
            --reason bench --yes --json >>"$work/isolate" || { cat "$work/out"; return 1; }
        jq -es 'any(.[]; .state == "contained" and (.proof.unreachable | any(.proved)))' <"$work/out" >/dev/null || { cat "$work/out"; return 1; }
        timed "$BUILD/hinomi" --config "$work/range/hinomi.conf" --data "$work/acts" contain ws-fin-01 release \
            --reason bench --yes --json >>"$work/release" || { cat "$work/out"; return 1; }
    done
    jq -nc --argjson isolate "$(median "$work/isolate")" --argjson ssh "$(median "$work/ssh")" \
        '{bench:"isolate", seconds:$isolate, beside_ssh_true:$ssh, of_ssh:($isolate/$ssh*100|floor/100), goal:1.5}' | tell
}

for bench in ${BENCH_ONLY:-import screen isolate}; do bench_$bench; done
echo
jq -r 'def row($what; $is; $beside; $goal): [$what, $is, $beside, $goal] | @tsv;
    if .skipped then row(.bench; "skipped"; .skipped; "")
    elif .bench == "import" then row("import, ev/s (\(.on))"; .per_second; "bare insert \(.beside_bare_insert), Jansson parse \(.beside_jansson_parse)"; "\(.of_bare_insert) of bare insert, goal >= \(.goal)")
    elif .bench == "isolate" then row("isolate with proof, s"; .seconds; "ssh -J bastion host true \(.beside_ssh_true)"; "\(.of_ssh) x ssh, goal <= \(.goal)")
    else row("\(.size) start to first screen, ms"; .start_ms; "\(.alerts) alerts"; "\(.start_ms/.goal.start_ms*100|floor/100) of goal \(.goal.start_ms), limit \(.goal.start_limit_ms)"),
        row("\(.size) key to frame, ms"; .key_ms; "page \(.page_ms)"; ""),
        row("\(.size) bytes a cursor move"; .move_bytes; "60 moves, scrolling \(.moves60_bytes)"; "\(.move_bytes/.goal.move_bytes*100|floor/100) of goal \(.goal.move_bytes), limit \(.goal.move_limit)"),
        row("\(.size) bytes a page"; .page_bytes; "less 10400, tig 6200, ncurses 1000-4900 (another run)"; ""),
        row("\(.size) bytes an idle second"; .idle_bytes_per_second; ""; "goal \(.goal.idle_bytes_per_second)") end' <"$work/lines" |
    column -t -s "$(printf '\t')"
