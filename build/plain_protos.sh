#!/usr/bin/env bash
# Writes the protos without their HTTP rules, which gRPC clients do without, and so without Google's annotations: plain_protos.sh FOLDER
set -euo pipefail
out=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../protos"

cp buf.yaml "$out"
for proto in gradcam/v1/*.proto; do
  mkdir -p "$out/$(dirname "$proto")"
  # A method with a rule ends in "{", the rule's lines follow, and the method's own "}".
  awk '
    /^import "google\/api\/annotations.proto";$/ { next }
    /^  rpc .* \{$/ { sub(/ \{$/, ";"); print; inside = 1; next }
    inside { inside = !/^  \}$/; next }
    { print }
  ' "$proto" >"$out/$proto"
done
