#!/usr/bin/env bash
# Checks the protos with buf, that what is made of them is up to date, and that files and commands that the documents name exist. The last
# line has the totals. Needs Debian's protobuf-compiler, python3-protobuf and golang-grpc-gateway, and npm for buf; root installs the packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. build/sdk.sh

passed=0 failed=0 skipped=0
check() {
  local name=$1
  shift
  if "$@" >"$work/log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "$name:"
    cat "$work/log"
  fi
}
skip() {
  skipped=$((skipped + 1))
  echo "$1"
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

install_quietly "${docs_need[@]}"

annotations=$(docs/annotations.sh)
[ -d "$annotations" ] || build_quietly src/GradCamGrpc.Server
if command -v protoc-gen-swagger >/dev/null && command -v protoc >/dev/null; then
  mkdir "$work/made"
  check "docs/generate.sh" docs/generate.sh "$work/made"
  for made in api.md openapi.json; do
    check "docs/$made is not what docs/generate.sh makes" diff "docs/$made" "$work/made/$made"
  done
else
  skip "What is made of the protos is not checked: protobuf-compiler and golang-grpc-gateway cannot be installed."
fi

# buf sees Google's annotations beside the protos, and is asked about the protos alone.
if (cd "$work" && npm install --silent --no-audit --no-fund "@bufbuild/buf@1.75.0") >"$work/log" 2>&1; then
  mkdir -p "$work/module/google/api"
  cp -r protos/. "$work/module"
  cp "$annotations"/google/api/{annotations,http}.proto "$work/module/google/api"
  cd "$work/module"
  check "buf lint" "$work/node_modules/.bin/buf" lint --path gradcam
  check "buf format" "$work/node_modules/.bin/buf" format --diff --exit-code --path gradcam
  cd - >/dev/null
else
  skip "The protos are not linted: buf cannot be installed from npm."
fi

check "quick starts" /usr/bin/python3 docs/quick_starts.py
check "names in documents" /usr/bin/python3 docs/links.py README.md SECURITY.md docs/*.md clients/*/README.md deploy/*/README.md

echo "$passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
