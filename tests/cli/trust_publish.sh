#!/usr/bin/env bash
# Publishing trust lists: in three ledgers on this machine, then with three operators as processes; one is away; twice.
source "$(dirname "$0")/common.sh"
make_world
issue=()
for name in registrar former; do expect 0 keygen --kind issuer --out "$name.key"; done
printf 'a passphrase' >phrase
printf 'another one' >wrong-phrase
chmod 600 phrase wrong-phrase
expect 0 keygen --kind issuer --out sealed.key --passphrase-file phrase
draft() {
  expect 0 trust next --list trust.list --out "$1"
  expect 0 trust add --list "$1" --key registrar.key --role registrar --issuer registrar.example --not-after 2040-01-01
  expect 0 trust add --list "$1" --key sealed.key.pub --role registrar --issuer second.example --not-after 2040-01-01
  expect 0 trust add --list "$1" --key former.key --role registrar --issuer registrar.example \
    --not-before 2020-01-01 --not-after 2021-01-01
}
hash_of() { "$VERIFYCTL" trust show --list "$1" | sed -n 's/^hash *//p'; }

# By the operators' own hand; the ledgers are made.
expect 0 trust publish --config verifyd.conf trust.list
printed "operator 1 (One): added as entry 0 of 1, entered 20"
printed "operator 3 (Three): added as entry 0 of 1, entered 20"
printed "list 1 ($(hash_of trust.list)) is in the logs of all 3 operators"
for number in 1 2 3; do
  expect 0 audit "ledger-$number" --realm 1 --operator "$number"
  printed "0 documents, 0 statements, 1 trust lists"
done

# Twice changes nothing, and finds it behind a series of documents.
"$EXAMPLE_GRADUATES" 600 >graduates.csv
issue_arguments graduates.csv out
expect 0 "${issue[@]}"
expect 0 trust publish --config verifyd.conf trust.list
for number in 1 2 3; do printed "was there as entry 0 of 601, entered 20"; done
[[ $(grep -c "was there as" stdout) -eq 3 ]] || fail "not there in each"

# The next list: only with its signatures, and only when it follows.
draft list.2
expect 65 trust publish --config verifyd.conf list.2
said "too few pinned roots have signed the trust list"
expect 0 trust sign --list list.2 --root-key root.key
expect 77 trust publish --config verifyd.conf --key issuer.key list.2
said "is not a registrar's that is valid now"
expect 77 trust publish --config verifyd.conf --key former.key list.2
expect 77 trust publish --config verifyd.conf --key root.key list.2
expect 0 keygen --kind issuer --out stranger.key
expect 77 trust publish --config verifyd.conf --key stranger.key list.2
said "is in neither trust list"
expect 66 trust publish --config verifyd.conf --key missing.key list.2
expect 66 trust publish --config verifyd.conf missing
expect 66 trust publish --config missing.conf list.2
expect 64 trust publish --config verifyd.conf
expect 64 trust publish --config verifyd.conf trust.list list.2
expect 64 trust publish list.2
expect 65 trust publish --config verifyd.conf issuer.key.pub
[[ $("$LEDGER_COUNTS" 1 ledger-1) == "601 600" ]] || fail "something refused was entered"
expect 0 trust publish --config verifyd.conf --key registrar.key list.2
[[ $(grep -c "added as entry 601 of 602" stdout) -eq 3 ]] || fail "$(cat stdout)"
cp trust.list list.1
expect 0 trust next --list list.2 --out list.3
expect 0 trust sign --list list.3 --root-key root.key
expect 65 trust publish --config verifyd.conf list.3
said "the lists between them are missing"
cp list.2 trust.list
expect 0 trust publish --config verifyd.conf list.1
said "list.1 is list 1, and list 2 is in use already"
[[ $(grep -c "was there as entry 0 of 602" stdout) -eq 3 ]] || fail "$(cat stdout)"
expect 0 trust next --list list.1 --out fork
expect 0 trust sign --list fork --root-key root.key
expect 73 trust publish --config verifyd.conf fork
said "fork is another list 2 than the one in use"
mv trust.list away
expect 0 trust publish --config verifyd.conf list.3
said "whether list.3 follows the list in use is not known"
mv away trust.list

