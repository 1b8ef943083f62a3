#!/bin/sh
# Installs what is missing from scripts/packages.txt, asked once, nothing else touched. `deps.sh demo` leaves out what only
# the tests need.
set -eu
cd "$(dirname "$0")/.."
all=$(sed 's/#.*//; /^ *$/d' scripts/packages.txt)
case ${1:-} in
demo) want=$(echo "$all" | awk 'NF == 1 {print $1}') ;;
*) want=$(echo "$all" | awk '{print $1}') ;;
esac
# clang's sanitizer and fuzzer runtime is named after clang's version
if [ "${1:-}" != demo ] && ! ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1; then
    version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
    [ -n "$version" ] && want="$want libclang-rt-$version-dev"
fi
missing=
for p in $want; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
command -v apt-get >/dev/null || { echo "deps: this is not Debian; install these yourself:$missing" >&2; exit 1; }
echo "hinomi needs these Debian packages, which are not installed yet:"
echo " $missing"
if [ "${CI:-}" != true ] && [ "${ASSUME_YES:-}" != 1 ]; then
    if [ ! -t 0 ]; then
        echo "deps: no terminal to ask on; say ASSUME_YES=1 to install them" >&2
        exit 1
    fi
    printf 'Install them now with apt-get? [Y/n] '
    read -r answer
    case $answer in '' | y | Y | yes) ;; *) exit 1 ;; esac
fi
root=
[ "$(id -u)" = 0 ] || root=sudo
$root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $root apt-get install -y --no-install-recommends $missing
# the runtime's name is known only once clang is: the same question is not asked twice
if [ "${1:-}" != demo ] && [ -z "${DEPS_AGAIN:-}" ]; then
    ASSUME_YES=1 DEPS_AGAIN=1 exec sh scripts/deps.sh "$@"
fi
