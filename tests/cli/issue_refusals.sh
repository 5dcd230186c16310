#!/usr/bin/env bash
# Spreadsheets, profiles and options that are refused: what is said, and that nothing was issued.
source "$(dirname "$0")/common.sh"
make_world

cat >small.conf <<'CONF'
type = "degree/bachelor";
serial = { column = "serial"; };
attributes = ( { name = "name"; column = "name"; required = true; }, { name = "note"; column = "note"; } );
ignored_columns = [ "internal" ];
CONF

# refuse CODE FILE-CONTENT [OPTION…]: issues with small.conf; nothing may be there afterwards.
refuse() {
  local wanted=$1
  printf "$2" >in.csv
  expect "$wanted" issue --config verifyd.conf --profile "${profile:-small.conf}" --in in.csv --out out --issuer moeys.example \
    --issuer-key issuer.key --status-key status.key --prefix https://verify.example/ "${@:3}"
  [[ ! -e out && ! -e ledger-1 && ! -e ledger-2 && ! -e ledger-3 ]] || fail "something was made although it was refused: $2"
}

refuse 65 'serial,name,note\nA1,Sok,\nA2,Chan,\nA1,Dara,\n'
said "in.csv: row 4, column serial: is the same as in row 2; a serial names one document only"
said "in.csv has 1 problem; nothing was issued"

# All bad rows at once, each with row, column and remedy, in the numbers that a spreadsheet shows.
refuse 65 'serial,name,note,internal\nA1,"two\nlines",,x\n,Chan,,\nA3,,note,\nA4,Sok\nA5,b\xffd,,\nA6,a\x01b,,\nA7,a\xe2\x80\xaeb,,\n\nA1,Dara,,\n'
said "row 3, column serial: is empty; every document needs a serial"
said "row 4, column name: is empty; the profile requires it"
said "row 5: has 2 cells and the heading has 4; look for a missing or unquoted delimiter"
said 'row 6, column name: is not valid UTF-8; export the file as "CSV UTF-8"'
said "row 7, column name: has a control or direction-override character"
said "row 8, column name: has a control or direction-override character"
said "row 10, column serial: is the same as in row 2"
said "in.csv has 7 problems; nothing was issued"
grep -qE "Chan|Dara|Sok|two lines" stderr && fail "the content of a cell is repeated"

refuse 65 'serial,name\nA1,Sok\n'
said 'row 1: the profile'"'"'s column "note" is missing; add it, or correct the profile'
refuse 65 'serial,name,note,phone\nA1,Sok,,012\n'
said 'row 1: the profile does not say what the column "phone" is for; make it an attribute, or name it in ignored_columns'
refuse 65 'serial,name,note,name\nA1,Sok,,Sok\n'
said 'row 1, column D: the heading "name" is also that of column B'
refuse 65 'serial,name,note\n'
said "the spreadsheet has no rows below its heading"
refuse 65 ''
said "the spreadsheet is empty"
refuse 65 'serial,name,note\nA1,"Sok,\nA2,Chan,\n'
said "row 2, column name: the quote that begins this cell is never closed"
refuse 65 'serial,name,note\nA1,So"k,\n'
said "row 2, column name: a quote stands inside or after this cell"
refuse 65 '\xff\xfes\0e\0'
said "UTF-16"
refuse 65 'PK\x03\x04'
said "workbook"
refuse 65 "serial,name,note\n$(printf 'A%.0s' {1..65}),Sok,\n"
said "row 2, column serial: has 65 bytes; a serial may have 64"
refuse 65 "serial,name,note\nA1,$(head -c 33000 /dev/zero | tr '\0' x),\n"
said "row 2"
refuse 65 "serial,name,note\nA1,$(head -c 32760 /dev/zero | tr '\0' x),\n"
said "row 2: is too long for a document of 32703 bytes; shorten its cells"

# At most 200 lines, and how many more.
rows=$(for i in {1..500}; do printf 'A%d,,\\n' "$i"; done)
refuse 65 "serial,name,note\n$rows"
[[ $(grep -c "column name: is empty" stderr) -eq 200 ]] || fail "not 200 lines"
said "in.csv: … and 300 more"
said "in.csv has 500 problems; nothing was issued"

# The profile's length and dates.
profile=fixed.conf
sed 's/^ignored/plaintext_bytes = 128;\nignored/' small.conf >fixed.conf
refuse 65 'serial,name,note\nA1,Sok,\nA2,Sok,12345678901234567890123456789012345678901234567890\n'
said "row 2: needs plaintext_bytes = 192 and the profile has 128; raise it there, or shorten the row"
profile=dated.conf
sed 's/^ignored.*/validity = { expires_column = "until"; };/' small.conf >dated.conf
refuse 65 'serial,name,note,until\nA1,Sok,,31.12.2030\nA2,Sok,,2020-01-01\nA3,Sok,,\n'
said "row 2, column until: is not a date such as 2036-10-06"
said "row 3, column until: is not after the time of issue"
said "in.csv has 2 problems"
profile=broken.conf
sed 's/required = true/requird = true/' small.conf >broken.conf
refuse 78 'serial,name,note\nA1,Sok,\n'
said "broken.conf:3: requird: unknown here; the keys are: name, column, required, labels"
profile=missing.conf
refuse 66 'serial,name,note\nA1,Sok,\n'
profile=small.conf

# Options.
good='serial,name,note\nA1,Sok,\n'
refuse 64 "$good" --realm 1
said "--config names realm, threshold and ledgers"
refuse 64 "$good" --delimiter '|'
refuse 64 "$good" --issue-no 0
refuse 64 "$good" --issued tomorrow
refuse 64 "$good" --workers 0
for prefix in http://verify.example/ https:// HTTPS://verify.example/ https://verify.example/?a=b https://verify.example/#x ftp://x.example/; do
  printf "$good" >in.csv
  expect 64 issue --config verifyd.conf --profile small.conf --in in.csv --out out --issuer moeys.example --issuer-key issuer.key \
    --status-key status.key --prefix "$prefix"
  said "--prefix"
done
expect 64 issue --config verifyd.conf --profile small.conf --in in.csv --out out --issuer "Not An Id" --issuer-key issuer.key \
  --status-key status.key --prefix https://verify.example/
said "--issuer must be"
expect 77 issue --config verifyd.conf --profile small.conf --in in.csv --out out --issuer moeys.example --issuer-key root.key \
  --status-key status.key --prefix https://verify.example/
expect 64 issue --profile small.conf --in in.csv --out out --issuer moeys.example --issuer-key issuer.key --status-key status.key \
  --prefix https://verify.example/ --realm 1 --threshold 2 --ledger ledger-1
said "--threshold must be a whole number from 1 to 1"
expect 64 issue --profile small.conf --in in.csv --out out --issuer moeys.example --issuer-key issuer.key --status-key status.key \
  --prefix https://verify.example/ --realm 1 --threshold 2 --ledger ledger-1 --ledger ledger-1
said "given twice"

# A folder with something in it.
mkdir out
touch out/thesis.doc
expect 73 issue --config verifyd.conf --profile small.conf --in in.csv --out out --issuer moeys.example --issuer-key issuer.key \
  --status-key status.key --prefix https://verify.example/
said "out is not empty; choose a new or empty folder for --out"
[[ $(ls out) == thesis.doc && ! -e ledger-1 ]] || fail "something was made in a foreign folder"
