#!/bin/sh
# symbols.sh LIBRARY HEADERS: the shared library exports exactly the functions that the public headers declare.
set -eu
export LC_ALL=C
work=$(mktemp -d "${TMPDIR:-/tmp}/frag-symbols.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Each declaration to one line; the name is what stands before the first parenthesis.
cat "$2"/frag/*.h | sed '/^#/d' | tr '\n' ' ' | tr ';' '\n' |
  sed -n 's/.*FRAG_API \([^(]*\)(.*/\1/p' | sed 's/.*[ *]//' | sort >"$work/declared"
nm -D --defined-only "$1" | awk '{ print $3 }' | sort >"$work/exported"
test "$(wc -l <"$work/declared")" -gt 40 || { echo "found too few declarations"; exit 1; }
if ! diff -u "$work/declared" "$work/exported"; then
  echo "the exported symbols are not those of the headers"
  exit 1
fi
