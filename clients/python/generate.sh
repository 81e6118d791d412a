#!/usr/bin/env bash
# Makes gradcam/v1 and gradcam/wire_pb2 of the protos: ./generate.sh [FOLDER], by default src. Needs protoc and its Python plugin for gRPC.
set -euo pipefail
out=$(realpath "${1:-$(dirname "${BASH_SOURCE[0]}")/src}")
cd "$(dirname "${BASH_SOURCE[0]}")"

protos=$(mktemp -d)
trap 'rm -rf "$protos"' EXIT
../../build/plain_protos.sh "$protos"

rm -rf -- "$out/gradcam/v1" && mkdir -p "$out/gradcam/v1"
protoc -I "$protos" --plugin=protoc-gen-grpc="$(command -v grpc_python_plugin)" \
  --python_out="$out" --pyi_out="$out" --grpc_out="$out" "$protos"/gradcam/v1/*.proto
protoc -I protos --python_out="$out" --pyi_out="$out" protos/gradcam/wire.proto
for messages_alone in explanation image; do
  rm "$out/gradcam/v1/${messages_alone}_pb2_grpc.py"
done
echo '"""The messages and stubs of gradcam.v1, made of the protos by generate.sh."""' >"$out/gradcam/v1/__init__.py"
