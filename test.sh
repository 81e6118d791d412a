#!/usr/bin/env bash
# Runs every test. Quiet where all is well; the last line has the totals.
# Options go to the tests: ./test.sh --filter-trait Category=Golden
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. build/sdk.sh

# Films are read and written by ffmpeg, and the page is tried in chromium. Where one cannot be installed, the tests that need it are skipped.
for tool in ffmpeg chromium; do
  if ! command -v "$tool" >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
    { apt-get update && apt-get install -y --no-install-recommends "$tool"; } >/dev/null 2>&1 || echo "$tool cannot be installed."
  fi
done

build_quietly GradCamGrpc.sln
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The code style counts as one test more.
passed=0 failed=0 skipped=0
if dotnet format GradCamGrpc.sln --verify-no-changes --no-restore >"$log" 2>&1; then
  passed=1
else
  failed=1
  cat "$log"
fi

# One project at a time: each uses all cores. An exit status other than 0 without a failed test is a failure too; but where tests
# were chosen, a project may have none of them (status 8).
status=0
dotnet test --solution GradCamGrpc.sln -c Release --no-build --max-parallel-test-modules 1 --no-ansi --no-progress \
  ${1:+--ignore-exit-code 8} "$@" >"$log" 2>&1 || status=$?
total() { awk -v name="$1:" '$1 == name { n = $2 } END { print n + 0 }' "$log"; }
passed=$((passed + $(total succeeded)))
failed_tests=$(total failed)
skipped=$(total skipped)
if [ "$status" -ne 0 ] && [ "$failed_tests" -eq 0 ]; then
  failed_tests=1
fi
failed=$((failed + failed_tests))

if [ "$failed_tests" -gt 0 ]; then
  cat "$log"
elif [ "$skipped" -gt 0 ]; then
  grep -hE 'GRADCAM_[A-Z]+|(ffmpeg|chromium) is not there' "$log" | sort -u | head -5 || true
fi

# What is not C# has scripts of its own, whose last line is like that of this one. Where tests were chosen, they are not among them.
counted='^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$'
for script in clients/*/test.sh deploy/check.sh docs/check.sh; do
  [ -e "$script" ] && [ $# -eq 0 ] || continue
  status=0
  "$script" >"$log" 2>&1 || status=$?
  if [[ $(tail -n 1 "$log") =~ $counted ]]; then
    part_passed=${BASH_REMATCH[1]} part_failed=${BASH_REMATCH[2]} part_skipped=${BASH_REMATCH[4]:-0}
  else
    part_passed=0 part_failed=1 part_skipped=0
  fi
  if [ "$status" -ne 0 ] && [ "$part_failed" -eq 0 ]; then
    part_failed=1
  fi
  if [ "$part_failed" -gt 0 ] || [ "$part_skipped" -gt 0 ]; then
    echo "$script:"
    cat "$log"
  fi
  passed=$((passed + part_passed)) failed=$((failed + part_failed)) skipped=$((skipped + part_skipped))
done

echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
