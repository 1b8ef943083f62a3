#!/bin/sh
# Proves the house plan: includes look only downwards, and each library has one door.
set -eu
cd "$(dirname "$0")/.."
bad=0
fail() { echo "layers: $1" >&2; bad=1; }

allowed() {
    case $1 in
    core) echo core ;;
    connectors | cases | hunt | remote) echo "core $1" ;;
    app) echo "core connectors cases hunt remote app" ;;
    cli) echo "core connectors cases hunt remote app cli" ;;
    tui) echo "core connectors cases hunt remote app tui" ;;
    range) echo "core range" ;;
    esac
}
for d in core connectors cases hunt remote app cli tui range; do
    ok=$(allowed $d)
    for f in $d/*.[ch]; do
        [ -e "$f" ] || continue
        for dir in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$f" | sort -u); do
            case " $ok " in *" $dir "*) ;; *) fail "$f includes $dir/" ;; esac
        done
    done
done

door() { # header pattern, files that may include it
    pattern=$1; shift
    for f in $(grep -lE "#include <($pattern)" -- *.c */*.[ch] 2>/dev/null || true); do
        case " $* " in *" $f "*) ;; *) case $f in range/* | remote/ssh2_*) continue ;; esac; fail "$f opens <$pattern>, whose door is: $*" ;; esac
    done
}
door 'curl/' connectors/http.c
door 'sqlite3' cases/db.c cases/db.h cases/tokenizer.c
door '(ncurses|curses|term)\.h' tui/screen.c
door 'openssl/' core/hash.c
door 'zstd|zlib' core/compress.c
door 'utf8proc' core/normalise.c
for f in $(grep -l '#include <libssh2' */*.[ch] 2>/dev/null || true); do
    case $f in remote/ssh2_*) ;; *) fail "$f opens libssh2, whose doors are remote/ssh2_*.c" ;; esac
done
for f in $(grep -lE 'pthread_mutex_|pthread_cond_' */*.c 2>/dev/null || true); do
    case $f in core/work.c | core/log.c | range/*) ;; *) fail "$f has a lock; locks live in core/work.c and core/log.c" ;; esac
done
for f in $(grep -lE '\b(clock_gettime|gettimeofday|time\(NULL\))' */*.c 2>/dev/null || true); do
    case $f in core/clock.c | range/*) ;; *) fail "$f reads time; time comes from core/clock" ;; esac
done

# the link proves it once more: no folder's objects need a symbol that only a higher folder has
BUILD=${1:-build}
symbols() { # -u or --defined-only, folder
    nm "$1" -g "$BUILD/$2"/*.o 2>/dev/null | awk 'NF >= 2 && $1 !~ /:$/ {print $NF}' | sort -u
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for d in core connectors cases hunt remote app cli tui; do
    symbols -u $d >"$scratch/$d.needs"
    symbols --defined-only $d >"$scratch/$d.has"
done
for d in core connectors cases hunt remote app cli tui; do
    ok=$(allowed $d)
    for other in core connectors cases hunt remote app cli tui; do
        case " $ok " in *" $other "*) continue ;; esac
        up=$(comm -12 "$scratch/$d.needs" "$scratch/$other.has")
        [ -z "$up" ] || fail "$d needs from $other: $(echo $up)"
    done
done
[ $bad = 0 ] && echo "layers: ok"
exit $bad
