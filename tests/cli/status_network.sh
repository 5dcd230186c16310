#!/usr/bin/env bash
# Statements over the network: an operator away and back, kill -9 in the middle, two clerks at once, watching.
source "$(dirname "$0")/common.sh"
make_world
source "$(dirname "$0")/operators.sh"
start_operators
"$EXAMPLE_GRADUATES" 400 >graduates.csv
issue_arguments graduates.csv out
expect 0 "${issue[@]}"
serial() { printf 'BAC2-2026-%06d' "$1"; }
sheet() { echo serial; for number in $(seq "$1" "$2"); do serial "$number"; echo; done; }

# state CODE COMMAND [OPTION…]: a command about statements.
state() {
  expect "$1" "$2" --config verifyd.conf --issuer moeys.example --type school-leaving/bac2 --issuer-key issuer.key \
    --status-key status.key "${@:3}"
}
# code_of NUMBER: of the verdict.
code_of() { "$VERIFYCTL" verify --config verifyd.conf --json "out/$(serial "$1").png" 2>/dev/null | grep -o '"code":[0-9]*' | head -n 1; }
# is NUMBER CODE
is() { [[ $(code_of "$1") == "\"code\":$2" ]] || fail "document $1 is $(code_of "$1"), not $2"; }
# statuses: how many statements each ledger holds, one line when they agree.
statuses() {
  for number in 1 2 3; do
    expect 0 audit "$(url_of "$number")" --vkey "$(vkey_of "$number")"
    grep -o '[0-9]* statements' stdout
  done | sort -u
}

# Each command.
state 0 suspend --serial "$(serial 1)"
is 1 41
state 0 reinstate --serial "$(serial 1)"
is 1 0
state 0 revoke --serial "$(serial 1)" --reason keyCompromise
is 1 40
is 2 0
[[ $(statuses) == "3 statements" ]] || fail "not three statements with every operator"

# An operator is away: its statements wait, the others have them; the next command brings them, or verifyctl statements.
kill_operator 2
state 69 revoke --serial "$(serial 2)"
said "operator 2 (University): it does not answer"
said "1 statement is not acknowledged by all operators; kept in statements"
printed "1 document revoked; 2 of 3 operators have it; it waits for the others"
is 2 40
expect 69 statements --config verifyd.conf --queue statements --issuer-key issuer.key
printed "$(serial 2) issue 1: revoked, unspecified; 2 of 3 operators: waits"
expect 69 watch --config verifyd.conf --queue statements
printed "4 statements; 2 of 3 operators asked; 0 missing, 0 not sent yet"
start_operator 2
expect 1 watch --config verifyd.conf --queue statements
printed "4 statements; 3 of 3 operators asked; 0 missing, 1 not sent yet"
expect 0 statements --config verifyd.conf --queue statements --issuer-key issuer.key
printed "0 wait for an operator"
[[ $(statuses) == "4 statements" ]] || fail "the statement did not arrive"
expect 0 watch --config verifyd.conf --queue statements --issuer-key issuer.key
printed "4 statements; 3 of 3 operators asked; 0 missing, 0 not sent yet"
printed "operator 2 (University) accepted 5 submissions in this name: 5 from this queue, 0 others"

# What was issued from elsewhere is not from here, and is shown; a series that was interrupted is still ours.
[[ $(stat -c %a statements/submissions) == 600 ]] || fail "notes that others can read"
"$EXAMPLE_GRADUATES" 3 5 | sed 's/BAC2-2026/BAC2-2031/' >elsewhere.csv
issue_arguments elsewhere.csv elsewhere --queue another
expect 0 "${issue[@]}"
"$EXAMPLE_GRADUATES" 3 6 | sed 's/BAC2-2026/BAC2-2032/' >ours.csv
issue_arguments ours.csv ours --queue statements
kill_operator 3
expect 69 "${issue[@]}"
start_operator 3
expect 0 "${issue[@]}"
expect 0 watch --config verifyd.conf --queue statements --issuer-key issuer.key
printed "operator 3 (Archive) accepted 7 submissions in this name: 6 from this queue, 1 other"
[[ $(grep -c "added 3 from entry" stdout) -eq 3 ]] || fail "not one that is not from here with each operator"
expect 0 watch --config verifyd.conf --queue another --issuer-key issuer.key
printed "operator 3 (Archive) accepted 7 submissions in this name: 1 from this queue, 6 others"
kill_operator 1
kill_operator 3
state 69 suspend --serial "$(serial 3)"
start_operator 1
start_operator 3
state 0 suspend --serial "$(serial 4)"
[[ $(statuses) == "6 statements" ]] || fail "an older statement was not sent first"

# All are away: it waits; but what is suspended by others nobody knows then.
for number in 1 2 3; do kill_operator "$number"; done
state 69 suspend --serial "$(serial 5)"
printed "1 document to be suspended; 0 of 3 operators have it; it waits"
state 69 revoke --serial "$(serial 5)"
state 69 reinstate --serial "$(serial 6)"
said "no operator can be asked whether it is suspended"
expect 69 statements --config verifyd.conf --queue statements --issuer-key issuer.key --again
for number in 1 2 3; do start_operator "$number"; done
state 0 suspend --serial "$(serial 6)"
is 5 40
is 6 41
[[ $(statuses) == "9 statements" ]] || fail "what was said with nobody there did not arrive"

