#!/usr/bin/env bash
# Everything that an operator, a server or a disk can do to a log is found, and named.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/serve_files.sh"

"$LOG_TOOL" fill ledger 1 2 0 700 >/dev/null
key=$("$LOG_TOOL" export ledger 1 2 log)
serve log

# wrong TEXT [OPTION…]: the audit of url ends with 1 and names TEXT.
wrong() {
  expect 1 audit "$url" --vkey "$key" "${@:2}"
  grep -q '^WRONG: ' stdout || fail "no WRONG line"
  printed "$1"
}

# A flipped bit in every resource, at its beginning, end and in between.
while read -r file; do
  len=$(stat -c %s "log/$file")
  cp "log/$file" kept
  for offset in 0 $((len / 3)) $((len / 2)) $((len - 1)); do
    flip "log/$file" "$offset"
    wrong "$file"
    cp kept "log/$file"
  done
  # Cut short by a byte, a byte longer, empty, and gone.
  head -c $((len - 1)) kept >"log/$file"
  wrong "$file"
  { cat kept && printf x; } >"log/$file"
  wrong "$file"
  : >"log/$file"
  wrong "$file"
  rm "log/$file"
  if [[ $file == checkpoint ]]; then expect 67 audit "$url" --vkey "$key"; else wrong "$file: is missing"; fi
  cp kept "log/$file"
done < <(cd log && find . -type f -printf '%P\n')
expect 0 audit "$url" --vkey "$key" --quiet

# All over the checkpoint.
cp log/checkpoint kept
for offset in $(seq 0 2 $(($(stat -c %s kept) - 1))); do
  flip log/checkpoint "$offset"
  wrong "checkpoint: "
  cp kept log/checkpoint
done

# What a dishonest operator signs.
serve_forged() {
  rm -rf forged
  key=$("$LOG_TOOL" forge "$1" forged)
  serve forged
}
serve_forged none && expect 0 audit "$url" --vkey "$key"
serve_forged twice && wrong "entries 10 and 300 are about the same thing"
serve_forged back && wrong "entry 300 (in tile/entries/001): its time is before that of the entry before it"
serve_forged malformed && wrong "entry 300 (in tile/entries/001): is not well formed"
serve_forged realm && wrong "entry 300 (in tile/entries/001): is of another realm"
serve_forged root && wrong "checkpoint: its root is not that of its 600 entries"

# Rollback and fork, with both checkpoints kept; and a rewritten past under a longer log.
"$LOG_TOOL" fill one 1 2 0 300 >/dev/null
cp -r one two
key=$("$LOG_TOOL" export one 1 2 short)
"$LOG_TOOL" fill one 1 2 300 100 >/dev/null && "$LOG_TOOL" export one 1 2 first >/dev/null
"$LOG_TOOL" fill two 1 2 5000 100 >/dev/null && "$LOG_TOOL" export two 1 2 second >/dev/null
serve first
expect 0 audit "$url" --vkey "$key" --state state
serve short
wrong "rollback: the log had 400 entries and is now shown with 300" --state state
printed "both checkpoints are in state/evidence-1.txt"
[[ $(grep -c "^localhost/log/2$" state/evidence-1.txt) -eq 2 ]] || fail "the evidence has not two checkpoints"
wrong "state/evidence-1.txt" --state state
serve second
wrong "fork: the operator has signed two different logs of 400 entries" --state state
grep -q "^fork" state/evidence-2.txt || fail "the evidence"
"$LOG_TOOL" fill two 1 2 6000 500 >/dev/null && "$LOG_TOOL" export two 1 2 second >/dev/null
wrong "entry 300 (in tile/entries/001): is not the one that was audited before" --state state
serve first
expect 0 audit "$url" --vkey "$key" --state state


# A past that was rewritten where the audit stopped at the end of a bundle, so that no old entry is met again.
"$LOG_TOOL" fill base 1 2 0 100 >/dev/null && cp -r base rewritten
"$LOG_TOOL" fill base 1 2 100 156 >/dev/null && key=$("$LOG_TOOL" export base 1 2 before)
"$LOG_TOOL" fill rewritten 1 2 7000 400 >/dev/null && "$LOG_TOOL" export rewritten 1 2 after >/dev/null
serve before
expect 0 audit "$url" --vkey "$key" --state state-even
printed "0 to 255"
serve after
wrong "tile/1/000.p/1: hash 0 is not what the entries from 0 give" --state state-even
printed "both checkpoints are in state-even/evidence-1.txt"
cp before/tile/1/000.p/1 after/tile/1/000.p/1
wrong "checkpoint: its root is not that of its 500 entries; both checkpoints are in state-even/evidence-2.txt" --state state-even
