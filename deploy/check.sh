#!/usr/bin/env bash
# Checks every file under deploy/, and the Dockerfile: with the tools that will read them, against each other, and against what a server
# really exports. The last line has the totals.
#   deploy/check.sh             needs Debian's prometheus, haproxy, yamllint, docker-compose and python3-yaml; root installs what is missing
#   deploy/check.sh --schemas   also by the schemas of Kubernetes and Envoy, from npm
#   deploy/check.sh --image     also builds the image and runs it: some minutes, as root
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. build/sdk.sh

PATH=$PATH:/usr/sbin
missing=()
for tool in promtool:prometheus haproxy:haproxy yamllint:yamllint docker-compose:docker-compose; do
  command -v "${tool%:*}" >/dev/null || missing+=("${tool#*:}")
done
/usr/bin/python3 -c 'import yaml' 2>/dev/null || missing+=(python3-yaml)
if [ "${#missing[@]}" -gt 0 ]; then
  if ! { [ "$(id -u)" -eq 0 ] && { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1; }; then
    echo "The files of deploy/ are not checked: ${missing[*]} cannot be installed."
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
  fi
fi

program=src/GradCamGrpc.Cli/bin/Release/net10.0/gradcam.dll
[ -f "$program" ] || build_quietly src/GradCamGrpc.Cli
work=$(mktemp -d)
server=''
trap '[ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

# A server with little room for photos: one of the two fits, and the other is refused. Both are counted.
dotnet "$program" serve --listen 127.0.0.1:0 --http off --metrics 127.0.0.1:0 --max-pixels-in-flight 150000 >"$work/log" 2>&1 &
server=$!
while kill -0 "$server" && ! grep -q '^Metrics: ' "$work/log"; do sleep 0.2; done 2>/dev/null
address=http://$(sed -n 's/^GradCamGrpc serves on \(.*\)[.] From .*/\1/p' "$work/log")
dotnet "$program" explain tests/photos/chelsea.png tests/photos/astronaut.png --output peak --server "$address" >/dev/null 2>&1 || true
dotnet "$program" caption tests/photos/chelsea.png --whole --server "$address" --out "$work" >/dev/null
sleep 0.5 # A scrape within a moment of another is the same.
metrics=$(sed -n 's/^Metrics: \([^ ]*\) .*/\1/p' "$work/log")
curl --silent --fail "$metrics" >"$work/metrics"
kill -TERM "$server"
wait "$server"
server=''

status=0
/usr/bin/python3 deploy/checks/check.py "$work/metrics" >"$work/result" || status=1
for option in "$@"; do
  "deploy/checks/${option#--}.sh" || status=1
done
cat "$work/result"
exit "$status"
