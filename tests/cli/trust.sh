#!/usr/bin/env bash
# Trust lists: making, changing, signing, showing, and everything that is refused.
source "$(dirname "$0")/common.sh"

for name in root-1 root-2; do expect 0 keygen --kind root --out "$name"; done
for name in a b c; do expect 0 keygen --kind issuer --out "$name"; done
root_1=$(sed -n 's/^public: //p' root-1.pub)
root_2=$(sed -n 's/^public: //p' root-2.pub)
public_c=$(sed -n 's/^public: //p' c.pub)

expect 0 trust create --realm 7 --out list --valid-days 30 --issued 2026-01-01
expect 73 trust create --realm 7 --out list
expect 64 trust create --realm 65536 --out other
expect 64 trust create --realm 7 --out other --issued 1.1.2026
said "--issued must be a date"
expect 0 trust add --list list --key a.pub --role issuer --issuer moeys.example --name km="ក្រសួង \"អប់រំ\"" --name en=Ministry \
  --type school-leaving/bac2 --type degree/bachelor --not-before 2026-01-01 --not-after 2030-12-31T16:59:59Z
printed "list 1 has 1 keys"
expect 0 trust add --list list --key b --role registrar --issuer registrar.example --not-after 2030-01-01
expect 73 trust add --list list --key b.pub --role issuer --issuer other.example --not-after 2030-01-01
said "the key is in the list already"
expect 77 trust add --list list --key root-1.pub --role issuer --issuer x.example --not-after 2030-01-01
said "is a key of kind root"
expect 66 trust add --list list --key nothing --role issuer --issuer x.example --not-after 2030-01-01
expect 77 trust add --list list --key ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff --role issuer --issuer x --not-after 2030-01-01
expect 64 trust add --list list --key "$public_c" --role owner --issuer x --not-after 2030-01-01
expect 64 trust add --list list --key "$public_c" --role issuer --issuer x --not-before 2031-01-01 --not-after 2030-01-01
expect 64 trust add --list list --key "$public_c" --role issuer --issuer x --name nothing --not-after 2030-01-01
expect 64 trust add --list list --key "$public_c" --role issuer --issuer x --name en=One --name en=Two --not-after 2030-01-01
said "--name en is given twice"
expect 73 trust add --list list --key "$public_c" --role issuer --issuer x --type degree/a --type degree/a --not-after 2030-01-01
expect 65 trust add --list list --key "$public_c" --role issuer --issuer "Not An Id" --not-after 2030-01-01
expect 65 trust add --list list --key "$public_c" --role issuer --issuer x --name en=$'two\nlines' --not-after 2030-01-01

expect 0 trust show --list list
printed "list         1"
printed "issued       2026-01-01T00:00:00Z"
printed "next update  2026-01-31T00:00:00Z"
printed "  types      school-leaving/bac2, degree/bachelor"
printed "  until      2030-12-31T16:59:59Z"
printed "registrar of registrar.example"
printed "not checked: give --config, or --root and --threshold"
expect 65 trust show --list list --root "$root_1"
said "too few pinned roots have signed the trust list"

expect 0 trust sign --list list --root-key root-1
printed "1 signature"
expect 0 trust show --list list --root "$root_1"
printed "good: 1 of 1 pinned roots has signed, 1 is needed"
expect 65 trust show --list list --root "$root_2"
expect 65 trust show --list list --root "$root_1" --root "$root_2" --threshold 2
expect 0 trust sign --list list --root-key root-1
printed "1 signature"
expect 0 trust sign --list list --root-key root-2
printed "2 signatures"
expect 0 trust show --list list --root "$root_1" --root "$root_2" --threshold 2 --json
printed '"realm":7,"list_no":1'
printed '"names":{"en":"Ministry","km":"ក្រសួង \"អប់រំ\""}'
printed '"types":["school-leaving/bac2","degree/bachelor"]'
printed '"signatures_checked":true'
expect 64 trust show --list list --threshold 2
expect 64 trust show --list list --root "$root_1" --threshold 2
expect 64 trust show --list list --root abcd
hash=$("$VERIFYCTL" trust show --list list | sed -n 's/^hash *//p')

# Adding to a signed list begins the next one, which follows it and is not signed.
expect 0 trust add --list list --key "$public_c" --role issuer --issuer c.example --not-after 2030-01-01
printed "list 2 has 3 keys and must be signed"
expect 0 trust show --list list
printed "follows      $hash"
printed "signatures   0"
expect 65 trust show --list list --root "$root_1"

# Any damage is refused.
expect 0 trust sign --list list --root-key root-1
size=$(stat -c %s list)
for at in 0 10 100 $((size / 2)) $((size - 1)); do
  cp list damaged
  printf '\xa5' | dd of=damaged bs=1 seek="$at" conv=notrunc status=none
  cmp -s list damaged && continue
  expect 65 trust show --list damaged --root "$root_1"
done
head -c $((size - 1)) list >damaged
expect 65 trust show --list damaged
expect 66 trust show --list missing
expect 65 trust show --list a.pub
