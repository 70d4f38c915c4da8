#!/usr/bin/env bash
# Runs a command in an image's root as a restricted Pod would: root file system read-only, no /tmp, the image's user, no
# new privileges. To be called in a mount namespace of its own, by `unshare --mount`.
#
#   enter.sh ROOT SERVICE-ACCOUNT UID COMMAND...    SERVICE-ACCOUNT: a folder to see as the Pod's, or empty
set -euo pipefail
root=$1 service_account=$2 user=$3
shift 3

mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
if [[ -n $service_account ]]; then
  mount -t tmpfs tmpfs "$root/run"
  mkdir -p "$root/run/secrets/kubernetes.io/serviceaccount"
  cp "$service_account"/* "$root/run/secrets/kubernetes.io/serviceaccount"
  chmod -R a+rX "$root/run"
  mount -o remount,ro "$root/run"
fi
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec="$user:$user" --groups="$user" "$root" "$@"
