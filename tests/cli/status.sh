#!/usr/bin/env bash
# Statements about documents, by serial, in ledgers on this machine: each command, singly and from a spreadsheet.
source "$(dirname "$0")/common.sh"
make_world
expect 0 keygen --kind issuer --out registrar.key
expect 0 keygen --kind issuer --out other.key
rm trust.list
expect 0 trust create --realm 1 --out trust.list
add() { # add KEY ROLE ISSUER
  expect 0 trust add --list trust.list --key "$1.key.pub" --role "$2" --issuer "$3" --name en="$3" --not-before 2020-01-01 \
    --not-after 2040-01-01
}
add issuer issuer moeys.example
add other issuer other.example
add registrar registrar registrar.example
expect 0 trust sign --list trust.list --root-key root.key
"$EXAMPLE_GRADUATES" 40 >graduates.csv
issue_arguments graduates.csv out
expect 0 "${issue[@]}"
serial() { printf 'BAC2-2026-%06d' "$1"; }

# state CODE COMMAND [OPTION…]: a command about statements, with the key $key.
key=issuer.key
type=school-leaving/bac2
state() {
  expect "$1" "$2" --config verifyd.conf --issuer moeys.example --type "$type" --issuer-key "$key" \
    --status-key status.key "${@:3}"
}
# verdict NUMBER VERDICT CODE
verdict() {
  local code=0
  [[ $2 == VALID ]] || code=1
  expect "$code" verify --config verifyd.conf --json "out/$(serial "$1").png"
  printed "\"verdict\":\"$2\",\"code\":$3"
}

# One at a time: suspended, reinstated, suspended again, revoked.
verdict 1 VALID 0
state 0 suspend --serial "$(serial 1)"
printed "$(serial 1): suspended, certificateHold"
printed "1 document suspended; 3 of 3 operators have it"
verdict 1 NOT_VALID 41
state 0 suspend --serial "$(serial 1)"
printed "is suspended already; nothing to do"
state 0 reinstate --serial "$(serial 1)"
verdict 1 VALID 0
state 0 reinstate --serial "$(serial 1)"
printed "is reinstated already; nothing to do"
printed "0 documents reinstated, 1 already"
state 73 reinstate --serial "$(serial 2)"
said "is not suspended, so there is nothing to reinstate"
state 0 suspend --serial "$(serial 1)" --reason keyCompromise
verdict 1 NOT_VALID 41
state 0 revoke --serial "$(serial 1)" --reason affiliationChanged
printed "revoked, affiliationChanged"
verdict 1 NOT_VALID 40
state 0 revoke --serial "$(serial 1)"
printed "is revoked already; nothing to do"
printed "0 documents revoked, 1 already"
for command in suspend reinstate; do
  state 73 "$command" --serial "$(serial 1)"
  said "is revoked, and that is for good; issue a new document with verifyctl reissue"
done
verdict 2 VALID 0
[[ $("$LEDGER_COUNTS" 1 ledger-1 ledger-2 ledger-3 | sort -u) == "44 40" ]] || fail "not four statements in every ledger"

