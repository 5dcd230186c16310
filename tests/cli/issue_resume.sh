#!/usr/bin/env bash
# A batch that is killed again and again and then finished: the same codes, each document in each ledger once.
source "$(dirname "$0")/common.sh"
make_world
rows=${ROWS:-3000}
"$EXAMPLE_GRADUATES" "$rows" 7 >graduates.csv
issue_arguments graduates.csv out --workers 2

pictures() { find out -name '[!.]*.png' 2>/dev/null | wc -l; }

# Kills the batch once it has made so many pictures. One that has ended first, because this shell was late, is undone.
kill_after() {
  local code
  rm -rf before && mkdir before
  for part in out ledger-{1,2,3}; do [[ ! -e $part ]] || cp -a "$part" before/; done
  for _ in 1 2 3 4 5; do
    "$VERIFYCTL" "${issue[@]}" >stdout 2>stderr </dev/null &
    background=$!
    while [[ ! -f out/unfinished-batch || $(pictures) -lt $1 ]] && kill -0 "$background" 2>/dev/null; do sleep 0.05; done
    kill -9 "$background" 2>/dev/null || true
    code=0
    wait "$background" 2>/dev/null || code=$?
    background=
    [[ $code -ne 137 ]] || return 0
    rm -rf out ledger-{1,2,3}
    cp -a before/. .
  done
  fail "the batch ends before it is killed"
}

kill_after 0
[[ $(stat -c %a out/unfinished-batch) == 600 ]] || fail "mode of the batch's state"
kill_after 100
(cd out && find . -name '[!.]*.*g' -exec sha256sum {} +) >made-first
kill_after $((rows * 9 / 10))
[[ ! -e out/manifest.csv ]] || fail "a manifest of an unfinished batch"
LC_ALL=C grep -qaF "$(sed -n 's/^secret: //p' issuer.key)" out/unfinished-batch && fail "the issuer key is in the state" || true

# Anything else than the same batch is refused and says why.
cp graduates.csv original.csv
sed -i '2s/,F,/,M,/;3s/,M,/,F,/' graduates.csv
cmp -s graduates.csv original.csv && sed -i '2s/,M,/,F,/' graduates.csv
expect 73 "${issue[@]}"
said "out has an unfinished batch, and the spreadsheet is not the one it was begun with; finish it with the old ones, or choose another --out"
cp original.csv graduates.csv
echo "# changed" >>degree.conf
expect 73 "${issue[@]}"
said "the profile is not the one"
cp "$SOURCE_DIR/cli/example/degree.conf" degree.conf
expect 73 "${issue[@]}" --issue-no 2
said "the options or keys are not those"
expect 73 "${issue[@]}" --issued 2026-01-01
said "--issued is not the time"
expect 0 keygen --kind status --out other-status.key
issue_arguments graduates.csv out --workers 2
expect 73 "${issue[@]/status.key/other-status.key}"
said "the options or keys are not those"
expect 0 keygen --kind issuer --out other.key
expect 77 "${issue[@]/issuer.key/other.key}"
said "the batch was begun with another issuer key"
cp -p out/unfinished-batch state
for byte in '\x00' '\xff'; do
  printf "$byte" | dd of=out/unfinished-batch bs=1 seek=60 conv=notrunc status=none
  cmp -s out/unfinished-batch state || break
done
expect 77 "${issue[@]}"
cp -p state out/unfinished-batch

expect 0 "${issue[@]}"
said "continuing the batch that was begun with the time of issue"
printed "$rows documents of type school-leaving/bac2 issued"
printed "were in the ledgers already"
[[ ! -e out/unfinished-batch ]] || fail "the batch's state is still there"
(cd out && sha256sum --quiet --check ../made-first) >stdout 2>&1 || fail "a picture has changed"
[[ $("$LEDGER_COUNTS" 1 ledger-1 ledger-2 ledger-3 | sort -u) == "$rows $rows" ]] || fail "the ledgers do not hold each document once"
[[ $(pictures) -eq $rows && $(find out -type f | wc -l) -eq $((2 * rows + 2)) ]] || fail "files: $(find out -name '.*' | head -n 3)"
expect 0 verify --config verifyd.conf --json out/BAC2-2026-000001.png out/BAC2-2026-00"$rows".png
[[ $(grep -c '"verdict":"VALID"' stdout) -eq 2 ]] || fail "the codes are not valid"