# A ledger that cannot be made: the others have the list, and the next run goes on.
cp list.3 trust.list
expect 0 trust next --list list.3 --out list.4
expect 0 trust sign --list list.4 --root-key root.key
mv ledger-2 moved
: >ledger-2
if "$VERIFYCTL" trust publish --config verifyd.conf list.4 >stdout 2>stderr; then fail "a ledger that is a file was written"; fi
said "operator 2 (Two): not published: "
said "list 4 is in the logs of 2 of 3 operators; run the same command again for the others"
rm ledger-2
mv moved ledger-2
expect 0 trust publish --config verifyd.conf list.4
[[ $(grep -c "was there as" stdout)$(grep -c "added as" stdout) == 21 ]] || fail "$(cat stdout)"

# Operators over the network.
source "$(dirname "$0")/operators.sh"
cp list.1 trust.list
start_operators
expect 77 trust publish --config verifyd.conf --key registrar.key list.2
said "is not in the trust list of this operator"
said "list 2 is in the logs of 0 of 3 operators"
cp list.2 trust.list
for number in 1 2 3; do kill_operator "$number" && start_operator "$number"; done
expect 64 trust publish --config verifyd.conf list.2
said "--key is missing"
expect 0 trust publish --config verifyd.conf --key registrar.key list.2
[[ $(grep -c "added as entry 0 of 1, entered 20" stdout) -eq 3 ]] || fail "$(cat stdout)"
printed "operator 2 (University): added as entry 0 of 1"
expect 77 trust publish --config verifyd.conf --key sealed.key --passphrase-file wrong-phrase list.2
said "sealed.key does not open: the passphrase is wrong, or the file was altered"
expect 66 trust publish --config verifyd.conf --key sealed.key --passphrase-file missing list.2
expect 0 trust publish --config verifyd.conf --key sealed.key --passphrase-file phrase list.2
[[ $(grep -c "was there as entry 0 of 1, entered 20" stdout) -eq 3 ]] || fail "$(cat stdout)"
issue_arguments graduates.csv net
expect 0 "${issue[@]}"
expect 0 trust publish --config verifyd.conf --key registrar.key list.2
[[ $(grep -c "was there as entry 0 of 601, entered 20" stdout) -eq 3 ]] || fail "$(cat stdout)"
for number in 1 2 3; do
  expect 0 audit "$(url_of "$number")" --vkey "$(vkey_of "$number")"
  printed "600 documents, 0 statements, 1 trust lists"
done

# The next list, while one operator is away; then all of it.
kill_operator 2
expect 69 trust publish --config verifyd.conf --key registrar.key list.3
said "operator 2 (University): not published: "
said "list 3 is in the logs of 2 of 3 operators"
start_operator 2
expect 0 trust publish --config verifyd.conf --key sealed.key --passphrase-file phrase list.3
[[ $(grep -c "was there as entry 601 of 602" stdout)$(grep -c "added as entry 601 of 602" stdout) == 21 ]] || fail "$(cat stdout)"
expect 0 submissions --config op-2/verifyd.conf
printed "second.example"

# A ledger that a running verifyd has.
sed 's|^  { number = 1;.*|  { number = 1; name = "Ministry"; store = "op-1/ledger"; },|' verifyd.conf >local.conf
expect 73 trust publish --config local.conf --key registrar.key list.3
said "give its url and vkey in place of the store"
said "list 3 is in the logs of 2 of 3 operators"

# A log that is not signed with the key that the configuration names.
sed -i "s|$(vkey_of 3)|$(vkey_of 1)|" verifyd.conf
expect 65 trust publish --config verifyd.conf --key registrar.key list.3
said "operator 3 (Archive): not published: "
