#!/usr/bin/env bash
# The whole path with the real program: issue the example spreadsheet, verify its pictures, and look for secrets where
# none may be.
source "$(dirname "$0")/common.sh"
make_world
"$EXAMPLE_GRADUATES" 200 >graduates.csv

issue_arguments graduates.csv out
expect 0 "${issue[@]}"
cp stdout issue.stdout && cp stderr issue.stderr
printed "200 documents of type school-leaving/bac2 issued by moeys.example, key $(sed -n 's/^kid: //p' issuer.key.pub)"
printed "2 cells had line breaks, which became spaces"
printed "2 cells were brought to Unicode normalisation form C"
[[ $("$LEDGER_COUNTS" 1 ledger-1 ledger-2 ledger-3 | sort -u) == "200 200" ]] || fail "the ledgers do not hold 200 documents each"
[[ $(stat -c %a out) == 700 && $(stat -c %a out/*.png out/*.svg out/*.csv out/*.txt | sort -u) == 600 ]] || fail "modes"
[[ $(find out -name '*.png' | wc -l) -eq 200 && $(find out -name '*.svg' | wc -l) -eq 200 ]] || fail "not 200 pictures"
[[ $(find out -type f | wc -l) -eq 402 ]] || fail "other files: $(ls -A out | head -n 3)"
[[ $(wc -l <out/manifest.csv) -eq 201 ]] || fail "the manifest has not 200 rows"
grep -q $'^2,"BAC2-2026-000001",1,BAC2-2026-000001.png,BAC2-2026-000001.svg\r$' out/manifest.csv || fail "the manifest's first row"
expect 73 "${issue[@]}"
said "out holds a finished batch; choose another --out"

# Verify: every kind of operand, every form of output.
expect 0 verify --config verifyd.conf --lang en out/BAC2-2026-000001.png
printed "out/BAC2-2026-000001.png: VALID"
printed "Upper-secondary school certificate"
printed "Ministry of Education"
name=$(sed -n '2{s/^[^,]*,[^,]*,\([^,]*\),.*/\1/p}' graduates.csv)
printed "Name (Latin)        $name"
printed "log        passed"
grep -q "Remarks" stdout && fail "an empty optional cell became an attribute"
LANG=km_KH.UTF-8 LC_ALL='' expect 0 verify --config verifyd.conf out/BAC2-2026-000001.png
printed "វិទ្យាល័យ"
printed "ក្រសួងអប់រំ"
expect 0 verify --config verifyd.conf --json out/BAC2-2026-000083.png
printed '"verdict":"VALID"'
printed "Sat the paper in mathematics again; first sitting in 2025"
expect 0 verify --config verifyd.conf --json out/BAC2-2026-000071.png
grep -q "$(printf '\xc3\xa9l\xc3\xa8ve libre')" stdout || fail "the accents are not composed"
expect 0 qr out/BAC2-2026-000001.png
text=$(tail -n 1 stdout)
[[ $text =~ ^https://verify\.example/#[A-Z2-7]{88}$ ]] || fail "the QR text"
"$VERIFYCTL" verify --config verifyd.conf - <<<"$text" >stdout || fail "QR text on standard input"
printed "-: VALID"
"$VERIFYCTL" verify --config verifyd.conf --json - <out/BAC2-2026-000002.png >stdout || fail "a picture on standard input"
printf '%s\r\n\n  %s\n' "$text" "${text#*#}" >codes.txt
expect 0 verify --config verifyd.conf --json codes.txt
[[ $(grep -c '"verdict":"VALID"' stdout) -eq 2 ]] || fail "two codes in a file"
expect 0 verify --config verifyd.conf "${text/\#/%23}"
grep -qF "${text#*#}" stdout stderr && fail "a QR text is repeated"
mapfile -t pictures < <(ls out/*.png)
expect 0 verify --config verifyd.conf --json "${pictures[@]:0:60}"
[[ $(grep -c '"verdict":"VALID"' stdout) -eq 60 ]] || fail "60 pictures"

# What is not valid, and what cannot be told.
expect 1 verify --config verifyd.conf https://elsewhere.example/#hello
printed "NOT_VALID: not a code of this service (1 QR_MALFORMED)"
letter=A && [[ ${text:40:1} == A ]] && letter=B
expect 1 verify --config verifyd.conf "${text:0:40}$letter${text:41}"
printed "(2 QR_CHECKSUM)"
expect 66 verify --config verifyd.conf no-such-file.png
said "operand 1 is neither a file nor a QR text"
expect 65 verify --config verifyd.conf graduates.csv.missing#x degree.conf /dev/null
said "operand 3: there is no QR text in it"
head -c 300 out/BAC2-2026-000001.png >cut.png
expect 65 verify --config verifyd.conf cut.png
expect 66 verify --config missing.conf "$text"
mv ledger-2 hidden
expect 0 verify --config verifyd.conf out/BAC2-2026-000001.png
said "operator 2 is unreachable"
mv ledger-3 hidden-3
expect 2 verify --config verifyd.conf --json out/BAC2-2026-000001.png
printed '"verdict":"INCONCLUSIVE","code":12'
printed '"attributes":[]'
expect 1 verify --config verifyd.conf out/BAC2-2026-000001.png https://elsewhere.example/#x
mv hidden ledger-2 && mv hidden-3 ledger-3
cp trust.list trusted && expect 0 trust create --realm 1 --out empty.list && expect 0 trust sign --list empty.list --root-key root.key
cp empty.list trust.list
expect 1 verify --config verifyd.conf out/BAC2-2026-000001.png
printed "(32 ISSUER_UNKNOWN)"
grep -qF "$name" stdout && fail "an attribute of a document that is not valid"
cp trusted trust.list

# A second series, with the options in place of the configuration, another type of file names and a fixed time.
printf 'serial;name\n.hidden/../x;"Sok"\nÉ 1;Chan\n' >odd.csv
printf 'type="t"; serial={column="serial";}; validity={years=1;}; attributes=({name="name"; column="name";});' >odd.conf
expect 0 issue --profile odd.conf --in odd.csv --out odd --issuer moeys.example --issuer-key issuer.key --status-key status.key \
  --prefix https://verify.example/ --realm 1 --threshold 2 --ledger ledger-1 --ledger ledger-2 --ledger ledger-3 --issued 2026-01-01
[[ $(cd odd && ls -A | sort | tr '\n' ' ') == "%2Ehidden%2F..%2Fx.png %2Ehidden%2F..%2Fx.svg %C3%89%201.png %C3%89%201.svg manifest.csv summary.txt " ]] ||
  fail "file names: $(ls -A odd)"
expect 0 verify --config verifyd.conf --lang en odd/%C3%89%201.png
printed "expires   2027-01-01T00:00:00Z"
printed "serial    É 1"

# No secret but where it belongs: QR codes, keys and attributes.
secrets=(-e "${text#*#}" -e "$(sed -n 's/^secret: //p' issuer.key)" -e "$(sed -n 's/^secret: //p' status.key)" -e "$name")
grep -rlaF "${secrets[@]}" out/manifest.csv out/summary.txt issue.stdout issue.stderr ledger-1 ledger-2 ledger-3 trust.list &&
  fail "a secret in one of these files" || true
tail -n +2 graduates.csv | cut -d, -f2-9 | tr ',' '\n' | grep -aE '^.{6,}$' | sort -u >attributes
LC_ALL=C grep -aFf attributes out/manifest.csv out/summary.txt issue.stdout issue.stderr && fail "an attribute in one of these files" || true
# Nor in the ledgers: not one long attribute of any row.
grep -E '^.{12,}$' attributes >long
LC_ALL=C grep -rqaFf long ledger-1 ledger-2 ledger-3 && fail "an attribute in a ledger" || true
