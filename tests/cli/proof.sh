#!/usr/bin/env bash
# Offline proofs from ledgers on this machine: what they show, and that nothing else passes for one.
source "$(dirname "$0")/common.sh"
make_world
"$EXAMPLE_GRADUATES" 30 >graduates.csv
issue_arguments graduates.csv out
expect 0 "${issue[@]}"
picture=out/BAC2-2026-000007.png
expect 0 qr "$picture"
text=$(tail -n 1 stdout)

expect 0 proof --config verifyd.conf --out proofs "$picture"
printed "operator 1 (One): proofs/localhost_log_1.tlog-proof: entry "
printed " of 30, entered "
[[ $(ls proofs | wc -l) -eq 3 ]] || fail "$(ls proofs)"
grep -raqF "${text#*#}" proofs && fail "the QR text is in a proof" || true
expect 73 proof --config verifyd.conf --out proofs "$picture"
said "exists already and is never overwritten"
file=proofs/localhost_log_2.tlog-proof
key=$("$LOG_TOOL" export ledger-2 1 2 log)

expect 0 proof --check "$file" --vkey "$key"
printed "PROVEN: the entry was in the log when its operator signed the checkpoint"
printed "log           localhost/log/2"
printed "of 30, kind issue"
printed "(the operator's word)"
cp "$file" cosigned

# Every changed byte, and every way to cut it.
len=$(stat -c %s "$file")
for offset in $(seq 0 7 $((len - 1))) $((len - 1)); do
  cp "$file" changed
  byte=$(od -An -tu1 -j "$offset" -N 1 changed)
  printf "$(printf '\\x%02x' $((byte ^ 1)))" | dd of=changed bs=1 seek="$offset" conv=notrunc status=none
  got=0 && "$VERIFYCTL" proof --check changed --vkey "$key" >stdout 2>stderr || got=$?
  # Only the operator's own timestamp can be taken away: then the proof says that it is not said.
  [[ $got -eq 1 ]] || { [[ $got -eq 0 ]] && grep -q "checkpoint    not said" stdout; } || fail "byte $offset: $got"
done
for cut in 0 1 30 $((len / 2)) $((len - 1)); do
  head -c "$cut" "$file" >changed
  expect 1 proof --check changed --vkey "$key"
  printed "NOT PROVEN: changed: "
done
other=$("$LOG_TOOL" export ledger-3 1 3 log-3)
expect 1 proof --check "$file" --vkey "$other"
expect 1 proof --check graduates.csv --vkey "$key"
printed "it is not a proof file"
expect 1 proof --check "$file" --vkey "$key" --witness "$other"
printed "is not cosigned by the witness localhost/log/3"
expect 66 proof --check missing --vkey "$key"
expect 64 proof --check "$file"
expect 64 proof --check "$file" --vkey nonsense
expect 64 proof --config verifyd.conf --out more
expect 64 proof --config verifyd.conf --out more --witness "$key" "$picture"
expect 65 proof --config verifyd.conf --out more https://elsewhere.example/#hello

# An operator that does not answer is named; without any there is no proof.
mv ledger-1 away
expect 0 proof --config verifyd.conf --out two "$picture"
said "no proof from operator 1 (One): "
[[ $(ls two | wc -l) -eq 2 ]] || fail "$(ls two)"
mv ledger-2 away-2 && mv ledger-3 away-3
expect 66 proof --config verifyd.conf --out none "$picture"
said "no operator gave a proof"
