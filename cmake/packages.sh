#!/usr/bin/env bash
# packages.sh: installs with apt-get what is missing to build, run and test the project on Debian 12.
set -euo pipefail

packages=(
  # build
  gcc libc6-dev cmake ninja-build pkg-config
  # libraries
  libssl-dev libsecp256k1-dev libutf8proc-dev libqrencode-dev libzbar-dev liblmdb-dev libuv1-dev libjansson-dev
  libconfig-dev libcsv-dev nettle-dev libhttp-parser-dev libcivetweb-dev libcurl4-openssl-dev libpng-dev libjpeg-dev zlib1g-dev
  # tests, Khmer and a second implementation of the log in Go among them
  libcmocka-dev valgrind python3 chromium fonts-khmeros fonts-noto-core golang-go golang-golang-x-mod-dev
)
# Another Node.js than Debian's would be replaced by the package.
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)

missing=()
for package in "${packages[@]}"; do
  [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "packages.sh: run as root, or install sudo; missing: ${missing[*]}" >&2; exit 77; }
  as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
