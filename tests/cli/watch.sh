#!/usr/bin/env bash
# A registrar's statements over the network, and verifyctl watch that looks again and again.
source "$(dirname "$0")/common.sh"
make_world
printf 'a registrar with a passphrase' >phrase
printf 'another passphrase' >wrong-phrase
chmod 600 phrase wrong-phrase
expect 0 keygen --kind issuer --out registrar.key --passphrase-file phrase
expect 0 keygen --kind issuer --out other.key
add() {
  expect 0 trust add --list trust.list --key "$1.key.pub" --role "$2" --issuer "$3" --not-before 2020-01-01 --not-after 2040-01-01
}
rm trust.list
expect 0 trust create --realm 1 --out trust.list
add issuer issuer moeys.example
add registrar registrar registrar.example
add other issuer other.example
expect 0 trust sign --list trust.list --root-key root.key
source "$(dirname "$0")/operators.sh"
start_operators
"$EXAMPLE_GRADUATES" 20 >graduates.csv
issue_arguments graduates.csv out
expect 0 "${issue[@]}"
serial() { printf 'BAC2-2026-%06d' "$1"; }
# state CODE COMMAND KEY [OPTION…]: a command about a document of the ministry's.
state() {
  expect "$1" "$2" --config verifyd.conf --issuer moeys.example --type school-leaving/bac2 --issuer-key "$3" \
    --status-key status.key "${@:4}"
}
is() {
  local code
  code=$("$VERIFYCTL" verify --config verifyd.conf --json "out/$(serial "$1").png" 2>/dev/null | grep -o '"code":[0-9]*' | head -n 1) || true
  [[ $code == "\"code\":$2" ]] || fail "document $1 is $code, not $2"
}
end_watch() {
  kill "$background" 2>/dev/null || true
  wait "$background" 2>/dev/null || true
  background=
}

# The registrar's key over the network: operators take its statements, and they count; another issuer's they would not.
registrar=(registrar.key --passphrase-file phrase --queue registry)
state 77 revoke registrar.key --passphrase-file wrong-phrase --queue registry --serial "$(serial 1)"
state 77 suspend registrar.key --queue registry --serial "$(serial 1)"
said "there is no terminal to ask on; give --passphrase-file"
is 1 0
state 0 suspend "${registrar[@]}" --serial "$(serial 1)"
printed "3 of 3 operators have it"
is 1 41
state 0 reinstate "${registrar[@]}" --serial "$(serial 1)"
is 1 0
kill_operator 1
state 69 revoke "${registrar[@]}" --serial "$(serial 1)" --reason keyCompromise
start_operator 1
expect 0 statements --config verifyd.conf --queue registry --issuer-key registrar.key --passphrase-file phrase
is 1 40
is 2 0
state 77 revoke other.key --queue others --serial "$(serial 2)"
is 2 0
expect 0 submissions --config op-1/verifyd.conf
[[ $(grep -c "registrar.example" stdout) -eq 3 ]] || fail "the trail does not name the registrar"
expect 0 watch --config verifyd.conf --queue registry --issuer-key registrar.key --passphrase-file phrase
printed "operator 1 (Ministry) accepted 4 submissions in all issuers' names: 3 from this queue, 1 other"
printed "key $(sed -n 's/^kid: //p' issuer.key.pub) of moeys.example  added 20 from entry 0"
expect 0 watch --config verifyd.conf --queue registry --issuer-key issuer.key
printed "operator 1 (Ministry) accepted 1 submission in this name: 0 from this queue, 1 other"
printed "key $(sed -n 's/^kid: //p' issuer.key.pub)  added 20 from entry 0"

