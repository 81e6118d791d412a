#!/usr/bin/env bash
# Checks every file under deploy/, and the Dockerfile: with the tools that will read them, against each other, and against what a server
# really exports. The last line has the totals.
#   deploy/check.sh             needs Debian's prometheus, haproxy, yamllint, docker-compose, openssl, curl and python3-yaml; root installs
#                               what is missing
#   deploy/check.sh --schemas   also by the schemas of Kubernetes and Envoy, from npm
#   deploy/check.sh --image     also builds the image and runs it: some minutes, as root
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. build/sdk.sh

PATH=$PATH:/usr/sbin
install_quietly "${deploy_needs[@]}"
missing=()
for tool in promtool haproxy yamllint docker-compose openssl curl; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
/usr/bin/python3 -c 'import yaml' 2>/dev/null || missing+=(python3-yaml)
if [ "${#missing[@]}" -gt 0 ]; then
  echo "The files of deploy/ are not checked: there is no ${missing[*]}."
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi

build_cli
program=src/GradCamGrpc.Cli/bin/Release/net10.0/gradcam.dll
work=$(mktemp -d)
server=''
finish() {
  local status=$?
  [ -z "$server" ] || kill -KILL "$server" 2>/dev/null || true
  # Whatever ends this script before the totals, these logs may know why.
  [ -e "$work/result" ] || cat "$work"/*.log
  rm -rf "$work"
}
trap finish EXIT

# A server with TLS, and little room for photos: one of the two fits, and the other is refused. Both are counted.
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/tls.key" -out "$work/tls.crt" -days 1 -subj /CN=gradcam \
  -addext subjectAltName=IP:127.0.0.1 >"$work/openssl.log" 2>&1
dotnet "$program" serve --listen 127.0.0.1:0 --http off --metrics 127.0.0.1:0 --max-pixels-in-flight 150000 \
  --tls-certificate "$work/tls.crt" --tls-key "$work/tls.key" >"$work/server.log" 2>&1 &
server=$!
timeout 180 bash -c 'while kill -0 "$1" && ! grep -q "^Metrics: " "$2"; do sleep 0.2; done 2>/dev/null' - "$server" "$work/server.log"
address=https://$(sed -n 's/^GradCamGrpc serves on \([^ ]*:[0-9]*\).*/\1/p' "$work/server.log")
dotnet "$program" explain tests/photos/chelsea.png tests/photos/astronaut.png --output peak --server "$address" --ca "$work/tls.crt" >"$work/explain.log" 2>&1 || true
dotnet "$program" caption tests/photos/chelsea.png --whole --server "$address" --ca "$work/tls.crt" --out "$work" >"$work/caption.log" 2>&1

# A call is counted after its answer: the last one is waited for.
metrics=$(sed -n 's/^Metrics: //p' "$work/server.log")
counted='http_server_request_duration_seconds_count{[^}]*/gradcam\.v1\.CaptioningService/'
for _ in {1..300}; do
  curl --silent --fail --cacert "$work/tls.crt" "$metrics" >"$work/metrics"
  ! grep -q "$counted" "$work/metrics" || break
  sleep 0.1
done
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
