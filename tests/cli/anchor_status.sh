#!/usr/bin/env bash
# What an operator is told of its anchors before anything was sent, and of an outbox that cannot be read. No chain is
# asked.
source "$(dirname "$0")/common.sh"

make_world
expect 0 keygen --kind log --name log.example/1 --out log.key
expect 0 keygen --kind anchor --out anchor.key
cat >operator.conf <<CONF
realm = 1; listen = "127.0.0.1:0"; operations = "127.0.0.1:0";
$(grep '^trust = ' verifyd.conf)
chains = ( { name = "one"; kind = "evm"; id = 1; endpoints = [ "http://127.0.0.1:1" ]; },
           { name = "two"; kind = "bitcoin"; network = "regtest"; endpoints = [ "http://127.0.0.1:1" ]; } );
operator = { number = 1; name = "One"; store = "ledger"; origin = "log.example/1"; key = "log.key";
  anchors = ( { chain = "one"; outbox = "outbox-one"; key = "anchor.key"; },
              { chain = "two"; outbox = "./outbox-two/"; key = "anchor.key"; } ); };
CONF
status=(anchor status --config operator.conf)

expect 0 "${status[@]}"
[[ $(grep -c "nothing was ever sent" stdout) == 2 ]] || fail "not twice: nothing was ever sent"
"$VERIFYD" --config operator.conf --check >stdout 2>stderr || fail "--check"
expect 0 "${status[@]}"
[[ $(grep -c "no entries yet, so that there is nothing to anchor" stdout) == 2 ]] || fail "an empty log"
printed "/readyz"

echo "this is not LMDB" >outbox-two/data.mdb
expect 1 "${status[@]}"
printed "  anchors      none is final yet"
printed "  HALTED       outbox outbox-two: opening: "
printed "a copy of it is no replacement"
expect 1 "${status[@]}" --json
printed '"unreadable":"outbox outbox-two: '
printed '"is_begun":true'

# An outbox in which nothing was sent follows the settings; a path that is no folder is named.
sed -i 's/id = 1;/id = 5;/; s/outbox-two/passphrase/' operator.conf
echo "a passphrase" >passphrase
"$VERIFYD" --config operator.conf --check >stdout 2>stderr && fail "--check takes a file for an outbox"
said "anchors on two: outbox passphrase: is not a folder; correct the path"
rm passphrase
"$VERIFYD" --config operator.conf --check >stdout 2>stderr || fail "--check"