# Erasures and trust lists are known as well: by default in the folder beside the key, or in another; or not handed in.
erase() { expect "$1" erase --config verifyd.conf --issuer-key "$2" "${@:4}" "out/$(serial "$3").png"; }
# known CODE QUEUE OURS OTHERS KEY [OPTION…]
known() {
  expect "$1" watch --config verifyd.conf --queue "$2" --issuer-key "${@:5}"
  [[ $(grep -c ": $3 from this queue, $4 other" stdout) -eq 3 ]] || fail "not $3 and $4 at each operator"
}
mkdir keys
cp -p issuer.key keys
known 0 statements 1 0 issuer.key
erase 0 issuer.key 20
known 0 statements 2 0 issuer.key
erase 0 keys/issuer.key 19
[[ $(stat -c %a keys/statements) == 700 ]] || fail "the folder of the notes is not private"
known 0 statements 2 1 issuer.key
printed "erased 1 from entry"
known 0 keys/statements 1 2 issuer.key
erase 0 registrar.key 18 --passphrase-file phrase --queue registry
known 0 registry 4 3 registrar.key --passphrase-file phrase
known 0 statements 2 1 issuer.key # not in its name
erase 73 issuer.key 17 --queue verifyd.conf
said "what is handed in must be noted for verifyctl watch: verifyd.conf exists and is not a folder"
erase 66 missing.key 17 --queue nowhere
erase 64 issuer.key 17 --queue "$(printf '%05000d' 0)"
said "--queue is too long"
is 17 0
publish() {
  expect "$1" trust publish --config verifyd.conf --key registrar.key --passphrase-file phrase "${@:2}" trust.list
}
publish 73 --queue verifyd.conf
known 0 registry 4 3 registrar.key --passphrase-file phrase
publish 0 --queue registry
known 0 registry 5 3 registrar.key --passphrase-file phrase
known 0 statements 2 6 registrar.key --passphrase-file phrase
noted=$(wc -l <statements/submissions)
publish 0 # there already: nothing is accepted, but it might have been
[[ $(wc -l <statements/submissions) -eq $((noted + 3)) ]] || fail "the default is not the folder beside the key"
known 0 statements 2 6 registrar.key --passphrase-file phrase
[[ ! -e nowhere ]] || fail "a folder was made for nothing"

# rounds COUNT: waits until the watch behind has ended so many.
rounds() {
  for _ in $(seq 600); do
    [[ $(grep -c "operators asked;" watched) -lt $1 ]] || return 0
    kill -0 "$background" 2>/dev/null || fail "the watch has ended: $(cat watched)"
    sleep 0.1
  done
  fail "no $1 rounds: $(cat watched)"
}
last_round() { grep "operators asked;" watched | tail -n 1; }

# Again and again: what somebody else does with the key is shown once; an operator away and back; a missing statement.
expect 64 watch --config verifyd.conf --queue registry --interval 0
expect 64 watch --config verifyd.conf --queue registry --interval 86401
expect 64 watch --config verifyd.conf --queue registry --interval soon
expect 66 watch --config verifyd.conf --queue nowhere --interval 1
"$VERIFYCTL" watch --config verifyd.conf --queue statements --issuer-key issuer.key --interval 1 >watched 2>watched-errors </dev/null &
background=$!
rounds 2
[[ $(last_round) == *"0 statements; 3 of 3 operators asked; 0 missing, 0 not sent yet" ]] || fail "$(cat watched)"
! grep -q "added" watched || fail "what was issued here is not known: $(cat watched)"
"$EXAMPLE_GRADUATES" 3 5 | sed 's/BAC2-2026/BAC2-2031/' >elsewhere.csv
issue_arguments elsewhere.csv elsewhere --queue verifyd.conf # what cannot be noted is not handed in
expect 73 "${issue[@]}"
[[ ! -e elsewhere ]] || fail "documents were issued and not noted"
issue_arguments elsewhere.csv elsewhere --queue another
expect 0 "${issue[@]}" # although the folder is being watched
state 0 revoke issuer.key --queue statements --serial "$(serial 3)"
seen=$(grep -c "operators asked;" watched)
rounds $((seen + 3))
[[ $(grep -c "added 3 from entry" watched) -eq 3 ]] || fail "not shown once for each operator: $(cat watched)"
[[ $(last_round) == *"1 statement; 3 of 3 operators asked; 0 missing, 0 not sent yet" ]] || fail "$(cat watched)"
kill_operator 2
seen=$(grep -c "operators asked;" watched)
rounds $((seen + 2))
[[ $(last_round) == *"1 statement; 2 of 3 operators asked; 0 missing, 0 not sent yet" ]] || fail "$(cat watched)"
rm -r op-2/ledger
start_operator 2
seen=$(grep -c "operators asked;" watched)
rounds $((seen + 2))
[[ $(last_round) == *"1 statement; 3 of 3 operators asked; 1 missing, 0 not sent yet" ]] || fail "$(cat watched)"
grep -qF "operator 2 (University) withholds: $(serial 3) issue 1, revoked" watched || fail "$(cat watched)"
end_watch

# Who watches holds up nobody, however long an operator takes to answer.
kill -STOP "${pids[2]}"
"$VERIFYCTL" watch --config verifyd.conf --queue statements >watched 2>watched-errors </dev/null &
background=$!
asked=" 0100007F:$(printf '%04X' "${ports[2]}") 01 " # a connection to it
for _ in $(seq 200); do
  ! grep -q "$asked" /proc/net/tcp || break
  sleep 0.1
done
grep -q "$asked" /proc/net/tcp || fail "operator 2 is not asked: $(cat watched-errors)"
flock -n statements/lock true || fail "the queue is locked while operators are asked"
kill -CONT "${pids[2]}"
end_watch
