#!/bin/sh
# Proves what the README promises a newcomer: in a bare Debian made by debootstrap, `make demo` shows its first full screen
# within three minutes of a fresh clone, and `make check` passes. usage: tests/fresh.sh [SUITE…] (bookworm trixie)
# Needs root, debootstrap, tmux, and a mirror, which is read from this machine's /etc/apt. Exit 77: cannot be tried here.
set -eu
cd "$(dirname "$0")/.."
repository=$PWD
[ $# -gt 0 ] || set -- bookworm trixie
limit=${FRESH_SECONDS:-180}
check_limit=${FRESH_CHECK_SECONDS:-3600}
skip() { echo "fresh: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip 'needs root (debootstrap, mounts)'
for tool in debootstrap tmux unshare git; do
    command -v $tool >/dev/null || skip "needs $tool"
done

# the first Debian archive that apt is configured with: deb822 "URIs:" or one-line "deb URI suite"
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null || true)
addresses=$(echo "$sources" | sed -n 's/^URIs: *//p; s/^deb *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\) .*/\2/p' | tr ' ' '\n')
mirror=$(echo "$addresses" | grep -E '/debian/?$' | head -n 1)
[ -n "$mirror" ] || mirror=$(echo "$addresses" | head -n 1)
[ -n "$mirror" ] || skip 'no mirror in /etc/apt'
proxy=
eval "$(apt-config shell proxy Acquire::http::Proxy)"
[ -z "$proxy" ] || { http_proxy=$proxy; export http_proxy; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

work=$(mktemp -d "${TMPDIR:-/var/tmp}/hinomi-fresh-XXXXXX")
socket=hinomi-fresh-$$
clean() {
    tmux -L "$socket" kill-server 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP
git clone -q --bare "$repository" "$work/hinomi.git"

bare() { # suite, root
    debootstrap --variant=minbase --include=make,git,ca-certificates ${keyring:+--keyring="$keyring"} \
        "$1" "$2" "$mirror" >"$work/debootstrap.log" 2>&1 || return 1
    echo "deb $mirror $1 main" >"$2/etc/apt/sources.list"
    apt-config dump Acquire >"$2/etc/apt/apt.conf.d/90machine"
    cp /etc/resolv.conf /etc/hosts "$2/etc/"
    cp -a /etc/ssl/certs/. "$2/etc/ssl/certs/"
    cp -a "$work/hinomi.git" "$2/root/hinomi.git"
    # a root file system of its own: in a mere chroot no mounts can be kept to itself
    cat >"$2/enter" <<'END'
#!/bin/sh
set -e
root=$1
shift
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t sysfs -o ro sysfs sys 2>/dev/null || true
mkdir -p .outside
pivot_root . .outside
umount -l .outside
rmdir .outside
cd /root
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    TERM="${TERM:-screen}" ASSUME_YES=1 ${http_proxy:+http_proxy="$http_proxy"} "$@"
END
    chmod 755 "$2/enter"
}
inside() { # root, command…
    root=$1
    shift
    unshare --mount --pid --fork --kill-child sh "$root/enter" "$root" "$@"
}
screen() { tmux -L "$socket" capture-pane -p -t demo 2>/dev/null; }

demo() { # suite, root
    began=$(date +%s)
    inside "$2" git clone -q hinomi.git hinomi
    tmux -L "$socket" -f /dev/null new-session -d -s demo -x 200 -y 50 \
        "unshare --mount --pid --fork --kill-child sh '$2/enter' '$2' make -C hinomi demo; echo \"status \$?\" >'$work/status'"
    tmux -L "$socket" set-option -t demo remain-on-exit on >/dev/null 2>&1 || true
    while :; do
        took=$(($(date +%s) - began))
        # the queue's head and an alert of the intrusion
        screen >"$work/screen" || true
        if grep -q 'Queue' "$work/screen" && grep -qE 'CRIT|HIGH' "$work/screen"; then
            break
        fi
        if [ -e "$work/status" ] || [ $took -gt "$limit" ]; then
            cat "$work/screen"
            echo "fresh: $1: make demo showed no queue after $took s (limit $limit s)"
            rm -f "$work/status"
            tmux -L "$socket" kill-server 2>/dev/null || true
            inside "$2" dpkg --configure -a >/dev/null 2>&1 || true
            return 1
        fi
        sleep 1
    done
    cat "$work/screen"
    echo "fresh: $1: make demo shows the queue after $took s (limit $limit s)"
    tmux -L "$socket" send-keys -t demo q
    n=0
    until [ -e "$work/status" ]; do
        n=$((n + 1))
        [ $n -lt 30 ] || { echo "fresh: $1: q does not end the demo"; screen; return 1; }
        sleep 1
    done
    rm -f "$work/status"
    tmux -L "$socket" kill-server 2>/dev/null || true
    set -- "$1" "$2" "$2"/tmp/hinomi-demo-*
    [ ! -e "$3" ] || { echo "fresh: $1: the demo left $3"; return 1; }
}

failed=0
tried=0
for suite; do
    root=$work/$suite
    if ! bare "$suite" "$root"; then
        echo "fresh: $suite cannot be had here: $(tail -n 1 "$work/debootstrap.log")"
        continue
    fi
    tried=$((tried + 1))
    demo "$suite" "$root" || failed=1
    began=$(date +%s)
    if timeout "$check_limit" unshare --mount --pid --fork --kill-child sh "$root/enter" "$root" \
        make -C hinomi check >"$work/check.log" 2>&1; then
        tail -n 1 "$work/check.log"
        echo "fresh: $suite: make check passes after $(($(date +%s) - began)) s"
    else
        grep -A 20 '^FAIL' "$work/check.log" || tail -n 60 "$work/check.log"
        echo "fresh: $suite: make check fails"
        failed=1
    fi
    rm -rf --one-file-system "$root"
done
[ $tried -gt 0 ] || skip 'no suite could be had'
exit $failed
