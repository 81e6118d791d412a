#!/usr/bin/env bash
# Builds and runs the server on 127.0.0.1:50051 with the embedded model. Options go to the server: ./serve.sh --help
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$root/build/sdk.sh"

build_quietly "$root/src/GradCamGrpc.Cli"
exec "$root/gradcam" serve "$@"
