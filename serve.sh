#!/usr/bin/env bash
# Builds and runs the server with the embedded model: gRPC on 127.0.0.1:50051, JSON and a page to look with on http://127.0.0.1:8000.
# Options go to the server: ./serve.sh --help
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$root/build/sdk.sh"

if [ ! -d "$root/src/GradCamGrpc.Cli/bin/Release" ]; then
  echo "Building, and installing libturbojpeg0 and libtcmalloc-minimal4 if it can be done (the first time takes a minute or more, and needs the network) …" >&2
  install_accelerators >&2
fi
build_quietly "$root/src/GradCamGrpc.Cli"
exec "$root/gradcam" serve "$@"
