# serve_files.sh: a plain static file server, for audits of logs that are nothing but files. Sourced after common.sh.
# shellcheck shell=bash disable=SC2034
server=
stop_server() {
  [[ -z $server ]] || kill "$server" 2>/dev/null || true
  server=
}
trap 'stop_server; end' EXIT

# serve FOLDER: sets url.
serve() {
  stop_server
  : >server.out # else what is found below may be the line of the server before
  python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$1" >server.out 2>/dev/null </dev/null &
  server=$!
  for _ in $(seq 600); do
    grep -q 'port [0-9]* ' server.out && break
    sleep 0.05
  done
  url=http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\) .*/\1/p' server.out)
}

# flip FILE OFFSET: inverts the lowest bit of a byte.
flip() {
  local byte
  byte=$(od -An -tu1 -j "$2" -N 1 "$1")
  printf "$(printf '\\x%02x' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
