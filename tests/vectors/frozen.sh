#!/bin/sh
# The committed test vectors are what the generator writes, byte for byte, and there are no others.
# usage: frozen.sh GENERATOR FOLDER
set -eu
generator=$1
folder=$2
again=$(mktemp -d "${TMPDIR:-/tmp}/vectors.XXXXXX")
trap 'rm -rf "$again"' EXIT
"$generator" "$again"
cp "$folder/bip340.json" "$again" # published, not generated
failed=0
for file in "$folder"/*.json "$again"/*.json; do
  name=${file##*/}
  if ! cmp "$folder/$name" "$again/$name"; then
    echo "$name is not what the generator writes" >&2
    failed=1
  fi
done
exit $failed
