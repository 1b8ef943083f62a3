#!/bin/sh
# Turns data files into one C table: struct embedded_file {folder, name, bytes, size}.
set -eu
printf '#include "core/embedded.h"\n\n'
n=0
for f in "$@"; do
    printf 'static const unsigned char file_%d[] = {' "$n"
    od -An -v -tu1 "$f" | sed 's/^ *//; s/  */,/g; s/$/,/'
    printf '0};\n'
    n=$((n + 1))
done
printf 'const struct embedded_file embedded_files[] = {\n'
n=0
for f in "$@"; do
    base=${f##*/}
    printf '    {"%s", "%s", (const char *)file_%d, sizeof file_%d - 1},\n' "${f%/*}" "${base%.*}" "$n" "$n"
    n=$((n + 1))
done
printf '    {0, 0, 0, 0},\n};\n'
