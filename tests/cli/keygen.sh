#!/usr/bin/env bash
# Key files: modes, passphrases, damage.
source "$(dirname "$0")/common.sh"

umask 0
for kind in issuer root status; do
  expect 0 keygen --kind "$kind" --out "$kind.key"
  [[ $(stat -c %a "$kind.key") == 600 ]] || fail "mode of $kind.key"
done
printed "kind:    status"
expect 0 keygen --kind log --name log.example/2026 --out log.key
printed "vkey:    log.example/2026+"
grep -q "$(sed -n 's/^secret: //p' log.key)" stdout && fail "the secret is printed"

# An anchor key's account, on each kind of chain.
expect 0 keygen --kind anchor --out anchor.key
[[ $(stat -c %a anchor.key) == 600 ]] || fail "mode of anchor.key"
printed "kind:    anchor"
for line in "^evm:     0x[0-9a-fA-F]{40}$" "^bitcoin: bc1q[a-z0-9]{38}$" "^test:    tb1q[a-z0-9]{38}$" \
  "^regtest: bcrt1q[a-z0-9]{38}$"; do
  grep -Eq "$line" stdout || fail "no address like $line"
done
grep -q "$(sed -n 's/^secret: //p' anchor.key)" stdout && fail "the secret is printed"
grep -Eq 'secret|kid' anchor.key.pub && fail "the public file has more than the public key"
expect 64 keygen --kind anchor --name x --out other.key

[[ $(stat -c %a issuer.key.pub) == 644 ]] || fail "mode of issuer.key.pub"
[[ ! -e status.key.pub ]] || fail "a status key has no public part"
grep -q secret issuer.key.pub && fail "the public file has the secret"

before=$(sha256sum issuer.key issuer.key.pub)
expect 73 keygen --kind issuer --out issuer.key
said "exists already and is never overwritten"
rm issuer.key.pub
expect 73 keygen --kind issuer --out issuer.key
[[ ! -e issuer.key.pub ]] || fail "a public file of a key that was not made"
[[ $(sha256sum issuer.key) == "${before%%$'\n'*}" ]] || fail "the key file was changed"
expect 74 keygen --kind issuer --out no-such-folder/key
expect 64 keygen --kind log --out other.key
said "a log key needs --name"
expect 64 keygen --kind issuer --name x --out other.key
expect 64 keygen --kind log --name "has spaces" --out other.key
[[ ! -e other.key && ! -e other.key.pub ]] || fail "a file of a key that was refused"

# Passphrases come from private files or the terminal.
(umask 077 && echo "correct horse" >right && echo "battery staple" >wrong && echo >empty)
expect 0 keygen --kind root --out sealed.key --passphrase-file right
printed "sealed with the passphrase"
grep -q "cipher: scrypt+aes-256-gcm" sealed.key || fail "the key is not sealed"
expect 0 keygen --kind anchor --out sealed-anchor.key --passphrase-file right
printed "evm:     0x"
grep -q "cipher: scrypt+aes-256-gcm" sealed-anchor.key || fail "the anchor key is not sealed"
expect 0 trust create --realm 1 --out list
expect 0 trust sign --list list --root-key sealed.key --passphrase-file right
expect 77 trust sign --list list --root-key sealed.key --passphrase-file wrong
said "sealed.key does not open: the passphrase is wrong, or the file was altered"
expect 77 keygen --kind root --out other.key --passphrase-file empty
said "is empty"
chmod 644 right
expect 77 keygen --kind root --out other.key --passphrase-file right
said "chmod 600"
chmod 600 right
expect 66 keygen --kind root --out other.key --passphrase-file missing
expect 64 keygen --kind root --out other.key --passphrase --passphrase-file right
setsid "$VERIFYCTL" trust sign --list list --root-key sealed.key >stdout 2>stderr </dev/null && fail "signed without a passphrase" || true
said "there is no terminal to ask on; give --passphrase-file"

# type_passphrases PASSPHRASE… -- verifyctl-arguments…: runs on a terminal of its own and answers each prompt.
type_passphrases() {
  local answers=()
  while [[ $1 != -- ]]; do answers+=("$1") && shift; done
  shift
  coproc terminal { script --quiet --return --command "$VERIFYCTL $*" /dev/null; }
  local from=${terminal[0]} to=${terminal[1]} pid=$terminal_PID got=0
  for answer in "${answers[@]}"; do
    IFS= read -r -d ':' -u "$from" || fail "no prompt"
    echo "$answer" >&"$to"
  done
  cat <&"$from" >typed.out || true
  wait "$pid" || got=$?
  return "$got"
}
type_passphrases "typed twice" "typed twice" -- keygen --kind root --out typed.key --passphrase || fail "a typed passphrase"
grep -q "typed twice" typed.out && fail "the passphrase is shown" || true
grep -q "cipher: scrypt+aes-256-gcm" typed.key || fail "the key is not sealed"
type_passphrases "typed twice" -- trust sign --list list --root-key typed.key || fail "the key does not open"
code=0
type_passphrases "once" "otherwise" -- keygen --kind root --out typed2.key --passphrase || code=$?
[[ $code -eq 77 && ! -e typed2.key ]] || fail "two different passphrases ended with $code"

# A key that others can read, a damaged one, one of another kind.
chmod 640 root.key
expect 77 trust sign --list list --root-key root.key
said "root.key can be read or changed by others (mode 0640); make it private with: chmod 600 root.key"
chmod 600 root.key
expect 77 trust sign --list list --root-key issuer.key
said "is a key of kind issuer; a key of kind root is needed here"
cp -p root.key damaged.key
sed -i 's/^secret: ./secret: x/' damaged.key
expect 77 trust sign --list list --root-key damaged.key
said "damaged.key:6: the key file is damaged or incomplete"
sed 's/^secret: ../secret: 00/;s/^check: ../check: 00/' root.key >damaged.key
expect 77 trust sign --list list --root-key damaged.key
said "damaged.key was altered"
head -c 100 root.key >damaged.key
expect 77 trust sign --list list --root-key damaged.key
sed 's/^public: ../public: 00/' sealed.key >damaged.key
expect 77 trust sign --list list --root-key damaged.key --passphrase-file right
expect 77 trust sign --list list --root-key root.key.pub
expect 66 trust sign --list list --root-key missing.key
