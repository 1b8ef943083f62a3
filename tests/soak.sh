#!/bin/sh
# The long repetitions: every single call of the fault test, a thousand kill -9, and the story again and again.
# SOAK_ROUNDS is how often (default 20).
set -u
cd "$(dirname "$0")/.."
BUILD=${1:-build}
rounds=${SOAK_ROUNDS:-20}
FAULT_EVERY=1 sh tests/fault/fault.test.sh "$BUILD" || exit 1
sh tests/soak_kill.sh "$BUILD" || exit 1
i=0
while [ $i -lt "$rounds" ]; do
    i=$((i + 1))
    sh tests/story.test.sh "$BUILD"
    rc=$?
    [ $rc = 77 ] && exit 77
    [ $rc = 0 ] || { echo "soak: the story failed in round $i of $rounds"; exit 1; }
done
echo "soak: $rounds stories, every call of the fault test, ${KILL_ROUNDS:-1000} kill -9"
