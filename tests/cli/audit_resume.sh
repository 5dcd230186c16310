#!/usr/bin/env bash
# An audit that is killed again and again, and then finished, says the same as one that was not.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/serve_files.sh"

"$LOG_TOOL" fill ledger 1 2 0 150000 >/dev/null
key=$("$LOG_TOOL" export ledger 1 2 log)
serve log
expect 0 audit "$url" --vkey "$key" --state whole
sed -n '/root/p;/entries  /,/never/p' stdout >said-whole

audited() { sed -n 's/^size: //p' state/state 2>/dev/null || true; }

# Kills the audit as soon as more has been saved than $1 entries.
kill_after() {
  "$VERIFYCTL" audit "$url" --vkey "$key" --state state >stdout 2>stderr </dev/null &
  background=$!
  local size=
  until size=$(audited) && [[ -n $size && $size -gt $1 ]]; do
    kill -0 "$background" 2>/dev/null || break
    sleep 0.01
  done
  kill -"$2" "$background" 2>/dev/null || true
  wait "$background" 2>/dev/null || true
  background=
}
kill_after 0 KILL
saved=$(audited)
[[ $saved -gt 0 ]] || fail "nothing was saved"
kill_after "$saved" INT
expect 0 audit "$url" --vkey "$key" --state state
sed -n '/root/p;/entries  /,/never/p' stdout >said-resumed
cmp said-whole said-resumed || fail "an audit in parts says something else"
[[ $(ls state | tr '\n' ' ') == "keys-0-150000 state " ]] || fail "files: $(ls state)"
cmp state/keys-0-150000 whole/keys-0-150000 || fail "the keys are others"

# Killed at once, many times: it comes to an end all the same.
rm -rf state
for delay in 0.01 0.02 0.03 0.05 0.08 0.1 0.2 0.3; do
  timeout -s KILL "$delay" "$VERIFYCTL" audit "$url" --vkey "$key" --state state >/dev/null 2>&1 </dev/null || true
done 2>/dev/null
expect 0 audit "$url" --vkey "$key" --state state --quiet
cmp state/keys-0-150000 whole/keys-0-150000 || fail "the keys are others after many kills"
