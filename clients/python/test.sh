#!/usr/bin/env bash
# Checks the Python client and tests it against the real server; the last line has the totals. Options go to pytest: ./test.sh -k retry
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. ../../build/sdk.sh
python=/usr/bin/python3 # Debian's: it has Debian's packages
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=src

install_quietly "${python_needs[@]}"
if ! $python -c 'import grpc, google.protobuf, numpy, PIL, pytest' 2>/dev/null; then
  echo "The Python client is not tested: Debian's packages python3-grpcio, -protobuf, -numpy, -pil and -pytest cannot be installed."
  echo "0 passed, 0 failed, $(cat tests/test_*.py | grep -c '^def test_') skipped"
  exit
fi
build_cli
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# That the types are right counts as one test.
passed=0 failed=0 skipped=0
if ! command -v mypy >/dev/null; then
  skipped=1
  echo "The Python client's types are not checked: Debian's mypy cannot be installed."
elif $python -m mypy >"$log" 2>&1; then
  passed=1
else
  failed=1
  cat "$log"
fi

status=0
$python -m pytest -q -rs "$@" >"$log" 2>&1 || status=$?
total() { { tail -n 1 "$log" | grep -oE "[0-9]+ $1" || echo 0; } | awk '{ n += $1 } END { print n }'; }
failed_tests=$(total '(failed|errors?)')
if [ "$status" -ne 0 ]; then
  cat "$log"
  [ "$failed_tests" -gt 0 ] || failed_tests=1
else
  grep '^SKIPPED' "$log" || true
fi
passed=$((passed + $(total passed))) skipped=$((skipped + $(total skipped))) failed=$((failed + failed_tests))
echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
