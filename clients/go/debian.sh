#!/usr/bin/env bash
# Runs the go command with Debian's packages instead of the network: ./debian.sh build -o gradcam-load ./cmd/gradcam-load
# Debian puts sources into a GOPATH, so this uses one, in which our own module is a link. Your program finds both there, too:
#   eval "$(./debian.sh path)"; go run your.go
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
workspace=${GRADCAM_GOPATH:-${XDG_CACHE_HOME:-$HOME/.cache}/gradcam-go}/$(printf %s "$here" | cksum | cut -d ' ' -f 1)
package=$workspace/src/github.com/gradcamgrpc/gradcamgrpc/clients/go

mkdir -p "$(dirname "$package")"
ln -sfn "$here" "$package"
export GO111MODULE=off GOPATH=$workspace:/usr/share/gocode
if [ "${1:-}" = path ]; then
  printf 'export GO111MODULE=%q GOPATH=%q\n' "$GO111MODULE" "$GOPATH"
  exit
fi
cd "$package"
exec go "$@"
