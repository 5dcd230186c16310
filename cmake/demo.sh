#!/usr/bin/env bash
# demo.sh: the whole path on one machine: keys, a trust list, 200 certificates of invented people in three ledgers (any two
# are enough), verification, and the server with its page. Everything it makes is in demo-data/, made anew each time.
#
#   bash cmake/demo.sh            leaves the server running; Ctrl-C ends it
#   bash cmake/demo.sh --once     ends after its checks
#
# DEMO_PORT (8080) and DEMO_OPERATIONS_PORT (9090) choose the first ports that are tried.
set -euo pipefail
cd "$(dirname "$0")/.."

once=no
case "${1:-}" in
  "") ;;
  --once) once=yes ;;
  *) echo "demo.sh: unknown option $1; the only one is --once" >&2; exit 64 ;;
esac

data=demo-data
build=build/release
rows=200
verifyctl=$build/cli/verifyctl

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# The first port from $1 on that nobody listens on; other ports may be given that are not to be chosen.
free_port() {
  local port=$1 taken=${2:-0}
  while [[ $port -eq $taken ]] || (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

build_all() {
  bash cmake/packages.sh
  cmake --preset release -DBUILD_TESTING=OFF >"$data/build.log" 2>&1 && cmake --build --preset release >>"$data/build.log" 2>&1 || {
    tail -n 40 "$data/build.log" >&2
    echo "demo.sh: the build failed; the whole log is $data/build.log" >&2
    exit 70
  }
}

write_config() {
  local root
  root=$(sed -n 's/^public: //p' "$data/root.key.pub")
  cat >"$data/verifyd.conf" <<CONF
realm = 1;
threshold = 2;
listen = "127.0.0.1:$port";
operations = "127.0.0.1:$operations_port";
web_root = "../$build/web/dist";
trust = { file = "trust.list"; roots = [ "$root" ]; threshold = 1; };
operators = (
  { number = 1; name = "Ministry of Education"; store = "ledger-1"; },
  { number = 2; name = "University"; store = "ledger-2"; },
  { number = 3; name = "National Archives"; store = "ledger-3"; }
);
profiles = [ "degree.conf" ];
CONF
}

make_keys_and_trust() {
  for kind in root issuer status; do "$verifyctl" keygen --kind "$kind" --out "$data/$kind.key" >/dev/null; done
  "$verifyctl" trust create --realm 1 --out "$data/trust.list" >/dev/null
  "$verifyctl" trust add --list "$data/trust.list" --key "$data/issuer.key.pub" --role issuer --issuer moeys.example \
    --name km="ក្រសួងអប់រំ យុវជន និងកីឡា" --name en="Ministry of Education, Youth and Sport" \
    --name fr="Ministère de l’Éducation, de la Jeunesse et des Sports" --type school-leaving/bac2 --not-after 2040-01-01 >/dev/null
  "$verifyctl" trust sign --list "$data/trust.list" --root-key "$data/root.key"
}

issue() {
  "$build/cli/example-graduates" "$rows" >"$data/graduates.csv"
  cp cli/example/degree.conf "$data/degree.conf"
  "$verifyctl" issue --config "$data/verifyd.conf" --profile "$data/degree.conf" --in "$data/graduates.csv" \
    --out "$data/certificates" --issuer moeys.example --issuer-key "$data/issuer.key" --status-key "$data/status.key" \
    --prefix "http://127.0.0.1:$port/"
}

server=
stop_server() {
  [[ -z $server ]] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
}

start_server() {
  "$build/verifyd/verifyd" --config "$data/verifyd.conf" 2>"$data/verifyd.log" &
  server=$!
  trap stop_server EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  for _ in $(seq 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$data/verifyd.log" >&2
  echo "demo.sh: the server did not start" >&2
  exit 69
}

say "Building (the first time this takes a few minutes)"
rm -rf "$data"
(umask 077 && mkdir "$data")
build_all
port=$(free_port "${DEMO_PORT:-8080}")
operations_port=$(free_port "${DEMO_OPERATIONS_PORT:-9090}" "$port")

say "Making keys and a trust list"
make_keys_and_trust
write_config

say "Issuing $rows certificates"
issue

say "Verifying three of them from their pictures"
mapfile -t pictures < <(find "$data/certificates" -name '*.png' | sort)
"$verifyctl" verify --config "$data/verifyd.conf" "${pictures[0]}" "${pictures[70]}" "${pictures[82]}"

say "Auditing the log of the first ledger"
"$verifyctl" audit --config "$data/verifyd.conf" --operator 1

say "Starting the server"
start_server

say "The QR code of the first certificate; open its address in a browser on this machine:"
"$verifyctl" qr "${pictures[0]}"
echo "Page:        http://127.0.0.1:$port/"
echo "Operations:  http://127.0.0.1:$operations_port/"
echo "QR codes:    $data/certificates/ (upload one to the page)"

if [[ $once == yes ]]; then
  say "Done"
else
  say "The server is running; Ctrl-C ends it"
  wait "$server"
fi
