#!/usr/bin/env bash
# A batch that is killed before or after each of its steps on the disk is finished by the same command, or is finished.
source "$(dirname "$0")/common.sh"
make_world
"$EXAMPLE_GRADUATES" 1 7 >graduates.csv

# killed MODE STEP: the batch is killed there; fails when it has fewer steps.
killed() {
  rm -rf out ledger-? mark
  issue_arguments graduates.csv out
  env FAULT_FOLDER="$work/out" FAULT_MARK="$work/mark" FAULT_MODE="$1" FAULT_AT="$2" LD_PRELOAD="$FAULT_SHIM" \
    ASAN_OPTIONS=verify_asan_link_order=0 "$VERIFYCTL" "${issue[@]}" >stdout 2>stderr </dev/null || true
  [[ -e mark ]]
}

for mode in before after; do
  step=1
  while killed "$mode" "$step"; do
    code=0
    "$VERIFYCTL" "${issue[@]}" >stdout 2>stderr </dev/null || code=$?
    [[ $code -eq 0 || ($code -eq 73 && -e out/manifest.csv) ]] || fail "killed $mode step $step, it then ended with $code"
    [[ -z $(find out -name '*unfinished-batch*') ]] || fail "killed $mode step $step: the batch's state is still there"
    expect 0 verify --config verifyd.conf out/*.png
    step=$((step + 1))
    [[ $step -lt 200 ]] || fail "no end of steps"
  done
  [[ $step -gt 10 ]] || fail "only $step steps"
done
