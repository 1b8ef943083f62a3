#!/bin/sh
# Every fuzz target for FUZZ_SECONDS from its seed corpus. What is found on the way stays in the
# build folder; a crash leaves its input beside it and fails.
set -u
cd "$(dirname "$0")/../.."
BUILD=${1:-build/fuzzed}
seconds=${FUZZ_SECONDS:-10}
failed=0
for target in "$BUILD"/fuzz/fuzz_*; do
    [ -x "$target" ] && [ ! -d "$target" ] || continue
    case $target in *.d | *.o) continue ;; esac
    name=${target##*/fuzz_}
    found=$BUILD/corpus/$name
    mkdir -p "$found"
    seeds=tests/fuzz/corpus/$name
    [ -d "$seeds" ] || { echo "FAIL  fuzz $name: no seed corpus in $seeds"; failed=1; continue; }
    if timeout -k 5 $((seconds + 60)) "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -verbosity=0 -print_final_stats=0 -artifact_prefix="$BUILD/crash-$name-" "$found" "$seeds" \
        >"$BUILD/$name.log" 2>&1; then
        echo "ok    fuzz $name (${seconds}s, $(ls "$found" | wc -l) inputs kept)"
    else
        echo "FAIL  fuzz $name"
        tail -n 40 "$BUILD/$name.log" | sed 's/^/      /'
        failed=1
    fi
done
exit $failed
