#!/usr/bin/env bash
# Help, unknown words and their hints.
source "$(dirname "$0")/common.sh"

expect 0 --help
printed "verify       verify QR texts"
printed "65  the input was read and is not acceptable"
expect 0 --version
for command in keygen trust issue reissue revoke suspend reinstate statements watch verify audit anchor proof erase compact submissions qr "trust create" "trust add" "trust sign" "trust show" "anchor status" "anchor resume" \
  "anchor export"; do
  # shellcheck disable=SC2086
  expect 0 $command --help
  printed "Usage: verifyctl $command"
  # shellcheck disable=SC2086
  expect 0 $command -h
done
expect 64
said "which command?"
expect 64 veryfi
said 'unknown command "veryfi"; did you mean verify?'
expect 64 certificates-please
said "see verifyctl --help"
expect 64 trust
said "which action?"
expect 64 trust sgin
said 'unknown action "sgin"; did you mean sign?'
expect 64 keygen --knd issuer
said "unknown option --knd; did you mean --kind?"
expect 64 keygen --kind issuer
said "--out FILE is missing; see verifyctl keygen --help"
expect 64 keygen --kind isuer --out k
said "--kind must be issuer, root, log or status"
expect 64 verify --config x
said "what shall be verified?"
expect 64 qr
said "give one picture"
"$VERIFYCTL" --help >/dev/full 2>stderr && fail "a full standard output is not noticed" || true
