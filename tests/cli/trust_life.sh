#!/usr/bin/env bash
# A trust list through its life: three roots on three machines, of whom two must sign; the next list with an expiry, a
# compromise and a rotation; what merge, next, change, show and check refuse.
source "$(dirname "$0")/common.sh"
for name in 1 2 3 stranger; do
  mkdir "machine-$name"
  expect 0 keygen --kind root --out "machine-$name/root"
done
for name in ministry rotated registrar other; do expect 0 keygen --kind issuer --out "$name"; done
root() { sed -n 's/^public: //p' "machine-$1/root.pub"; }
kid() { sed -n 's/^kid: //p' "$1.pub"; }
# conf FILE THRESHOLD [REALM]: a configuration that pins the three roots, with list.1 in use.
conf() {
  cat >"$1" <<CONF
realm = ${3:-5};
threshold = 2;
trust = { file = "list.1"; roots = [ "$(root 1)", "$(root 2)", "$(root 3)" ]; threshold = $2; };
operators = ( { number = 1; name = "One"; store = "ledger-1"; }, { number = 2; name = "Two"; store = "ledger-2"; } );
CONF
}
conf verifyd.conf 2

# The first list, signed by two of three, each on a machine of its own.
expect 0 trust create --realm 5 --out draft --valid-days 100
expect 0 trust add --list draft --key ministry --role issuer --issuer moeys.example --name km="ក្រសួងអប់រំ" \
  --name en=Ministry --type degree/bachelor --not-before 2020-01-01 --not-after 2040-01-01
expect 0 trust add --list draft --key registrar --role registrar --issuer registrar.example --not-before 2020-01-01 --not-after 2040-01-01
for name in 1 2 3 stranger; do cp draft "machine-$name/list"; done
expect 0 trust show --list draft --config verifyd.conf
printed "NOT ENOUGH: 0 of 3 pinned roots have signed, 2 are needed"
expect 65 trust check --config verifyd.conf draft
said "too few pinned roots have signed the trust list"
for name in 1 3 stranger; do expect 0 trust sign --list "machine-$name/list" --root-key "machine-$name/root"; done
expect 0 trust show --list machine-3/list --config verifyd.conf
printed "NOT ENOUGH: 1 of 3 pinned roots has signed, 2 are needed"
printed "root $(kid machine-3/root) has signed"
printed "root $(kid machine-1/root) has not signed"
expect 65 trust check --config verifyd.conf machine-3/list
expect 0 trust merge --out wrong-signers machine-3/list machine-stranger/list
printed "signatures of 2 roots"
expect 65 trust check --config verifyd.conf wrong-signers
expect 0 trust merge --out list.1 machine-2/list machine-1/list machine-stranger/list machine-3/list machine-1/list
printed "list.1: list 1 with the signatures of 3 roots"
expect 0 trust check --config verifyd.conf list.1
printed "list.1: good: list 1 of realm 5; 2 of 3 pinned roots have signed, 2 are needed"
[[ ! -s stderr ]] || fail "a good list is warned about"
expect 0 trust show --list list.1 --config verifyd.conf --json
printed '"threshold":2,"is_enough":true,"roots":[{"kid":"'"$(kid machine-1/root)"'","has_signed":true},{"kid":"'"$(kid machine-2/root)"'","has_signed":false},'
conf three.conf 3
expect 65 trust check --config three.conf list.1
conf realm.conf 2 6
expect 65 trust check --config realm.conf list.1
said "for another realm"
expect 65 trust show --list list.1 --config realm.conf
expect 64 trust show --list list.1 --config verifyd.conf --root "$(root 1)"
said "leave out --root"

# Merging: copies of one list only, and nothing is overwritten.
expect 73 trust merge --out list.1 machine-1/list machine-3/list
expect 64 trust merge --out merged machine-1/list
said "two copies or more"
expect 64 trust merge machine-1/list machine-3/list
expect 66 trust merge --out merged machine-1/list missing
expect 65 trust merge --out merged machine-1/list ministry.pub
cp draft altered
expect 0 trust change --list altered --kid "$(kid ministry)" --not-after 2041-01-01
expect 73 trust merge --out merged machine-1/list altered
said "altered is not a copy of machine-1/list: it is another list 1"
[[ ! -e merged ]] || fail "a refused merge leaves a file"

