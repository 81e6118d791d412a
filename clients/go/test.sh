#!/usr/bin/env bash
# Checks the Go client and tests it against the real server; the last line has the totals. Options go to the tests: ./test.sh -run Retry
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../../build/sdk.sh
log=$(mktemp) fresh=$(mktemp -d)
trap 'rm -rf "$log" "$fresh"' EXIT

install_quietly "${go_needs[@]}"
if ! command -v go >/dev/null || [ ! -d /usr/share/gocode/src/google.golang.org/grpc ]; then
  echo "The Go client is not tested: Debian's packages golang-go and golang-google-grpc-dev cannot be installed."
  echo "0 passed, 0 failed, $(cat ./*/*_test.go ./*/*/*_test.go 2>/dev/null | grep -cE '^func (Test[A-Z]\w*_|Example)') skipped"
  exit
fi
build_cli

passed=0 failed=0 skipped=0
# check WHAT COMMAND…: counts as a test, which passes where the command succeeds and says nothing.
check() {
  if "${@:2}" >"$log" 2>&1 && [ ! -s "$log" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "$1:"
    cat "$log"
  fi
}
check "gofmt would change these files" gofmt -l .
check "go vet finds faults" ./debian.sh vet ./...
generator=$(protoc-gen-go --version 2>/dev/null || true)
if [ -n "$generator" ] && grep -q "$generator" gradcam/v1/image.pb.go && command -v protoc >/dev/null; then
  ./generate.sh "$fresh"
  check "gradcam/v1 is not what the protos say: run clients/go/generate.sh" diff -rq "$fresh/gradcam/v1" gradcam/v1
else
  skipped=1
  echo "Whether gradcam/v1 is fresh is not tested: it takes Debian 12's protoc-gen-go."
fi

# One package at a time: each has a server of its own, and the load generator's tests take times. Go knows nothing of the server, so that
# no earlier result stands for this one.
status=0
./debian.sh test -v -count=1 -p 1 -timeout 5m "$@" ./... >"$log" 2>&1 || status=$?
total() { grep -cE "^--- $1:" "$log" || true; }
passed=$((passed + $(total PASS))) skipped=$((skipped + $(total SKIP))) failed_tests=$(total FAIL)
if [ "$status" -ne 0 ]; then
  cat "$log"
  [ "$failed_tests" -gt 0 ] || failed_tests=1
fi
failed=$((failed + failed_tests))
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
