#!/usr/bin/env bash
# service.sh: documents issued with verifyctl, their logs served by verifyd, and the independent verifier as somebody on
# the outside runs it. AUDITOR and VERIFYD come from ctest, besides what common.sh takes.
source "$(dirname "$0")/../cli/common.sh"

# The verifier key of a ledger's log, from what its key file says in the open.
vkey() {
  local name public id
  name=$(sed -n 's/^name: //p' "$1")
  public=$(sed -n 's/^public: //p' "$1" | sed 's/../\\x&/g')
  id=$({ printf '%s\n' "$name"; printf '\x01%b' "$public"; } | sha256sum | cut -c 1-8)
  printf '%s+%s+%s' "$name" "$id" "$(printf '\x01%b' "$public" | base64 -w 0)"
}

start_service() {
  "$VERIFYD" --config verifyd.conf >service.out 2>service.err &
  background=$!
  for _ in $(seq 600); do
    port=$(sed -n 's,.*listening on http://127\.0\.0\.1:\([0-9]*\)/.*,\1,p' service.out)
    [[ -z $port ]] || return 0
    sleep 0.05
  done
  fail "verifyd does not start: $(tail -n 3 service.err)"
}

audit() {
  local number=$1
  shift
  "$AUDITOR" "$@" "http://127.0.0.1:$port/log/$number" "$(vkey "ledger-$number/log.key")" >stdout 2>stderr
}

make_world
sed -i '1i listen = "127.0.0.1:0"; operations = "127.0.0.1:0";' verifyd.conf
"$EXAMPLE_GRADUATES" 300 >graduates.csv
issue_arguments graduates.csv first
expect 0 "${issue[@]}"
start_service
for number in 1 2 3; do
  audit "$number" -save "older-$number" || fail "the log of operator $number is refused"
  printed "localhost/log/$number: 300 entries"
done

# The log grows while it is served; proofs from the one run and the other.
expect 0 proof --config verifyd.conf --out proofs-first first/BAC2-2026-000001.png
issue_arguments graduates.csv second
expect 0 "${issue[@]}"
expect 0 proof --config verifyd.conf --out proofs-second second/BAC2-2026-000300.png
for number in 1 2 3; do
  for proofs in proofs-first proofs-second; do
    audit "$number" -older "older-$number" -proof "$proofs/localhost_log_$number.tlog-proof" ||
      fail "the log of operator $number is refused with $proofs"
    printed "localhost/log/$number: 600 entries"
    printed "begins with the 300 of older-$number, holds entry"
  done
done

# Each log has its own key, and what one has signed is none of another's.
audit 1 -older older-2 && fail "a checkpoint of operator 2 was taken for one of operator 1"
audit 1 -proof proofs-first/localhost_log_2.tlog-proof && fail "a proof of operator 2 was taken for one of operator 1"
cp ledger-2/log.key ledger-2.key && cp ledger-1/log.key ledger-2/log.key
audit 2 && fail "the key of operator 1 was taken for that of operator 2"
cp ledger-2.key ledger-2/log.key

# A new start of the service changes nothing.
kill "$background" && wait "$background" 2>/dev/null || true
start_service
audit 3 -older older-3 -proof proofs-first/localhost_log_3.tlog-proof || fail "after a new start the log is refused"
printed "localhost/log/3: 600 entries"
cat stdout
