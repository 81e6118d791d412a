#!/usr/bin/env bash
# Makes gradcam/v1 of the protos: ./generate.sh [FOLDER], by default in place. Needs protoc, protoc-gen-go and protoc-gen-go-grpc.
set -euo pipefail
out=$(realpath "${1:-$(dirname "${BASH_SOURCE[0]}")}")
cd "$(dirname "${BASH_SOURCE[0]}")"
module=github.com/gradcamgrpc/gradcamgrpc/clients/go

protos=$(mktemp -d)
trap 'rm -rf "$protos"' EXIT
../../build/plain_protos.sh "$protos"

rm -rf -- "$out/gradcam/v1"
protoc -I "$protos" --go_out="$out" --go_opt=module="$module" --go-grpc_out="$out" --go-grpc_opt=module="$module" "$protos"/gradcam/v1/*.proto
