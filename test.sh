#!/usr/bin/env bash
# Runs every test. Quiet where all is well; the last line has the totals.
# Options go to the tests: ./test.sh --filter-trait Category=Golden
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. build/sdk.sh

work=$(mktemp -d) log=$work/log

# What runs in the background has a session of its own, so that all of it can be ended.
trap 'for job in $(jobs -p); do kill -- "-$job" 2>/dev/null || true; done; rm -rf "$work"' EXIT

# Films are read and written by ffmpeg, the page is tried in chromium, JPEG files are decoded by TurboJPEG, and TCMalloc allocates. Where one
# cannot be installed, the tests that need it are skipped. All that is needed comes at once, while the solution is built.
# Whoever ends this script does not end apt-get on its way, which would leave packages half installed.
needed=("${tests_need[@]}")
[ $# -gt 0 ] || needed+=("${python_needs[@]}" "${go_needs[@]}" "${deploy_needs[@]}" "${docs_need[@]}")
setsid bash -c 'trap "" TERM; . build/sdk.sh; install_quietly "$@"; install_accelerators' - "${needed[@]}" </dev/null >"$work/packages" 2>&1 &
packages=$! built=0
build_quietly GradCamGrpc.sln || built=$?
wait "$packages" || true
cat "$work/packages"
[ "$built" -eq 0 ] || exit "$built"
export GRADCAM_BUILT=1

# No process of a test lives for long: counting which way its code goes, to compile that once more, and guarding the memory that it is compiled
# into, cost more than they give.
export DOTNET_TieredPGO=${DOTNET_TieredPGO-0} DOTNET_EnableWriteXorExecute=${DOTNET_EnableWriteXorExecute-0}

# The build has checked the code style, all but the white space: that counts as one test more, and runs beside the others.
setsid dotnet format whitespace GradCamGrpc.sln --verify-no-changes --no-restore </dev/null >"$work/format" 2>&1 &
format=$!

# How the tests' own processes run. OpenMP's threads would else spin while they wait, on cores that other tests want. What tensors leave stays in
# the process, as it does in the server: each pass would else take thousands of page faults.
settings=(
  "GOMP_SPINCOUNT=${GOMP_SPINCOUNT-2000}"
  "GLIBC_TUNABLES=${GLIBC_TUNABLES-glibc.malloc.mmap_threshold=1073741824:glibc.malloc.trim_threshold=1073741824:glibc.malloc.arena_max=$(nproc)}"
)

# One project at a time: each uses all cores. An exit status other than 0 without a failed test is a failure too; but where tests
# were chosen, a project may have none of them (status 8).
status=0
env "${settings[@]}" dotnet test --solution GradCamGrpc.sln -c Release --no-build --max-parallel-test-modules 1 --no-ansi --no-progress \
  ${1:+--ignore-exit-code 8} "$@" >"$log" 2>&1 || status=$?
total() { awk -v name="$1:" '$1 == name { n = $2 } END { print n + 0 }' "$log"; }
passed=$(total succeeded) failed=$(total failed) skipped=$(total skipped)
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
  failed=1
fi

if [ "$failed" -gt 0 ]; then
  cat "$log"
elif [ "$skipped" -gt 0 ]; then
  grep -hE 'GRADCAM_[A-Z]+|(ffmpeg|chromium|lib[a-z_.0-9]+) is not there' "$log" | sort -u | head -5 || true
fi

if wait "$format"; then
  passed=$((passed + 1))
else
  failed=$((failed + 1))
  cat "$work/format"
fi

# What is not C# has scripts of its own, whose last line is like that of this one. Where tests were chosen, they are not among them.
scripts=() statuses=()

# together SCRIPT…: runs them side by side, and waits for all.
together() {
  local script pids=() pid status
  for script in "$@"; do
    mkdir -p "$work/$script"
    setsid "$script" </dev/null >"$work/$script/log" 2>&1 &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do
    status=0
    wait "$pid" || status=$?
    statuses+=("$status")
  done
  scripts+=("$@")
}

# They leave cores idle while they wait for servers.
if [ $# -eq 0 ]; then
  together clients/*/test.sh deploy/check.sh docs/check.sh
fi
for i in "${!scripts[@]}"; do
  part=(0 1 0) log=$work/${scripts[$i]}/log status=${statuses[$i]}
  if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)?$ ]]; then
    part=("${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[4]:-0}")
    [ "$status" -eq 0 ] || [ "${part[1]}" -gt 0 ] || part[1]=1
  fi
  if [ "${part[1]}" -gt 0 ] || [ "${part[2]}" -gt 0 ]; then
    echo "${scripts[$i]}:"
    cat "$log"
  fi
  passed=$((passed + part[0])) failed=$((failed + part[1])) skipped=$((skipped + part[2]))
done

echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
