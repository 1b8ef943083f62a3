#!/bin/sh
# JSON lines, then a table; each figure beside its limit, measured in the same run on the same machine.
# BENCH_EVENTS (default 100000) invented events, or BENCH_FILE, a file of Sysmon or ECS lines.
set -eu
cd "$(dirname "$0")/../.."
BUILD=${1:-build}
work=$(mktemp -d /tmp/hinomi-bench-XXXXXX)
trap 'rm -rf "$work"' EXIT
file=${BENCH_FILE:-$work/events.jsonl}
[ -n "${BENCH_FILE:-}" ] || awk -v n="${BENCH_EVENTS:-100000}" 'BEGIN {for (i = 0; i < n; i++)
    printf "{\"@timestamp\":\"2026-03-11T%02d:%02d:%02d.%03dZ\",\"event\":{\"category\":[\"process\"],\"action\":\"exec\"},\"host\":{\"name\":\"web-%02d\"},\"user\":{\"name\":\"user%d\"},\"process\":{\"pid\":%d,\"name\":\"sh\",\"executable\":\"/usr/bin/sh\",\"command_line\":\"sh -c job-%d\"}}\n",
    i / 3600000 % 24, i / 60000 % 60, i / 1000 % 60, i % 1000, i % 50, i % 97, i % 32768, i}' >"$file"
printf '[hinomi]\nanalyst = bench\n' >"$work/conf"
mkdir -m 700 "$work/data"
"$BUILD/tests/bench/bench_bare" "$file" "$work/bare.db" >"$work/bare"
read -r n parse insert <"$work/bare"
"$BUILD/hinomi" --config "$work/conf" --data "$work/data" import "$file" --as events --json >"$work/import" </dev/null
took=$(jq -s 'map(.seconds) | add' <"$work/import")
jq -nc --argjson n "$n" --argjson took "$took" --argjson parse "$parse" --argjson insert "$insert" \
    '{bench:"import", events:$n, seconds:$took, per_second:($n/$took|floor), beside_jansson_parse:($n/$parse|floor), beside_bare_insert:($n/$insert|floor), of_bare_insert:(($insert/$took*100|floor)/100), goal:0.8}' |
    tee "$work/lines"
jq -r '"\nimport        \(.per_second) ev/s   bare insert \(.beside_bare_insert)   Jansson parse alone \(.beside_jansson_parse)   \(.of_bare_insert) of bare insert (goal \(.goal))"' <"$work/lines"
