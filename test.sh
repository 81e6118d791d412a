#!/usr/bin/env bash
# Runs every test. Quiet where all is well; the last line has the totals.
# Options go to the tests: ./test.sh --filter-trait Category=Golden
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. build/sdk.sh

# Films are read and written by ffmpeg, and the page is tried in chromium. Where one cannot be installed, the tests that need it are skipped.
install_quietly ffmpeg:ffmpeg chromium:chromium

build_quietly GradCamGrpc.sln
export GRADCAM_BUILT=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# The build has checked the code style, all but the white space: that counts as one test more.
passed=0 failed=0 skipped=0
if dotnet format whitespace GradCamGrpc.sln --verify-no-changes --no-restore >"$log" 2>&1; then
  passed=1
else
  failed=1
  cat "$log"
fi

# Threads of tests that run side by side would else spin while they wait, on cores that the others want.
export GOMP_SPINCOUNT=${GOMP_SPINCOUNT:-2000}

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
for script in clients/*/test.sh deploy/check.sh docs/check.sh; do
  [ $# -eq 0 ] || break
  status=0 part=(0 1 0)
  "$script" >"$log" 2>&1 || status=$?
  if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    part=("${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]:-0}")
    [ "$status" -eq 0 ] || [ "${part[1]}" -gt 0 ] || part[1]=1
  fi
  if [ "${part[1]}" -gt 0 ] || [ "${part[2]}" -gt 0 ]; then
    echo "$script:"
    cat "$log"
  fi
  passed=$((passed + part[0])) failed=$((failed + part[1])) skipped=$((skipped + part[2]))
done

echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
