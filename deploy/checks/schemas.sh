#!/usr/bin/env bash
# Validates the objects of deploy/kubernetes by Kubernetes' own schemas, and deploy/compose/envoy.yaml by Envoy's own protos. Both come from npm.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/schemas.mjs" "$here/package.json" "$work"
(cd "$work" && npm install --no-audit --no-fund --ignore-scripts --silent >/dev/null)
node "$work/schemas.mjs" "$here/.."