# A list that was signed is not changed; the next one is made, once, and from the newest.
hash=$("$VERIFYCTL" trust show --list list.1 | sed -n 's/^hash *//p')
cp list.1 list.1.before
expect 65 trust change --list list.1 --kid "$(kid ministry)" --not-after 2030-01-01
said "trust next --list list.1 --out NEW"
expect 65 trust next --list draft --out draft.2
said "draft is not signed by anybody yet"
expect 64 trust next --list list.1 --out draft.2 --valid-days 0
expect 64 trust next --list list.1 --out draft.2 --valid-days 36501
expect 66 trust next --list missing --out draft.2
expect 0 trust next --list list.1 --out draft.2 --valid-days 30 --config verifyd.conf
printed "draft.2: list 2 of realm 5 with the 2 keys of list.1, which it follows; not signed yet"
[[ ! -s stderr ]] || fail "a complete list is warned about"
expect 73 trust next --list list.1 --out draft.2
cmp list.1 list.1.before || fail "list 1 was touched"
expect 0 trust next --list machine-1/list --out incomplete --config verifyd.conf
said "warning: machine-1/list is not complete: 1 of 3 pinned roots has signed"
expect 65 trust next --list list.1 --out draft.3 --config realm.conf
expect 0 trust show --list draft.2 --since list.1
printed "follows      $hash"
printed "signatures   0"
printed "since list 1 (list.1)"
printed "follows it: yes"
printed "the entries are the same"

# What change refuses.
change=(trust change --list draft.2 --kid "$(kid ministry)")
expect 64 "${change[@]}"
said "what is to change?"
expect 64 trust change --list draft.2 --kid 12 --not-after 2030-01-01
said "--kid must be 16 hex digits"
expect 67 trust change --list draft.2 --kid 0011223344556677 --not-after 2030-01-01
said "has no entry 0011223344556677"
expect 66 trust change --list missing --kid "$(kid ministry)" --not-after 2030-01-01
expect 64 "${change[@]}" --not-after 2019-01-01
said "--not-after is before --not-before"
expect 64 "${change[@]}" --not-before 2041-01-01
expect 64 "${change[@]}" --not-after soon
expect 64 "${change[@]}" --not-before ''
expect 64 "${change[@]}" --compromised-since yesterday
expect 64 "${change[@]}" --compromised-since 2026-01-01 --not-compromised
expect 64 "${change[@]}" --type degree/master --all-types
expect 65 "${change[@]}" --type "Not a type"
expect 73 "${change[@]}" --type degree/master --type degree/master
expect 64 "${change[@]}" --name nothing
expect 64 "${change[@]}" --name en=One --name en=Two
expect 65 "${change[@]}" --name en=$'two\nlines'
expect 65 "${change[@]}" --name "e n=Name"
for never in role issuer key; do expect 64 "${change[@]}" --$never x; done
expect 0 trust show --list draft.2 --since list.1
printed "the entries are the same"

# What it does: names and types are replaced one by one and together; all of it can be taken back.
expect 0 "${change[@]}" --name fr=Ministère --name en="Ministry of Education" --type degree/master --type degree/doctor
printed '  names      en "Ministry", km "ក្រសួងអប់រំ" → en "Ministry of Education", fr "Ministère", km "ក្រសួងអប់រំ"'
printed "  types      degree/bachelor → degree/master, degree/doctor"
expect 0 "${change[@]}" --name fr= --all-types
printed "→ all"
expect 0 "${change[@]}" --name en=Ministry --type degree/bachelor --not-before 2021-01-01
printed "  from       2020-01-01T00:00:00Z → 2021-01-01T00:00:00Z"
expect 0 "${change[@]}" --not-before 2020-01-01
expect 0 "${change[@]}" --not-before 2020-01-01
printed "was so already"
expect 0 "${change[@]}" --compromised-since 2200-01-01
said "warning: --compromised-since is in the future"
expect 0 "${change[@]}" --not-compromised
printed "compromised since 2200-01-01T00:00:00Z → not"
expect 0 trust show --list draft.2 --since list.1
printed "the entries are the same"

