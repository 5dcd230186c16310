#!/usr/bin/env bash
# Documents issued anew: the issue before is superseded once the new one is in all ledgers, whatever interrupts it.
source "$(dirname "$0")/common.sh"
make_world
"$EXAMPLE_GRADUATES" 60 >graduates.csv
issue_arguments graduates.csv out
expect 0 "${issue[@]}"
serial() { printf 'BAC2-2026-%06d' "$1"; }
# rows FIRST LAST: a spreadsheet of these graduates.
rows() { head -n 1 graduates.csv && sed -n "$(($1 + 1)),$(($2 + 1))p" graduates.csv; }
# reissue CODE SPREADSHEET OUT [OPTION…]
reissue() {
  issue_arguments "$2" "$3" "${@:4}"
  expect "$1" reissue "${issue[@]:1}"
}
# is FOLDER NUMBER CODE
is() {
  local got
  got=$("$VERIFYCTL" verify --config verifyd.conf --json "$1/$(serial "$2").png" 2>/dev/null | grep -o '"code":[0-9]*' | head -n 1) || true
  [[ $got == "\"code\":$3" ]] || fail "$1/$(serial "$2") is $got, not $3"
}
state() {
  expect "$1" "$2" --config verifyd.conf --issuer moeys.example --type school-leaving/bac2 --issuer-key issuer.key \
    --status-key status.key "${@:3}"
}

# One, then the same again, then once more with the next number.
rows 1 1 >one.csv
reissue 0 one.csv second
printed "issue 1 of 1 document superseded"
is out 1 42
is second 1 0
is out 2 0
reissue 73 one.csv second
said "holds a finished batch"
reissue 73 one.csv again
said "one.csv: row 2: issue 1 of the document is superseded already; give a higher --issue-no"
said "one.csv has 1 problem; nothing was issued"
[[ ! -e again ]] || fail "a refused reissue left a folder"
reissue 0 one.csv third --issue-no 3
printed "issue 2 of 1 document superseded"
is out 1 42
is second 1 42
is third 1 0
state 73 suspend --serial "$(serial 1)"
said "is superseded by a later issue, and that is for good; name that one with --issue-no"
state 73 revoke --serial "$(serial 1)"
state 0 suspend --serial "$(serial 1)" --issue-no 3
is third 1 41

# Many; one of them was revoked before, another suspended.
state 0 revoke --serial "$(serial 12)"
state 0 suspend --serial "$(serial 13)"
rows 11 20 >many.csv
reissue 0 many.csv many
printed "issue 1 of 9 documents superseded; 1 already superseded or revoked"
is out 11 42
is out 12 40
is out 13 42
for number in $(seq 11 20); do is many "$number" 0; done

# A number may be left out: whatever came before is superseded.
rows 21 22 >skipped.csv
state 0 revoke --serial "$(serial 22)"
reissue 0 skipped.csv skipped --issue-no 4
printed "issue 3 of 2 documents superseded"
printed "issue 1 of 1 document superseded; 1 already superseded or revoked"
is out 21 42
is out 22 40
is skipped 21 0
reissue 73 skipped.csv between --issue-no 3
said "skipped.csv: row 2: issue 2 of the document is superseded already; give a higher --issue-no"
reissue 0 skipped.csv next --issue-no 5
[[ $(grep -c superseded stdout) -eq 1 ]] || fail "something was superseded twice"
is skipped 21 42
is next 21 0
reissue 64 skipped.csv far --issue-no 101
said "--issue-no 101 is above 100, the last reissue of a document"
[[ ! -e far ]] || fail "a refused reissue left a folder"

# A new issue that is revoked already is not made.
state 0 revoke --serial "$(serial 25)" --issue-no 2
rows 24 26 >revoked.csv
reissue 73 revoked.csv revoked
said "revoked.csv: row 3: issue 2 of the document is revoked already; give a higher --issue-no"
is out 24 0
reissue 0 revoked.csv revoked --issue-no 3
is out 25 42
is revoked 25 0

# kill -9 at any time: the same command finishes it.
rows 31 60 >killed.csv
issue_arguments killed.csv killed
for round in $(seq 15); do
  "$VERIFYCTL" reissue "${issue[@]:1}" >/dev/null 2>&1 </dev/null &
  background=$!
  sleep "0.0$((round % 10))"
  kill -9 "$background" 2>/dev/null || true
  wait "$background" 2>/dev/null || true
  background=
done
code=0
"$VERIFYCTL" reissue "${issue[@]:1}" >stdout 2>stderr </dev/null || code=$?
[[ $code -eq 0 || $code -eq 73 ]] || fail "the last run ended with $code"
[[ $code -eq 0 ]] || said "holds a finished batch"
for number in 31 45 60; do
  is out "$number" 42
  is killed "$number" 0
done
[[ $("$LEDGER_COUNTS" 1 ledger-1 ledger-2 ledger-3 | sort -u | wc -l) -eq 1 ]] || fail "the ledgers differ"
expect 0 watch --config verifyd.conf --queue statements

# Without a queue nothing is issued.
rows 27 28 >stopped.csv
mv statements kept && touch statements
reissue 73 stopped.csv stopped
[[ ! -e stopped ]] || fail "documents were issued that can not be superseded"
rm statements && mv kept statements
reissue 0 stopped.csv stopped
is out 27 42
is stopped 27 0

# What makes no sense on the command line.
rows 29 29 >last.csv
reissue 64 last.csv last --issue-no 1
issue_arguments last.csv last
expect 64 reissue --profile degree.conf --in last.csv --out last --issuer moeys.example --issuer-key issuer.key \
  --status-key status.key --prefix https://verify.example/ --realm 1 --threshold 2 --ledger ledger-1 --ledger ledger-2
said "--config is missing"
expect 0 keygen --kind issuer --out stranger.key
issue=("${issue[@]/issuer.key/stranger.key}")
expect 77 reissue "${issue[@]:1}"
is out 29 0
