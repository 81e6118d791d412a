# Sourced by the scripts: checks for the .NET SDK, builds and installs without a word unless something is wrong.

if ! command -v dotnet >/dev/null || ! dotnet --list-sdks 2>/dev/null | grep -q '^10\.'; then
  cat >&2 <<'TEXT'
The .NET 10 SDK is needed. On Debian and Ubuntu, where the distribution or Microsoft's package feed has it:
  sudo apt-get install dotnet-sdk-10.0
else see https://dotnet.microsoft.com/download/dotnet/10.0
TEXT
  exit 1
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# build_quietly PROJECT: restores and builds it for release; what the build said is shown only when it fails.
build_quietly() {
  local log status=0 compiler='' shared=()
  log=$(mktemp) || return

  # Where the environment has each project compiled by a compiler of its own, which first compiles itself and its analyzers, a build takes three
  # times as long. All projects get one, which ends with the build.
  if [ "${UseSharedCompilation:-}" = false ]; then
    compiler=gradcam-$(basename "$log")
    shared=(-p:UseSharedCompilation=true -p:SharedCompilationId="$compiler")
  fi

  # Counting which way a compiler's code goes, and guarding that code's memory, cost more than they give in a minute or two.
  DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0 dotnet build "$1" -c Release --nologo -v quiet "${shared[@]}" >"$log" 2>&1 || status=$?
  [ -z "$compiler" ] || end_compiler "$compiler"
  if [ "$status" -ne 0 ]; then
    cat "$log" >&2
    echo "$1 does not build." >&2
  fi
  rm -f "$log"
  return "$status"
}

# end_compiler ID: asks the one that a build has started to end, by its own program.
end_compiler() {
  local process command
  for process in /proc/[0-9]*; do
    { mapfile -d '' -t command <"$process/cmdline"; } 2>/dev/null || continue
    if [[ " ${command[*]} " == *" -pipename:$1 "* ]]; then
      "${command[@]}" -shutdown >/dev/null 2>&1 || true
    fi
  done
}

# build_cli: the command line, with the server in it, as the sources are now. Who has built all of it says so by GRADCAM_BUILT.
build_cli() { [ -n "${GRADCAM_BUILT:-}" ] || build_quietly "$(dirname "${BASH_SOURCE[0]}")/../src/GradCamGrpc.Cli"; }

# What Debian has that the tests, those of the clients, and the checks need: see install_quietly.
tests_need=(ffmpeg:ffmpeg chromium:chromium)
python_needs=(python3-grpcio python3-protobuf python3-numpy python3-pil python3-pytest mypy protobuf-compiler protobuf-compiler-grpc openssl)
go_needs=(golang-go golang-google-grpc-dev golang-google-genproto-dev golang-google-protobuf-dev protobuf-compiler protoc-gen-go protoc-gen-go-grpc)
deploy_needs=(promtool:prometheus haproxy:haproxy yamllint:yamllint docker-compose:docker-compose openssl:openssl curl:curl python3-yaml)
docs_need=(protobuf-compiler python3-protobuf protoc-gen-swagger:golang-grpc-gateway npx:npm)

# install_quietly PACKAGE… | COMMAND:PACKAGE…: Debian's packages that are not there, if root asks; those whose command is there are not
# needed. What cannot be installed is named, and whoever needs it has to look.
install_quietly() {
  local wanted missing=()
  for wanted in "$@"; do
    if [[ $wanted == *:* ]]; then
      command -v "${wanted%:*}" >/dev/null || missing+=("${wanted#*:}")
    else
      dpkg -s "$wanted" >/dev/null 2>&1 || missing+=("$wanted")
    fi
  done
  if [ "${#missing[@]}" -eq 0 ] || ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    return
  fi
  # Debian's package tools are for one at a time, and several scripts may run side by side.
  local turn
  exec {turn}<"${BASH_SOURCE[0]}"
  flock "$turn"
  export DEBIAN_FRONTEND=noninteractive
  if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } </dev/null >/dev/null 2>&1 {turn}<&-; then
    for wanted in "${missing[@]}"; do
      apt-get install -y --no-install-recommends "$wanted" </dev/null >/dev/null 2>&1 {turn}<&- || echo "$wanted cannot be installed."
    done
  fi
  exec {turn}<&-
}

# has_library LIBRARY: whether the loader finds it.
has_library() { /sbin/ldconfig -p 2>/dev/null | grep -F "$1 " >/dev/null; }

# install_library LIBRARY PACKAGE…: a library that the system lacks, if root asks. Distributions have several names for its package.
install_library() {
  local library=$1 package
  shift
  for package in "$@"; do
    has_library "$library" || install_quietly "$package" >/dev/null
  done
  has_library "$library" || echo "$library cannot be installed."
}

# install_accelerators: what makes the programs faster where it is there: TurboJPEG decodes JPEG files, TCMalloc gives networks their buffers.
install_accelerators() {
  install_library libturbojpeg.so.0 libturbojpeg0 libturbojpeg
  install_library libtcmalloc_minimal.so.4 libtcmalloc-minimal4 libtcmalloc-minimal4t64
}
