#!/usr/bin/env bash
# Builds the Dockerfile's image for the CPU, and runs it as Kubernetes would: another user than root, no rights, nothing writable.
# By buildah, which needs no daemon; as root, on Debian. Where Microsoft's registry is not reached, the base images are made of Debian and
# of the .NET that is installed here. Takes some minutes.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
container=''
buildah() { command buildah --root "$work/images" --runroot "$work/run" --storage-driver overlay "$@"; }
clean_up() {
  [ -z "$container" ] || buildah rm "$container" >/dev/null || true
  buildah rmi --all --force >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap clean_up EXIT

dotnet_root=$(dirname "$(readlink -f "$(command -v dotnet)")")
version=$(sed -n 's/^ARG DOTNET_VERSION=//p' "$root/Dockerfile")

# stand_in NAME FOLDER…: an image by that name, of Debian and these folders of the .NET that is installed here.
stand_in() {
  local name=$1 made mounted
  shift
  [ -d "$work/debian" ] || debootstrap --variant=minbase --include=ca-certificates,libicu72,libssl3,libstdc++6,zlib1g bookworm "$work/debian" >"$work/log"
  made=$(buildah from scratch)
  mounted=$(buildah mount "$made")
  cp -a "$work/debian/." "$mounted"
  mkdir -p "$mounted/usr/share/dotnet"
  cp -aL /etc/ssl/certs/ca-certificates.crt "$mounted/etc/ssl/certs/"
  (cd "$dotnet_root" && cp -a dotnet "$@" "$mounted/usr/share/dotnet")
  ln -s /usr/share/dotnet/dotnet "$mounted/usr/bin/dotnet"
  buildah umount "$made" >/dev/null
  buildah config --env NUGET_CERT_REVOCATION_MODE="${NUGET_CERT_REVOCATION_MODE:-}" --env PATH=/usr/bin:/bin:/usr/sbin:/sbin "$made"
  buildah commit --quiet --rm "$made" "$name" >/dev/null
}

if buildah pull --quiet "mcr.microsoft.com/dotnet/sdk:$version" >/dev/null 2>&1; then
  echo "The base images are Microsoft's."
else
  echo "The base images are stand-ins: Microsoft's registry is not reached."
  stand_in "mcr.microsoft.com/dotnet/sdk:$version" .
  stand_in "mcr.microsoft.com/dotnet/aspnet:$version" host shared
fi

# Exactly what git has, as from a fresh clone.
mkdir "$work/context"
git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 cp --parents -t "$work/context")
echo "Building …"
buildah bud --isolation chroot --format docker --pull-never --target cpu --tag gradcam --layers=false "$work/context" >"$work/log" 2>&1 ||
  { cat "$work/log"; exit 1; }

container=$(buildah from --pull-never gradcam)
mounted=$(buildah mount "$container")
config() { buildah inspect --type image --format "{{$1}}" gradcam; }
user=$(config .OCIv1.Config.User)
[ "$user" = 1654:1654 ]
[ "$(config .OCIv1.Config.Entrypoint) $(config .OCIv1.Config.Cmd)" = '[dotnet /app/gradcam.dll] [serve]' ]
[ -z "$(find "$mounted/app" -type l ! -exec test -e {} ';' -print)" ] || { echo "A link in /app leads nowhere."; exit 1; }

# A network and mounts of its own; then the files read-only, another user, and no capability.
config 'range .OCIv1.Config.Env}}{{println .}}{{end' | grep = >"$work/environment"
echo GRADCAM_PLAINTEXT=anywhere >>"$work/environment" # Nobody but this script is in its network.
cp -r "$root/tests/photos" "$mounted/mnt/photos"
health=$(sed -n 's/^HEALTHCHECK.* CMD \[\(.*\)\]$/\1/p' "$root/Dockerfile" | tr -d '",')
cat >"$work/inside.sh" <<'INSIDE'
set -euo pipefail
mounted=$1 user=$2 environment=$3 health=$4 log=$5
ip link set lo up
mount --bind "$mounted" "$mounted"
mount -o remount,bind,ro "$mounted"
mount -t proc proc "$mounted/proc"
mount --bind /dev "$mounted/dev"
mount -t tmpfs -o mode=1777 pictures "$mounted/media" # The client's, not the server's.
mapfile -t variables <"$environment"
contained() {
  exec env --ignore-environment "${variables[@]}" chroot "$mounted" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups \
    --no-new-privs --inh-caps=-all --bounding-set=-all "$@"
}
for folder in /app /tmp; do
  if (contained touch "$folder/written") 2>/dev/null; then echo "$folder can be written."; exit 1; fi
done
(contained sleep 0)
contained dotnet /app/gradcam.dll serve >"$log" 2>&1 &
server=$!
# shellcheck disable=SC2086
for _ in $(seq 60); do
  if ! kill -0 "$server" 2>/dev/null || (contained $health) >/dev/null 2>&1; then break; fi
  sleep 0.5
done
# shellcheck disable=SC2086
(contained $health)
(contained dotnet /app/gradcam.dll health --service liveness)
(contained dotnet /app/gradcam.dll explain /mnt/photos/chelsea.png --server http://127.0.0.1:50051 --out /media | grep 'tiger cat')
kill -TERM "$server"
wait "$server"
if grep -e 'has no libturbojpeg' -e 'runs without libtcmalloc' -e 'cannot be preloaded' "$log"; then exit 1; fi
INSIDE
unshare --mount --net bash "$work/inside.sh" "$mounted" "$user" "$work/environment" "$health" "$work/log" || { cat "$work/log"; exit 1; }
echo "The image holds $(du -sm --exclude=mnt "$mounted/app" | cut -f 1) MB beside the runtime, and serves as user $user from files that nobody can write."
