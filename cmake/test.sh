#!/usr/bin/env bash
# test.sh: installs what is missing, builds, and runs all tests: plain, and with AddressSanitizer and UBSan,
# where what a browser shows is left out.
set -euo pipefail
cd "$(dirname "$0")/.."

bash cmake/packages.sh
# The build brings web/node_modules to what the lock file names, with npm ci.
# Many tests wait for clocks, blocks and other processes: one more at a time than there are cores keeps them busy.
for preset in dev asan-ubsan; do
  cmake --preset "$preset"
  cmake --build --preset "$preset"
  ctest --preset "$preset" --parallel "$(($(nproc) + 1))"
done
