#!/bin/sh
# Runs every test program and script that `make check` owns, as many at once as there are processors; prints one line
# each, the output of what failed, and a closing count. UNIT_ONLY=1 leaves out the scripts. A test that exits 77 is skipped, with its last line as the reason.
set -u
cd "$(dirname "$0")/.."
BUILD=${1:-build}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' INT TERM HUP

# the long ones first, so that the short ones fill the gaps
list() {
    if [ -z "${UNIT_ONLY:-}" ]; then
        for s in tests/*/*.test.sh tests/*.test.sh; do
            [ -e "$s" ] && echo "$s"
        done
    fi
    for first in "$BUILD"/tests/remote/test_* "$BUILD"/tests/app/test_run "$BUILD"/tests/*/test_*; do
        case $first in *.o | *.d | *'*') ;; *) [ -x "$first" ] && echo "$first" ;; esac
    done | awk '!seen[$0]++'
}

cat >"$out/one" <<'END'
#!/bin/sh
test=$1 out=$2 build=$3
name=$(echo "${test#"$build"/tests/}" | tr / -)
start=$(date +%s)
case $test in
*.sh) timeout -k 5 "${TEST_TIMEOUT:-420}" sh "$test" "$build" >"$out/$name.log" 2>&1 </dev/null ;;
*) timeout -k 5 "${TEST_TIMEOUT:-420}" "$test" >"$out/$name.log" 2>&1 </dev/null ;;
esac
rc=$?
took=$(($(date +%s) - start))
shown=${test#"$build"/tests/}
case $rc in
0) echo "ok    $shown (${took}s)" ;;
77) echo "skip  $shown: $(tail -n 1 "$out/$name.log")" ;;
*) { echo "FAIL  $shown (status $rc, ${took}s)"; tail -n 60 "$out/$name.log" | sed 's/^/      /'; } ;;
esac >"$out/$name.line"
cat "$out/$name.line"
END
list | xargs -P "${TEST_JOBS:-$(nproc)}" -I{} sh "$out/one" {} "$out" "$BUILD"
count() { cat "$out"/*.line 2>/dev/null | grep -c "^$1 "; }
failed=$(count FAIL)
printf '%d passed, %d failed, %d skipped\n' "$(count ok)" "$failed" "$(count skip)"
[ "$failed" = 0 ]