# The queue keeps what was said, private, and has nothing to send.
[[ $(stat -c %a statements) == 700 && $(stat -c %a statements/*.statements | sort -u) == 600 ]] || fail "the queue is not private"
expect 0 statements --queue statements --config verifyd.conf --show --all
printed "$(serial 1) issue 1: revoked, affiliationChanged; 3 of 3 operators: done"
printed "4 statements in the queue, 0 wait"
expect 0 statements --queue statements --config verifyd.conf --issuer-key issuer.key
expect 66 statements --queue nowhere --config verifyd.conf --show
expect 64 statements --queue statements --config verifyd.conf
said "--issuer-key is missing"

# A registrar may say it too, from a queue of his own; another issuer, or a key that nobody knows, may not.
key=registrar.key
state 0 suspend --serial "$(serial 2)" --queue registrar-queue
verdict 2 NOT_VALID 41
key=issuer.key
state 0 reinstate --serial "$(serial 2)"
verdict 2 VALID 0
key=registrar.key
expect 64 revoke --config verifyd.conf --issuer moeys.exmaple --type "$type" --issuer-key registrar.key \
  --status-key status.key --serial "$(serial 2)" --queue registrar-queue
said '--issuer "moeys.exmaple" is no issuer of the trust list: it has no documents'
expect 64 revoke --config verifyd.conf --issuer registrar.example --type "$type" --issuer-key registrar.key \
  --status-key status.key --serial "$(serial 2)" --queue registrar-queue
key=other.key
state 77 revoke --serial "$(serial 2)"
said "belongs to another issuer in the trust list, and is no registrar's: nobody would heed what it says"
expect 0 keygen --kind issuer --out stranger.key
key=stranger.key
state 77 revoke --serial "$(serial 2)"
said "is not in the trust list"
key=status.key
state 77 revoke --serial "$(serial 2)"
key=issuer.key
verdict 2 VALID 0

# From a spreadsheet: all or nothing is looked at first, and every bad row named.
{ echo "no,serial,why"; for number in $(seq 3 22); do echo "$number,$(serial "$number"),lost"; done; } >lost.csv
state 0 suspend --in lost.csv
printed "20 documents suspended; 3 of 3 operators have them"
verdict 3 NOT_VALID 41
verdict 22 NOT_VALID 41
verdict 23 VALID 0
state 0 reinstate --serial "$(serial 5)"
sed "s/$(serial 4)/$(serial 24)/" lost.csv >found.csv
state 73 reinstate --in found.csv
said "found.csv: row 3: the document is not suspended"
said "found.csv has 1 problem; no statement was made"
verdict 3 NOT_VALID 41
sed 's/^no,serial/no,number/' lost.csv >found.csv
state 65 reinstate --in found.csv
said 'there is no column "serial"; say which one holds the serials with --column'
state 0 reinstate --in found.csv --column number
printed "19 documents reinstated, 1 already"
verdict 3 VALID 0
state 0 reinstate --in lost.csv
printed "0 documents reinstated, 20 already"
state 0 revoke --in lost.csv --reason cessationOfOperation
verdict 5 NOT_VALID 40
verdict 22 NOT_VALID 40
state 0 revoke --in lost.csv
printed "0 documents revoked, 20 already"
{ cat lost.csv; echo "1,$(serial 3),twice"; echo "2,,none"; printf '3,%065d,long\n' 1; } >bad.csv
state 65 revoke --in bad.csv
said "bad.csv: row 22, column serial: the serial is in row 2 already; leave one out"
said "bad.csv: row 23, column serial: the cell is empty"
said "bad.csv: row 24, column serial: the cell is longer than the 64 bytes of a serial"
said "bad.csv has 3 problems; no statement was made"
echo "serial" >empty.csv
state 65 revoke --in empty.csv
state 66 revoke --in nowhere.csv

# A later issue has statements of its own. The list of a batch says of which issue it is; a sheet may give reasons.
state 0 revoke --serial "$(serial 30)" --issue-no 2
verdict 30 VALID 0
{ head -n 1 out/manifest.csv && grep "$(serial 29)" out/manifest.csv | sed 's/,1,/,2,/'; } >manifest.csv
state 65 revoke --in manifest.csv --issue-no 1
said "manifest.csv: row 2, column issue_no: the cell is another number than --issue-no says"
state 0 revoke --in manifest.csv
printed "$(serial 29) issue 2: revoked, unspecified"
verdict 29 VALID 0
{ head -n 1 out/manifest.csv && grep "$(serial 29)" out/manifest.csv; } >manifest.csv
state 0 revoke --in manifest.csv
verdict 29 NOT_VALID 40
printf 'serial,reason\n%s,keyCompromise\n%s,\n' "$(serial 27)" "$(serial 28)" >reasons.csv
state 0 revoke --in reasons.csv --reason cessationOfOperation
printed "$(serial 27): revoked, keyCompromise"
printed "$(serial 28): revoked, cessationOfOperation"
expect 0 statements --queue statements --config verifyd.conf --show --all
printed "$(serial 27) issue 1: revoked, keyCompromise"
printf 'serial,reason\n%s,stolen\n' "$(serial 26)" >reasons.csv
state 65 revoke --in reasons.csv
said "reasons.csv: row 2, column reason: the cell is none of the words"
verdict 26 VALID 0

# What makes no sense on the command line.
state 64 revoke
said "which documents? Give --serial, or --in with a spreadsheet"
state 64 revoke --serial x --in lost.csv
state 64 revoke --serial x --column serial
state 64 revoke --serial ""
state 64 revoke --serial x --issue-no 0
state 64 revoke --serial x --reason boredom
said '--reason "boredom" is none of the words'
state 64 revoke --serial x --reason certificateHold
said "use verifyctl suspend"
state 64 suspend --serial x --reason removeFromCRL
said "use verifyctl reinstate"
type='Not A Type'
state 65 revoke --serial x
type=school-leaving/bac2

# A ledger that another process has is left out; the statement waits for it, and the next command sends it.
mv ledger-3 away
state 69 revoke --serial "$(serial 31)"
said "operator 3 (Three): "
said "1 statement is not acknowledged by all operators; kept in statements"
verdict_of() { "$VERIFYCTL" verify --config verifyd.conf --json "out/$(serial "$1").png" 2>/dev/null | grep -o '"code":[0-9]*' | head -n 1; }
[[ $(verdict_of 31) == '"code":40' ]] || fail "two operators of three are not enough to revoke"
expect 0 statements --queue statements --config verifyd.conf --show
printed "$(serial 31) issue 1: revoked, unspecified; 2 of 3 operators: waits"
printed "1 waits for an operator"
mv away ledger-3
state 0 suspend --serial "$(serial 32)"
expect 0 statements --queue statements --config verifyd.conf --show
printed " 0 wait for an operator"
[[ $("$LEDGER_COUNTS" 1 ledger-1 ledger-2 ledger-3 | sort -u | wc -l) -eq 1 ]] || fail "the ledgers differ"
mkdir gone && mv ledger-1 ledger-2 ledger-3 gone
state 69 revoke --serial "$(serial 33)"
said "no operator can be asked what it holds; only what is in statements is known"
printed "1 document to be revoked; 0 of 3 operators have it; it waits"
mv gone/* .
state 0 revoke --serial "$(serial 33)"
printed "already; nothing to do"
[[ $(verdict_of 33) == '"code":40' ]] || fail "what was said with nobody there was not sent"

# A queue that was altered is not sent, nor overwritten.
first=$(find statements -name '*.statements' | sort | head -n 1)
cp "$first" saved
sed -i 's/^suspended/suspende/' "$first"
state 65 revoke --serial "$(serial 33)"
said "statement 1 is not as verifyctl wrote it; restore the file"
cp saved "$first"
chmod 644 "$first"
state 77 revoke --serial "$(serial 33)"
chmod 600 "$first"
state 0 revoke --serial "$(serial 33)"

# Two commands with one queue: one waits for the other.
pair=()
for number in 36 37; do
  "$VERIFYCTL" revoke --config verifyd.conf --issuer moeys.example --type "$type" --issuer-key issuer.key \
    --status-key status.key --serial "$(serial "$number")" >/dev/null 2>"stderr-$number" </dev/null &
  pair+=($!)
done
for pid in "${pair[@]}"; do wait "$pid" || fail "one of two commands failed: $(cat stderr-36 stderr-37)"; done
verdict 36 NOT_VALID 40
verdict 37 NOT_VALID 40
expect 0 watch --config verifyd.conf --queue statements

# No secret but where it belongs.
secrets=(-e "$(sed -n 's/^secret: //p' issuer.key)" -e "$(sed -n 's/^secret: //p' status.key)")
grep -rlF "${secrets[@]}" statements registrar-queue && fail "a secret in the queue" || true
