#!/bin/sh
# Line coverage by folder after `make cover` ran the unit tests with --coverage.
set -eu
cd "$(dirname "$0")/.."
BUILD=${1:-build/cover}
for d in core connectors cases remote app cli tui; do
    ls "$BUILD/$d"/*.gcda >/dev/null 2>&1 || continue
    gcov -n "$BUILD/$d"/*.gcda 2>/dev/null | awk -v d="$d" -F"[': %]+" '
        /^File/ {mine = index($0, "\x27" d "/") > 0}
        /^Lines executed/ && mine {lines += $5; hit += $3 * $5 / 100; mine = 0}
        END {if (lines) printf "%-11s %5.1f %% of %d lines\n", d, 100 * hit / lines, lines}'
done
