#!/bin/sh
# Runs every test program and script that `make check` owns; prints one line each, the output of what
# failed, and a closing count. UNIT_ONLY=1 leaves out the scripts (they need the range).
# A program that exits 77 is skipped, with its last line as the reason.
set -u
cd "$(dirname "$0")/.."
BUILD=${1:-build}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
passed=0 failed=0 skipped=0
one() {
    name=$1; shift
    start=$(date +%s)
    timeout -k 5 "${TEST_TIMEOUT:-300}" "$@" >"$out/log" 2>&1
    rc=$?
    took=$(($(date +%s) - start))
    case $rc in
    0) passed=$((passed + 1)); printf 'ok    %s (%ss)\n' "$name" "$took" ;;
    77) skipped=$((skipped + 1)); printf 'skip  %s: %s\n' "$name" "$(tail -n 1 "$out/log")" ;;
    *) failed=$((failed + 1)); printf 'FAIL  %s (status %s, %ss)\n' "$name" "$rc" "$took"; tail -n 60 "$out/log" | sed 's/^/      /' ;;
    esac
}
for t in "$BUILD"/tests/*/test_*; do
    case $t in *.o | *.d | *'*') continue ;; esac
    one "${t#"$BUILD"/tests/}" "$t"
done
if [ -z "${UNIT_ONLY:-}" ]; then
    for s in tests/*/*.test.sh tests/*.test.sh; do
        [ -e "$s" ] || continue
        one "$s" sh "$s" "$BUILD"
    done
fi
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
