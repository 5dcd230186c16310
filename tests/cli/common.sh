# common.sh: what the tests of verifyctl share. VERIFYCTL, EXAMPLE_GRADUATES and SOURCE_DIR come from ctest.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8

work=$(mktemp -d "${TMPDIR:-/tmp}/ctl-test-XXXXXX")
background=
end() {
  [[ -z $background ]] || kill -9 "$background" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
cd "$work"

fail() {
  echo "FAILED: $*" >&2
  [[ ! -f stderr ]] || head -n 20 stderr | sed 's/^/  stderr: /' >&2
  [[ ! -f stdout ]] || head -n 20 stdout | sed 's/^/  stdout: /' >&2
  exit 1
}

# expect CODE verifyctl-arguments…: runs and compares the exit code; output is in ./stdout and ./stderr.
expect() {
  local wanted=$1 got=0
  shift
  "$VERIFYCTL" "$@" >stdout 2>stderr </dev/null || got=$?
  [[ $got -eq $wanted ]] || fail "verifyctl $* ended with $got, not $wanted"
}

# said TEXT: the last command's stderr has the text; printed TEXT: its stdout has.
said() { grep -qF -- "$1" stderr || fail "stderr does not say: $1"; }
printed() { grep -qF -- "$1" stdout || fail "stdout does not say: $1"; }

# make_world: keys, a signed trust list, a profile and a configuration with three ledgers, two needed.
make_world() {
  for kind in root issuer status; do expect 0 keygen --kind "$kind" --out "$kind.key"; done
  expect 0 trust create --realm 1 --out trust.list
  expect 0 trust add --list trust.list --key issuer.key.pub --role issuer --issuer moeys.example \
    --name en="Ministry of Education" --name km="ក្រសួងអប់រំ" --not-before 2020-01-01 --not-after 2040-01-01
  expect 0 trust sign --list trust.list --root-key root.key
  cp "$SOURCE_DIR/cli/example/degree.conf" .
  cat >verifyd.conf <<CONF
realm = 1;
threshold = 2;
trust = { file = "trust.list"; roots = [ "$(sed -n 's/^public: //p' root.key.pub)" ]; };
operators = ( { number = 1; name = "One"; store = "ledger-1"; }, { number = 2; name = "Two"; store = "ledger-2"; },
              { number = 3; name = "Three"; store = "ledger-3"; } );
profiles = [ "degree.conf" ];
CONF
}

# issue SPREADSHEET OUT [OPTION…]: arguments of an issue with the world's keys, for expect.
issue_arguments() {
  issue=(issue --config verifyd.conf --profile degree.conf --in "$1" --out "$2" --issuer moeys.example
    --issuer-key issuer.key --status-key status.key --prefix https://verify.example/ "${@:3}")
}
