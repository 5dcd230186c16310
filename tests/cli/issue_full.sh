#!/usr/bin/env bash
# A ledger that reaches a file size limit: the batch ends with an error that says what to do, and continues later.
source "$(dirname "$0")/common.sh"
make_world
rows=2000
"$EXAMPLE_GRADUATES" $rows >graduates.csv
issue_arguments graduates.csv out
(
  ulimit -f 1000 # KiB
  expect 75 "${issue[@]}"
)
said "free some space"
[[ -e out/unfinished-batch ]] || fail "the batch cannot be continued"
expect 0 "${issue[@]}"
printed "$rows documents of type school-leaving/bac2 issued"
[[ $("$LEDGER_COUNTS" 1 ledger-1 ledger-2 ledger-3 | sort -u) == "$rows $rows" ]] || fail "the ledgers do not hold each document once"
