#!/usr/bin/env bash
# Builds the image without a registry and without a daemon, and tests it: `make image-test`.
#
# Needs root, Debian's buildah and debootstrap, a kernel with namespaces. The stand-in for the base image is made once.
#
#   BASE      another base image, if one can be pulled
#   PIP_CONF  a pip.conf for a package mirror
#   PYTEST    the pytest to use
set -euo pipefail
cd "$(dirname "$0")/../.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/agentrun-operator/image
export BUILDAH="buildah --root $cache/storage --runroot $cache/run --storage-driver vfs"
base=${BASE:-localhost/agentrun-operator-stand-in}
image=localhost/agentrun-operator-test

mkdir -p "$cache"
if [[ -z ${BASE:-} ]] && ! $BUILDAH inspect --type image "$base" >/dev/null 2>&1; then
  deploy/image/stand-in.sh "$base"
fi

$BUILDAH bud --quiet --format docker --isolation chroot --ignorefile .dockerignore --build-context "base=container-image://$base" \
  --build-arg "REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
  ${PIP_CONF:+--secret "id=pip.conf,src=$PIP_CONF"} --tag "$image" .

container=$($BUILDAH from "$image")
trap '$BUILDAH rm "$container" >/dev/null; $BUILDAH rmi --prune >/dev/null' EXIT
$BUILDAH inspect --type image "$image" >"$cache/image.json"
root=$($BUILDAH mount "$container")
$BUILDAH images "$image"

IMAGE_ROOT=$root IMAGE_JSON=$cache/image.json "${PYTEST:-.venv/bin/pytest}" tests/image "$@"
