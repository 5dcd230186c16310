#!/usr/bin/env bash
# log.sh: logs of many sizes, and what can be wrong with one, before the independent verifier. AUDITOR, EXPORT_LOG
# and SERVE_FOLDER come from ctest. The folder of each log is served as it is: a log needs nothing but a web server.
set -euo pipefail
export LC_ALL=C.UTF-8

work=$(mktemp -d "${TMPDIR:-/tmp}/auditor-XXXXXX")
server=
end() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
cd "$work"

fail() {
  echo "FAILED: $*" >&2
  [[ ! -s stderr ]] || head -n 5 stderr >&2
  exit 1
}

# make NAME COUNT OLDER FIRST: a log with its older checkpoint and proof, in the folder NAME.
make() {
  mkdir "$1"
  "$EXPORT_LOG" "$@" || fail "export_log $*"
}

start_server() {
  "$SERVE_FOLDER" "$work" >port 2>/dev/null &
  server=$!
  for _ in $(seq 600); do
    port=$(cat port)
    [[ -z $port ]] || return 0
    sleep 0.05
  done
  fail "the web server does not start"
}

audit() {
  local name=$1
  shift
  "$AUDITOR" "$@" "http://127.0.0.1:$port/$name/log" "$(cat "$name/vkey")" >stdout 2>stderr
}

# proves NAME TEXT arguments…; refuses NAME TEXT arguments…: what the auditor says of it.
proves() {
  local name=$1 text=$2
  shift 2
  audit "$name" "$@" || fail "$name is sound, but was refused"
  grep -qF -- "$text" stdout || fail "of $name it says: $(cat stdout); not: $text"
}
refuses() {
  local name=$1 text=$2
  shift 2
  if audit "$name" "$@"; then fail "$name is not sound ($text), but: $(cat stdout)"; fi
  grep -qF -- "$text" stderr || fail "of $name it says: $(cat stderr); not: $text"
}

# flip FILE OFFSET: changes one bit of a byte; twice is as before.
flip() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  printf "%b" "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# flipped NAME FILE STEP arguments…: no byte of the file may be changed.
flipped() {
  local name=$1 file=$2 step=$3 size at
  shift 3
  size=$(stat -c %s "$file")
  for ((at = 0; at < size; at += step)); do
    flip "$file" "$at"
    if audit "$name" "$@"; then fail "byte $at of $file was changed, and the auditor says: $(cat stdout)"; fi
    flip "$file" "$at"
  done
}

start_server

# Sizes around the edges of tiles; the last one has three levels.
for size in 1 2 3 255 256 257 511 512 513 1000; do
  make "size-$size" "$size" $((size / 3)) 0
  proves "size-$size" "localhost/auditor: $size entries" -older "size-$size/older" -proof "size-$size/proof"
done
make empty 0 0 0
proves empty "0 entries" -older empty/older
make large 66000 40000 0
proves large "66000 entries" -every 500 -older large/older -proof large/proof
grep -q "2[0-9]* tiles and 258 bundles are right, 133 entries included" stdout || fail "of the large log: $(cat stdout)"

# Every resource of a log, byte by byte or nearly so.
make log 300 100 0
proves log "300 entries"
flipped log log/log/checkpoint 3
while read -r file; do flipped log "$file" 997 -every 100; done < <(find log/log/tile -type f)
flipped log log/proof 13 -every 100 -proof log/proof
flipped log log/older 13 -every 100 -older log/older
proves log "300 entries" -older log/older -proof log/proof

# Parts that are missing, cut short or too long.
while read -r file; do
  mv "$file" kept
  refuses log "404"
  head -c -1 kept >"$file"
  if audit log; then fail "$file is cut short"; fi
  cat kept - <<<"" >"$file"
  if audit log; then fail "$file is too long"; fi
  mv kept "$file"
done < <(find log/log -type f)

# Another log under the same name and key: neither the one nor the other is the beginning of it.
make fork 300 100 100000
make older-fork 100 50 100000
proves fork "300 entries" -older fork/older -proof fork/proof
cp fork/older log/fork-older
cp fork/proof log/fork-proof
refuses log "fork-older" -older log/fork-older
refuses log "fork-proof" -proof log/fork-proof
refuses older-fork "shrunk from 300 to 100" -older log/log/checkpoint

# Somebody else's key; the checkpoint of another size.
key=$(cat log/vkey)
if "$AUDITOR" "http://127.0.0.1:$port/log/log" "localhost/other${key#localhost/auditor}" 2>stderr; then
  fail "a key that does not fit its own name was taken"
fi
cp log/log/checkpoint kept
cp fork/log/checkpoint log/log/checkpoint
refuses log "inconsistent tile"
cp log/older log/log/checkpoint
if audit log; then fail "tiles of another size were taken"; fi
cp kept log/log/checkpoint
proves log "300 entries, root"
cat stdout
