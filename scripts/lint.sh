#!/bin/sh
# The house rules that a machine can see. Tables (*_table.c, field.h) are exempt from size limits.
set -eu
cd "$(dirname "$0")/.."
bad=0
fail() { echo "lint: $1" >&2; bad=1; }
sources=$(ls *.c */*.[ch] 2>/dev/null)
tests=$(ls tests/*/*.[ch] 2>/dev/null || true)
for f in $sources $tests; do
    n=$(wc -l <"$f")
    case $f in *_table.[ch] | core/field.h) continue ;; esac
    [ "$n" -le 500 ] || fail "$f has $n lines (limit 500)"
done
for f in $sources; do
    awk -v f="$f" '/^[a-zA-Z].*\)$/ || /^[a-zA-Z].*,$/ {head = FNR} /^\{/ {start = FNR}
        /^}/ {if (start && FNR - start > 61) {printf "lint: %s:%d: function of %d lines (limit 60)\n", f, start, FNR - start - 1; bad = 1} start = 0}
        END {exit bad}' "$f" >&2 || bad=1
done
words='\b(strcpy|strcat|sprintf|gets|system|popen|alloca|strtok|atoi|tmpnam|mktemp)\('
hits=$(grep -nE "$words" $sources || true)
[ -z "$hits" ] || fail "forbidden calls:
$hits"
hits=$(grep -nE '\b(sleep|usleep)\(' $tests $sources || true)
[ -z "$hits" ] || fail "wait for a condition, do not sleep:
$hits"
hits=$(grep -nE '\b(TODO|FIXME|XXX)\b' $sources || true)
[ -z "$hits" ] || fail "unfinished:
$hits"
if command -v clang-format >/dev/null; then
    unformatted=$(for f in $sources $tests; do
        case $f in *_table.[ch] | core/field.h) continue ;; esac
        clang-format --dry-run -Werror "$f" >/dev/null 2>&1 || echo "$f"; done)
    [ -z "$unformatted" ] || fail "run make format; these differ:
$unformatted"
fi
[ $bad = 0 ] && echo "lint: ok"
exit $bad
