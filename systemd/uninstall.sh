#!/bin/sh
# Takes the services of a device or a store server away. Configuration and what was counted stay, unless --purge.
#
#   uninstall.sh [--root FOLDER] [--purge] edge|server
set -eu

root=''
purge=no
role=''

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\nhint: %s\n' "$1" "$2" >&2; exit 2; }

while [ $# -gt 0 ]; do
  case $1 in
    --root) root=${2:?--root needs a folder}; root=${root%/}; shift 2 ;;
    --purge) purge=yes; shift ;;
    edge|server) role=$1; shift ;;
    *) fail "'$1' is not understood" "uninstall.sh [--root FOLDER] [--purge] edge|server" ;;
  esac
done
[ -n "$role" ] || fail 'neither edge nor server was named' 'a device is edge, a store server is server'
[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail 'only root may take services away' "sudo $0 $role"

there() { ls "$root/etc/systemd/system/footfall-$1"* >/dev/null 2>&1; }

if [ -z "$root" ] && [ -d /run/systemd/system ] && there "$role"; then
  systemctl disable --now "footfall-$role*" 2>/dev/null || true
  systemctl stop "footfall-$role*" 2>/dev/null || true
fi

for unit in "$root/etc/systemd/system/footfall-$role"*; do
  [ -e "$unit" ] || [ -L "$unit" ] || continue
  rm -rf -- "$unit"
  say "removed ${unit#"$root"}"
done
if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi

if [ "$purge" = yes ]; then
  rm -rf -- "$root/var/lib/footfall-$role" "$root/var/lib/private/footfall-$role" "$root/etc/footfall/$role.toml"
  say "removed what was counted, and /etc/footfall/$role.toml"
fi

# The program itself and its cache go with the last of the two.
if ! there edge && ! there server; then
  rm -rf -- "$root/opt/footfall" "$root/var/cache/footfall"
  rmdir -- "$root/etc/footfall" 2>/dev/null || say 'kept /etc/footfall, which is not empty'
fi