# An operator that was added later gets the older statements; with one that is not configured they are left alone.
sed '/number = 3/d; /number = 2/s/,$//' verifyd.conf >two.conf
cp verifyd.conf three.conf
cp two.conf verifyd.conf
state 0 suspend --serial "$(serial 7)" --queue young
expect 0 watch --config two.conf --queue young
expect 1 watch --config two.conf --queue statements
printed "0 statements; 2 of 2 operators asked; 0 missing, 0 not sent yet, 9 not watched"
cp three.conf verifyd.conf
expect 1 watch --config verifyd.conf --queue young
printed "1 statement; 3 of 3 operators asked; 0 missing, 1 not sent yet"
expect 0 statements --config verifyd.conf --queue young --issuer-key issuer.key
expect 0 watch --config verifyd.conf --queue young
[[ $(statuses) == "10 statements" ]] || fail "the operator that was added did not get the older statement"

# kill -9 at any time during a spreadsheet: run again, everything is said once and the same bytes.
sheet 11 310 >lost.csv
revoke=(revoke --config verifyd.conf --issuer moeys.example --type school-leaving/bac2 --issuer-key issuer.key
  --status-key status.key --in lost.csv)
for round in $(seq 12); do
  "$VERIFYCTL" "${revoke[@]}" >/dev/null 2>&1 </dev/null &
  background=$!
  sleep "0.$(printf '%02d' $((round * 4)))"
  kill -9 "$background" 2>/dev/null || true
  wait "$background" 2>/dev/null || true
  background=
done
expect 0 "${revoke[@]}"
expect 0 "${revoke[@]}"
printed "0 documents revoked, 300 already"
is 11 40
is 310 40
is 311 0
[[ $(statuses) == "310 statements" ]] || fail "$(statuses): not 300 more with every operator"
expect 0 watch --config verifyd.conf --queue statements
printed "309 statements; 3 of 3 operators asked; 0 missing, 0 not sent yet"

# Two clerks at once, each with a queue: nothing is lost, whoever comes first.
sheet 320 339 >both.csv
for round in 1 2 3; do
  pair=()
  for clerk in one two; do
    command=suspend
    [[ $round -ne 2 ]] || command=reinstate
    [[ $round -ne 3 || $clerk == one ]] || command=revoke
    "$VERIFYCTL" "$command" --config verifyd.conf --issuer moeys.example --type school-leaving/bac2 --issuer-key issuer.key \
      --status-key status.key --in both.csv --queue "queue-$clerk" >"clerk-$clerk" 2>&1 </dev/null &
    pair+=($!)
  done
  for pid in "${pair[@]}"; do wait "$pid" || true; done
done
for clerk in one two; do
  expect 0 statements --config verifyd.conf --queue "queue-$clerk" --issuer-key issuer.key
  expect 0 watch --config verifyd.conf --queue "queue-$clerk"
done
is 320 40
is 339 40
is 340 0
[[ $(statuses | wc -l) -eq 1 ]] || fail "the ledgers differ: $(statuses)"

# An operator that withholds: one that was put back to an older state, and one that was begun anew.
expect 0 statements --config verifyd.conf --queue statements --show
kill_operator 3
cp -r op-3/ledger op-3/saved
start_operator 3
state 0 revoke --serial "$(serial 350)"
state 0 suspend --serial "$(serial 351)"
kill_operator 3
rm -r op-3/ledger && mv op-3/saved op-3/ledger
start_operator 3
expect 1 watch --config verifyd.conf --queue statements
printed "operator 3 (Archive) withholds: $(serial 350) issue 1, revoked"
printed "2 missing"
is 350 40
state 0 revoke --serial "$(serial 350)"
printed "already; nothing to do"

# A later statement leaves no gap before it: the operator gets a copy of the earlier one, whoever has it.
is 351 41
state 0 reinstate --serial "$(serial 351)"
is 351 0
expect 0 statements --config verifyd.conf --queue statements --show --all
printed "$(serial 351) issue 1: copy; 1 of 3 operators: done"
expect 1 watch --config verifyd.conf --queue statements
printed "1 missing"
expect 64 statements --config verifyd.conf --queue statements --again --show
expect 0 statements --config verifyd.conf --queue statements --issuer-key issuer.key --again
printed "3 of 3 operators asked; 1 missing"
expect 0 watch --config verifyd.conf --queue statements
state 0 suspend --serial "$(serial 351)"
kill_operator 1
kill_operator 2
expect 0 submissions --config verifyd.conf --operator 3 --issuer-key issuer.key
start_operator 1
start_operator 2
is 351 41

# What was handed in in the issuer's name, as text and JSON, by configuration and by address; not for a stranger.
expect 0 submissions --config verifyd.conf --operator 1 --issuer-key issuer.key
printed "$(sed -n 's/^kid: //p' issuer.key.pub)  added 400 from entry 0, 0 were there already"
expect 0 submissions --url "$(url_of 1)" --vkey "$(vkey_of 1)" --realm 1 --operator 1 --issuer-key issuer.key --json
printed '"kind":"submission","first_index":0,"added":400,"unchanged":0,"erased":0,"digest":"'
expect 64 submissions --config verifyd.conf --operator 1
expect 64 submissions --url "$(url_of 1)" --issuer-key issuer.key
expect 64 submissions --config verifyd.conf --operator 1 --vkey "$(vkey_of 1)"
expect 65 submissions --url "$(url_of 1)" --vkey "$(vkey_of 2)" --realm 1 --operator 1 --issuer-key issuer.key
expect 0 keygen --kind issuer --out stranger.key
expect 77 submissions --config verifyd.conf --operator 1 --issuer-key stranger.key
kill_operator 1
expect 69 submissions --config verifyd.conf --operator 1 --issuer-key issuer.key
start_operator 1
expect 64 watch --config verifyd.conf --queue statements --once --interval 5
expect 66 watch --config verifyd.conf --queue nowhere
