#!/usr/bin/env bash
# Makes api.md and openapi.json of the protos: docs/generate.sh [FOLDER], by default docs. Needs Debian's protobuf-compiler, python3-protobuf
# and golang-grpc-gateway, and a build before it: Google's annotations come with a package.
set -euo pipefail
out=$(realpath "${1:-$(dirname "${BASH_SOURCE[0]}")}")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

annotations=$(docs/annotations.sh)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

protoc -I protos -I "$annotations" --include_source_info --descriptor_set_out="$work/descriptors" protos/gradcam/v1/*.proto
protoc -I "$annotations" --python_out="$work" google/api/annotations.proto google/api/http.proto
# Debian's google package is found first, and has no api of its own.
PYTHONPATH=docs /usr/bin/python3 -c '
import runpy, sys, google
google.__path__.append(sys.argv[1] + "/google")
sys.argv = ["reference.py", sys.argv[1] + "/descriptors"]
runpy.run_path("docs/reference.py", run_name="__main__")' "$work" >"$work/api.md"

# The generator is older than optional fields of proto3; JSON has no difference there.
mkdir -p "$work/protos"
cp -r protos/gradcam "$work/protos"
sed -i -E 's/^( *)optional /\1/' "$work"/protos/gradcam/v1/*.proto
protoc -I "$work/protos" -I "$annotations" \
  --swagger_out=allow_merge=true,merge_file_name=gradcam,json_names_for_fields=true:"$work" "$work"/protos/gradcam/v1/*_service.proto
/usr/bin/python3 docs/openapi.py "$work/gradcam.swagger.json" "$work/descriptors" >"$work/openapi.json"

cp "$work/api.md" "$work/openapi.json" "$out"