# Expiry and rotation of the ministry's key, compromise of the registrar's.
expect 0 trust add --list draft.2 --key rotated --role issuer --issuer moeys.example --name en=Ministry --not-after 2050-01-01
printed "list 2 has 3 keys"
expect 0 "${change[@]}" --not-after 2026-12-31
expect 0 trust change --list draft.2 --kid "$(kid registrar)" --compromised-since 2026-03-01T12:00:00Z
expect 0 trust show --list draft.2 --since list.1
printed "added      kid $(kid rotated)  issuer of moeys.example"
printed "changed    kid $(kid ministry)  issuer of moeys.example"
printed "  until      2040-01-01T00:00:00Z → 2026-12-31T00:00:00Z"
printed "  compromised since not → 2026-03-01T12:00:00Z"
expect 0 trust show --list draft.2 --since list.1 --json
printed '"since":{"list_no":1,"follows":true,"added":["'"$(kid rotated)"'"],"changed":[{"kid":"'
printed '"fields":["not_after"]}'
printed '"fields":["compromised_since"]}'
printed '"removed":[]}'
cp draft.2 machine-2/list.2
cp draft.2 machine-3/list.2
for name in 2 3; do expect 0 trust sign --list "machine-$name/list.2" --root-key "machine-$name/root"; done
expect 0 trust merge --out list.2 machine-2/list.2 machine-3/list.2
expect 0 trust check --config verifyd.conf list.2 --since list.1
printed "it follows list 1 (list.1)"
expect 64 trust check --config verifyd.conf
expect 64 trust check --config verifyd.conf list.1 list.2
expect 64 trust check list.2
expect 66 trust check --config verifyd.conf missing
expect 66 trust check --config missing.conf list.2
expect 66 trust check --config verifyd.conf list.2 --since missing
expect 65 trust check --config verifyd.conf list.2 --since ministry.pub

# Back, twice, and past one: refused.
expect 65 trust check --config verifyd.conf list.1 --since list.2
said "it would roll the list back"
expect 65 trust check --config verifyd.conf list.2 --since list.2
said "which is not newer than list 2"
expect 0 trust next --list list.2 --out list.3
for name in 1 2; do expect 0 trust sign --list list.3 --root-key "machine-$name/root"; done
expect 0 trust check --config verifyd.conf list.3 --since list.2
expect 65 trust check --config verifyd.conf list.3 --since list.1
said "the lists between them are missing"

# Another second list, and one that follows another first list: rightly signed, and refused.
expect 0 trust next --list list.1 --out fork
expect 0 trust add --list fork --key other --role issuer --issuer other.example --not-after 2040-01-01
for name in 1 2; do expect 0 trust sign --list fork --root-key "machine-$name/root"; done
expect 65 trust check --config verifyd.conf fork --since list.2
expect 65 trust check --config verifyd.conf list.3 --since fork
said "follows another list 2 than fork"
expect 0 trust show --list list.3 --since fork
printed "follows it: NO"
printed "REMOVED    kid $(kid other)  issuer of other.example"
expect 0 trust show --list list.3 --since fork --json
printed '"follows":false'
printed '"removed":["'"$(kid other)"'"]}'
cp list.2 in-use
sed 's/list\.1/in-use/' verifyd.conf >now.conf
expect 73 trust next --list list.1 --out list.2b --config now.conf
said "list.1 is list 1, but list 2 is in use"
expect 73 trust next --list fork --out list.3b --config now.conf
said "another list 2 than the one in use"
rm in-use
expect 0 trust next --list list.2 --out list.3b --config now.conf
said "whether list.2 is the newest list is not known"
expect 66 trust next --list list.2 --out list.3c --config missing.conf

# A date that has passed is warned about, and the list can be renewed.
expect 0 trust create --realm 5 --out stale --issued 2020-01-01 --valid-days 10
for name in 1 2; do expect 0 trust sign --list stale --root-key "machine-$name/root"; done
expect 0 trust check --config verifyd.conf stale
said "the next list was due at 2020-01-11T00:00:00Z"
expect 0 trust next --list stale --out renewed
for name in 1 2; do expect 0 trust sign --list renewed --root-key "machine-$name/root"; done
expect 0 trust check --config verifyd.conf renewed --since stale
[[ ! -s stderr ]] || fail "a renewed list is warned about"

# Any damage of a signed list is refused.
size=$(stat -c %s list.2)
for at in 0 3 40 $((size / 3)) $((size / 2)) $((size - 150)); do
  cp list.2 damaged
  printf '\xa5' | dd of=damaged bs=1 seek="$at" conv=notrunc status=none
  cmp -s list.2 damaged && continue
  expect 65 trust check --config verifyd.conf damaged
done
head -c $((size - 1)) list.2 >damaged
expect 65 trust check --config verifyd.conf damaged
expect 65 trust merge --out merged list.2 damaged
expect 65 trust next --list damaged --out damaged.2

# Words.
for action in create add change sign merge next show check publish; do
  expect 0 trust $action --help
  expect 0 trust --help
  printed "  $action"
done
expect 64 trust chnge
said "did you mean change?"
expect 64 trust
