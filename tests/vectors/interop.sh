#!/bin/bash
# One implementation issues, the other opens. usage: interop.sh ISSUE-COMMAND… -- OPEN-COMMAND…
set -euo pipefail
issue=()
while [ "$1" != -- ]; do
  issue+=("$1")
  shift
done
shift
"${issue[@]}" | "$@"
