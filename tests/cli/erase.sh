#!/usr/bin/env bash
# Erasure in ledgers on this machine: each operator in turn, then what is left of it.
source "$(dirname "$0")/common.sh"
make_world
"$EXAMPLE_GRADUATES" 20 >graduates.csv
issue_arguments graduates.csv out
expect 0 "${issue[@]}"
picture=out/BAC2-2026-000001.png
expect 0 qr "$picture"
text=$(tail -n 1 stdout)

# What erasing takes away, and what it leaves: pieces of the document's record, to be looked for in the ledgers' files.
expect 0 proof --config verifyd.conf --out proofs "$picture"
locator=$(sed -n 's/^extra //p' proofs/localhost_log_1.tlog-proof | base64 -d | od -An -v -tx1 | tr -d ' \n' | cut -c 35-66)
cat >pieces.py <<'PYTHON'
import sys
locator, ledger = bytes.fromhex(sys.argv[1]), sys.argv[2]
data = open(ledger + "/data.mdb", "rb").read()
if len(sys.argv) == 3:  # a piece of the share: the record is hdr, locator, three hashes, i, share
    at = data.find(locator)
    while at >= 0 and data[at + 16 + 96] not in (1, 2, 3): at = data.find(locator, at + 1)
    print(data[at + 16 + 96 + 1:][:48].hex())
else:
    print(sum(piece in data for piece in (locator, bytes.fromhex(sys.argv[3]))))
PYTHON
for number in 1 2 3; do
  share[number]=$(python3 pieces.py "$locator" "ledger-$number")
  [[ $(python3 pieces.py "$locator" "ledger-$number" "${share[number]}") -eq 2 ]] || fail "the record is not in ledger $number"
done
# left LEDGER-NUMBER: 2: leaf and share are in its file, 1: the leaf alone.
left() { python3 pieces.py "$locator" "ledger-$1" "${share[$1]}"; }

# One operator by its own hand: two others are enough to read it.
expect 0 erase --store ledger-1 --realm 1 --operator 1 "$picture"
printed "document 1: operator 1 has erased it"
printed "the leaf and its log entry stay"
[[ $(left 1) -eq 1 && $(left 2) -eq 2 ]] || fail "not just the share is gone"
expect 0 verify --config verifyd.conf --json "$picture"
expect 0 erase --store ledger-1 --realm 1 --operator 1 --locator "$locator"

# Through the configuration: all that are on this machine.
expect 0 erase --config verifyd.conf "$picture"
printed "document 1: operator 3 (Three) has erased it"
[[ $(left 1)$(left 2)$(left 3) == 111 ]] || fail "a share is left in a file"
printed "2 of 3 operators must have erased a document to make it unreadable: 1 of 1 document cannot be read any more"
grep -qF "${text#*#}" stdout stderr && fail "the QR text is repeated" || true
grep -qF "$locator" stdout stderr && fail "the locator is repeated" || true
expect 1 verify --config verifyd.conf --json "$picture"
printed '"code":13'
for number in 1 2 3; do
  expect 0 audit "ledger-$number" --realm 1 --operator "$number"
  printed "records      every one is in the ledger, unaltered and with its entry; 1 erased"
done
expect 0 proof --config verifyd.conf --out proofs-erased "$picture"

# A document that is not there, and wrong command lines.
expect 67 erase --store ledger-1 --realm 1 --operator 1 --locator 00000000000000000000000000000000
said "document 1: operator 1 has not erased it: "
expect 64 erase --store ledger-1 --realm 1 --operator 1 --locator 0011
said "--locator must be 32 hexadecimal digits"
expect 64 erase --store ledger-1 --realm 1 --operator 1
said "which document shall be erased?"
expect 64 erase "$picture"
said "give --config, or --store"
expect 64 erase --config verifyd.conf --operator 1 "$picture"
said "go with --store"
expect 78 erase --store ledger-1 --realm 2 --operator 1 --locator "$locator"
expect 66 erase --store nowhere --realm 1 --operator 1 "$picture"
expect 65 erase --config verifyd.conf degree.conf
printf '%s\n' "$text" "$text" >codes.txt
expect 0 erase --config verifyd.conf codes.txt
expect 64 erase --config verifyd.conf out/BAC2-2026-000002.png out/BAC2-2026-000003.png
said "this would erase 2 documents for good; add --yes if that is meant"
expect 0 verify --config verifyd.conf --json out/BAC2-2026-000002.png
expect 0 erase --config verifyd.conf --yes out/BAC2-2026-000002.png out/BAC2-2026-000003.png
printed "2 of 2 documents cannot be read any more"

# Compaction by itself.
expect 0 compact --store ledger-2 --realm 1 --operator 2
printed "ledger-2 was written anew"
expect 66 compact --store nowhere --realm 1 --operator 2
expect 64 compact --config verifyd.conf
said "which operator of verifyd.conf? Give --operator N"
expect 0 compact --config verifyd.conf --operator 3
expect 0 audit --config verifyd.conf --operator 3
expect 0 submissions --config verifyd.conf --operator 1
printed "nothing was handed in over the network yet"
