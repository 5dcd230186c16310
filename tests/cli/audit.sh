#!/usr/bin/env bash
# Audits that find nothing wrong: a ledger on this machine, a log as files, growth, witnesses; and wrong command lines.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/serve_files.sh"

"$LOG_TOOL" fill ledger 1 2 0 700 >size
key=$("$LOG_TOOL" export ledger 1 2 log)
serve log

# A ledger on this machine.
expect 0 audit ledger --realm 1 --operator 2
printed "PROVEN: the log holds exactly what its checkpoint says"
printed "0 to 699: 0 documents, 700 statements, 0 trust lists"
printed "records      every one is in the ledger, unaltered and with its entry; 0 erased"
printed "the key is the ledger's own; give --vkey"
expect 0 audit ledger --realm 1 --operator 2 --vkey "$key" --quiet
[[ ! -s stdout && ! -s stderr ]] || fail "--quiet is not quiet"
expect 78 audit ledger --realm 1 --operator 3
expect 66 audit nowhere --realm 1 --operator 2
expect 64 audit ledger
said "which ledger?"
expect 64 audit ledger ledger --realm 1 --operator 2
said "one log at a time"

# The same as files, the growth of it, and that nothing has happened since.
expect 0 audit "$url" --vkey "$key" --state state
printed "first audit with this state"
expect 0 audit "$url/" --vkey "$key" --state state
printed "no new ones since the last audit"
for size in 701 768 1024 1025 70000; do
  have=$(cat size)
  "$LOG_TOOL" fill ledger 1 2 "$have" $((size - have)) >size
  "$LOG_TOOL" export ledger 1 2 log >/dev/null
  expect 0 audit "$url" --vkey "$key" --state state
  printed "$have to $((size - 1)); those before were audited earlier"
  printed "it continues the log of $have entries"
done
expect 0 audit "$url" --vkey "$key"
printed "0 to 69999: 0 documents, 70000 statements"
printed "give --state to remember them"
[[ $(stat -c %s state/keys-*) -eq $((24 * 70000)) ]] || fail "the keys: $(ls -l state)"

# An empty log.
"$LOG_TOOL" fill empty 1 2 0 0 >/dev/null
empty_key=$("$LOG_TOOL" export empty 1 2 empty-log)
serve empty-log
expect 0 audit "$url" --vkey "$empty_key" --state state-empty
printed "entries      none yet"
"$LOG_TOOL" fill empty 1 2 0 3 >/dev/null
"$LOG_TOOL" export empty 1 2 empty-log >/dev/null
expect 0 audit "$url" --vkey "$empty_key" --state state-empty
printed "0 to 2: 0 documents, 3 statements"

# Witnesses.
one=$("$LOG_TOOL" cosign empty-log/checkpoint 1 witness.example/one)
two=$("$LOG_TOOL" cosign empty-log/checkpoint 2 witness.example/two)
expect 0 audit "$url" --vkey "$empty_key" --witness "$one" --witness "$two"
printed "by witness.example/one"
printed "by witness.example/two"
cp empty-log/checkpoint other && three=$("$LOG_TOOL" cosign other 3 witness.example/three)
expect 1 audit "$url" --vkey "$empty_key" --witness "$one" --witness "$three"
printed "WRONG: $url: checkpoint: is not cosigned by the witness witness.example/three"
expect 64 audit "$url" --vkey "$empty_key" --witness nonsense
said "--witness must be a verifier key"

# State folders: of another log, in use, damaged.
expect 73 audit "$url" --vkey "$empty_key" --state state
said "the state is that of another log"
exec 9<state-empty
flock 9
expect 73 audit "$url" --vkey "$empty_key" --state state-empty
said "another audit is using the state folder"
exec 9<&-
cp state-empty/state good-state
for offset in 0 40 200 "$(($(stat -c %s good-state) - 2))"; do
  flip state-empty/state "$offset"
  got=0 && "$VERIFYCTL" audit "$url" --vkey "$empty_key" --state state-empty >stdout 2>stderr || got=$?
  [[ $got -eq 65 || $got -eq 73 ]] || fail "a state with a flipped byte at $offset ended with $got"
  cp good-state state-empty/state
done
head -c 10 state-empty/keys-0-3 >cut && mv cut state-empty/keys-0-3
expect 65 audit "$url" --vkey "$empty_key" --state state-empty
said "is not whole"

# Nobody there, and no log there.
expect 67 audit "$url/nothing" --vkey "$empty_key"
expect 64 audit ftp://example/log/1 --vkey "$empty_key"
stop_server
expect 69 audit "$url" --vkey "$empty_key" --state state-2
said "run the same command again to continue"
