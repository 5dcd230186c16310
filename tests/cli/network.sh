#!/usr/bin/env bash
# Three operators as processes: issue, verify, audit, prove, erase; one stays away, two stay away.
source "$(dirname "$0")/common.sh"
make_world
source "$(dirname "$0")/operators.sh"
start_operators
"$EXAMPLE_GRADUATES" 300 >graduates.csv

# Issue: everything is with every operator, once, and under its name.
issue_arguments graduates.csv out
expect 0 "${issue[@]}"
printed "300 documents of type school-leaving/bac2 issued by moeys.example"
[[ $("$LEDGER_COUNTS" 1 op-1/ledger op-2/ledger op-3/ledger | sort -u) == "300 300" ]] || fail "the ledgers do not hold 300 documents each"
expect 0 submissions --config op-2/verifyd.conf
printed "moeys.example            $(sed -n 's/^kid: //p' issuer.key.pub)  added 300 from entry 0, 0 were there already"
expect 0 submissions --store op-2/ledger --realm 1 --operator 2 --json
printed '"issuer":"moeys.example"'
printed '"kind":"submission","first_index":0,"added":300,"unchanged":0,"erased":0'
expect 78 submissions --store op-2/ledger --realm 1 --operator 3
expect 64 submissions --config verifyd.conf --operator 2
said "only its operator has the whole list"
picture=out/BAC2-2026-000001.png
expect 0 qr "$picture"
text=$(tail -n 1 stdout)

# Verify: all three, two, and one of them.
expect 0 verify --config verifyd.conf --lang en "$picture"
printed "VALID"
kill_operator 2
expect 0 verify --config verifyd.conf --json "$picture" out/BAC2-2026-000002.png out/BAC2-2026-000003.png
[[ $(grep -c '"verdict":"VALID"' stdout) -eq 3 ]] || fail "three documents with one operator killed"
kill_operator 3
expect 2 verify --config verifyd.conf --json "$picture"
printed '"verdict":"INCONCLUSIVE","code":12'
said "operator 2 is unreachable"
said "operator 3 is unreachable"
start_operator 2
start_operator 3

# Audit, with every record.
for number in 1 2 3; do
  expect 0 audit "$(url_of "$number")" --vkey "$(vkey_of "$number")" --state "state-$number" --records
  printed "0 to 299: 300 documents, 0 statements, 0 trust lists"
  printed "300 given out, unaltered and with their entries, and 0 said to be erased"
done
expect 0 audit --config verifyd.conf --operator 2 --quiet
[[ ! -s stdout ]] || fail "--quiet is not quiet"
expect 1 audit "$(url_of 1)" --vkey "$(vkey_of 2)"
printed "WRONG"
printed "is one of 127.0.0.1/log/1, not of 127.0.0.1/log/2"
expect 67 audit "http://127.0.0.1:${ports[1]}/elsewhere" --vkey "$(vkey_of 1)"
expect 1 audit "$(url_of 1)" --vkey "$(vkey_of 1)" --witness "$(vkey_of 2)"
printed "is not cosigned by the witness 127.0.0.1/log/2"
expect 64 audit "$(url_of 1)"
said "--vkey is missing"
expect 64 audit "$(url_of 1)" --vkey nonsense
said "must be a verifier key"

# Proofs, made over the network and checked without it.
expect 0 proof --config verifyd.conf --out proofs "$picture"
[[ $(ls proofs | tr '\n' ' ') == "127.0.0.1_log_1.tlog-proof 127.0.0.1_log_2.tlog-proof 127.0.0.1_log_3.tlog-proof " ]] || fail "$(ls proofs)"
grep -raqF "${text#*#}" proofs && fail "the QR text is in a proof" || true
expect 0 proof --check proofs/127.0.0.1_log_2.tlog-proof --vkey "$(vkey_of 2)"
printed "PROVEN"
printed "of 300, kind issue"
expect 1 proof --check proofs/127.0.0.1_log_2.tlog-proof --vkey "$(vkey_of 1)"
printed "NOT PROVEN"

# A second series while an operator is away: refused with a remedy, then continued, nothing lost and nothing twice.
"$EXAMPLE_GRADUATES" 400 9 | sed 's/BAC2-2026/BAC2-2027/' >more.csv
kill_operator 2
issue_arguments more.csv more
expect 69 "${issue[@]}"
said "operator 2 (University): "
said "run the same command again to continue"
[[ ! -e more/manifest.csv && -f more/unfinished-batch ]] || fail "an unfinished batch looks finished"
cp -p more/unfinished-batch saved-state
start_operator 2
expect 0 "${issue[@]}"
said "continuing the batch"
[[ $("$LEDGER_COUNTS" 1 op-1/ledger op-2/ledger op-3/ledger | sort -u) == "700 700" ]] || fail "the ledgers do not hold 700 documents each"
expect 0 verify --config verifyd.conf --json more/BAC2-2027-000001.png more/BAC2-2027-000400.png
expect 0 audit "$(url_of 2)" --vkey "$(vkey_of 2)" --state state-2 --records
printed "this time    300 to 699; those before were audited earlier"
printed "it continues the log of 300 entries"
printed "700 given out"

