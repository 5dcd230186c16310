# operators.sh: three operators as processes of verifyd on free ports, for tests of verifyctl over the network. VERIFYD comes
# from ctest. Sourced after common.sh; make_world comes first.
# shellcheck shell=bash disable=SC2154
declare -A pids=() ports=()

stop_operators() {
  for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap 'stop_operators; end' EXIT

# A port that is free, and that the system gives to nobody by itself: for what is stopped and started again.
lasting_port() {
  local port
  for _ in $(seq 100); do
    port=$((16384 + RANDOM % 12288))
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  fail "no port is free"
}

# operator_conf NUMBER PORT
operator_conf() {
  mkdir -p "op-$1"
  cat >"op-$1/verifyd.conf" <<CONF
realm = 1;
listen = "127.0.0.1:$2";
operations = "127.0.0.1:0";
trust = { file = "$work/trust.list"; roots = [ "$(sed -n 's/^public: //p' root.key.pub)" ]; };
operator = { number = $1; name = "Operator $1"; store = "ledger"; origin = "127.0.0.1/log/$1"; key = "$work/log-$1.key";
             checkpoint_s = 2; ${operator_more:-} };
workers = 1;
CONF
}

# start_operator NUMBER: on the port that it had before, if any.
start_operator() {
  [[ -f log-$1.key ]] || expect 0 keygen --kind log --name "127.0.0.1/log/$1" --out "log-$1.key"
  operator_conf "$1" "${ports[$1]:-$(lasting_port)}"
  : >"op-$1/out" # or an older one is read before the shell below has emptied it
  "$VERIFYD" --config "op-$1/verifyd.conf" >"op-$1/out" 2>"op-$1/log" </dev/null &
  pids[$1]=$!
  for _ in $(seq 600); do
    grep -q '^listening' "op-$1/out" && break
    kill -0 "${pids[$1]}" 2>/dev/null || { cat "op-$1/log" "op-$1/out" >&2; fail "operator $1 does not start"; }
    sleep 0.05
  done
  ports[$1]=$(sed -n 's/^listening on http:\/\/127\.0\.0\.1:\([0-9]*\)\/$/\1/p' "op-$1/out")
  [[ -n ${ports[$1]} ]] || fail "operator $1 does not listen"
}

# kill_operator NUMBER
kill_operator() {
  kill -9 "${pids[$1]}"
  wait "${pids[$1]}" 2>/dev/null || true
  unset "pids[$1]"
}

vkey_of() { sed -n 's/^operator of log .*, verifier key //p' "op-$1/out"; }
url_of() { echo "http://127.0.0.1:${ports[$1]}/log/$1"; }

# remote_conf: verifyd.conf of an issuer or reader who reaches all three over the network.
remote_conf() {
  cat >verifyd.conf <<CONF
realm = 1;
threshold = 2;
trust = { file = "trust.list"; roots = [ "$(sed -n 's/^public: //p' root.key.pub)" ]; };
operators = (
  { number = 1; name = "Ministry"; url = "$(url_of 1)"; vkey = "$(vkey_of 1)"; },
  { number = 2; name = "University"; url = "$(url_of 2)"; vkey = "$(vkey_of 2)"; },
  { number = 3; name = "Archive"; url = "$(url_of 3)"; vkey = "$(vkey_of 3)"; }
);
limits = { operator_ms = 20000; };
profiles = [ "degree.conf" ];
CONF
}

start_operators() {
  for number in 1 2 3; do start_operator "$number"; done
  remote_conf
}
