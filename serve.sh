#!/usr/bin/env bash
# Builds and runs the server on 127.0.0.1:50051 with the embedded model. Options go to the server: ./serve.sh --help
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$root/build/sdk.sh"

[ -d "$root/src/GradCamGrpc.Cli/bin/Release" ] || echo "Building (the first time takes a minute or more, and needs the network) …" >&2
build_quietly "$root/src/GradCamGrpc.Cli"
exec "$root/gradcam" serve "$@"