# What an operator refuses is told in its words.
expect 0 keygen --kind issuer --out stranger.key
cp graduates.csv third.csv && sed -i 's/BAC2-2026/BAC2-2028/' third.csv
issue_arguments third.csv third
expect 77 "${issue[@]/issuer.key/stranger.key}"
said "operator 1 (Ministry): "
expect 73 issue --profile degree.conf --in third.csv --out fourth --issuer moeys.example --issuer-key issuer.key \
  --status-key status.key --prefix https://verify.example/ --realm 1 --threshold 2 --ledger op-1/ledger --ledger op-2/ledger \
  --ledger op-3/ledger
said "give its url and vkey in place of the store"

# Audits while the log grows: it is another one at every look, and always a continuation.
"$EXAMPLE_GRADUATES" 4200 11 | sed 's/BAC2-2026/BAC2-2029/' >growth.csv
issue_arguments growth.csv growth
"$VERIFYCTL" "${issue[@]}" >/dev/null 2>&1 </dev/null &
background=$!
while kill -0 "$background" 2>/dev/null; do
  expect 0 audit "$(url_of 1)" --vkey "$(vkey_of 1)" --state state-1 --records --quiet
  expect 0 audit "$(url_of 3)" --vkey "$(vkey_of 3)" --records --quiet
done
wait "$background" || fail "the batch that grew the log"
background=
expect 0 audit "$(url_of 1)" --vkey "$(vkey_of 1)" --state state-1 --records
printed "0 to 4899: 4900 documents"
expect 0 audit --config op-1/verifyd.conf
printed "records      every one is in the ledger, unaltered and with its entry; 0 erased"

# Erasure: by the issuer; one operator is away, then comes back.
expect 77 erase --config verifyd.conf --issuer-key stranger.key "$picture"
said "document 1: operator 1 (Ministry) has not erased it: "
printed "0 of 1 document cannot be read any more"
expect 64 erase --config verifyd.conf "$picture"
said "--issuer-key is missing"
kill_operator 3
expect 69 erase --config verifyd.conf --issuer-key issuer.key "$picture"
printed "document 1: operator 1 (Ministry) has erased it"
printed "document 1: operator 2 (University) has erased it"
said "document 1: operator 3 (Archive) has not erased it: "
printed "2 of 3 operators must have erased a document to make it unreadable: 1 of 1 document cannot be read any more"
start_operator 3
expect 1 verify --config verifyd.conf --json "$picture"
printed '"code":13'
expect 0 erase --config verifyd.conf --issuer-key issuer.key "$picture"
expect 64 erase --config verifyd.conf --issuer-key issuer.key out/BAC2-2026-000002.png out/BAC2-2026-000003.png
said "this would erase 2 documents for good; add --yes"
expect 0 erase --config verifyd.conf --issuer-key issuer.key --yes out/BAC2-2026-000002.png out/BAC2-2026-000003.png
expect 0 submissions --config op-3/verifyd.conf
[[ $(grep -c "erased the record of entry" stdout) -eq 3 ]] || fail "the trail of erasures"
expect 0 audit "$(url_of 3)" --vkey "$(vkey_of 3)" --state fresh --records
printed "4897 given out, unaltered and with their entries, and 3 said to be erased"
expect 0 proof --config verifyd.conf --out proofs-erased "$picture"
expect 0 proof --check proofs-erased/127.0.0.1_log_1.tlog-proof --vkey "$(vkey_of 1)"

# What was erased is not taken back in; the row is named.
expect 0 erase --config verifyd.conf --issuer-key issuer.key more/BAC2-2027-000002.png
mkdir -m 700 rerun && cp -p saved-state rerun/unfinished-batch
issue_arguments more.csv rerun
expect 73 "${issue[@]}"
said "operator 1 (Ministry) refuses row 3: "

# The operator's own hand: not while verifyd runs; then nothing of the share is left on the disk.
expect 73 compact --config op-1/verifyd.conf
kill_operator 1
expect 0 erase --store op-1/ledger --config op-1/verifyd.conf out/BAC2-2026-000004.png
printed "document 1: operator 1 has erased it"
expect 0 compact --config op-1/verifyd.conf
start_operator 1
expect 0 verify --config verifyd.conf --json out/BAC2-2026-000004.png
expect 0 audit "$(url_of 1)" --vkey "$(vkey_of 1)" --state state-1
printed "it continues the log of 4900 entries"

# No secret but where it belongs.
name=$(sed -n '2{s/^[^,]*,[^,]*,\([^,]*\),.*/\1/p}' graduates.csv)
secrets=(-e "${text#*#}" -e "$(sed -n 's/^secret: //p' issuer.key)" -e "$(sed -n 's/^secret: //p' log-1.key)" -e "$name")
grep -rlaF "${secrets[@]}" op-1 op-2 op-3 state-1 proofs && fail "a secret in one of these" || true
