#!/usr/bin/env bash
# Makes a stand-in for the official Python image, where no registry can be reached: Debian's base system with Debian's
# Python. It has the same `python`, pip and venv, and not the same Python version: what is tested on it is the
# Dockerfile and what we install, not the base that a release uses.
#
#   stand-in.sh NAME    BUILDAH  the buildah command with its options
set -euo pipefail
name=$1
root=$(mktemp --directory)
trap 'rm -rf "$root"' EXIT

debootstrap --variant=minbase --include=ca-certificates,python3,python3-pip,python3-venv trixie "$root" >&2
ln -s /usr/bin/python3 "$root/usr/local/bin/python"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
# Packages come the way this machine gets them, through whatever it trusts.
install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"

container=$($BUILDAH from scratch)
$BUILDAH copy --quiet "$container" "$root" / >&2
$BUILDAH config --env PATH=/usr/local/bin:/usr/bin:/bin "$container"
$BUILDAH commit --quiet --rm "$container" "$name" >&2
