#!/bin/sh
# Installs a device or a store server as services. Run it again for a newer version: what is there is kept.
#
#   install.sh [--root FOLDER] [--package WHAT] edge|server
#
# --root FOLDER     into the file system under FOLDER, as for an image: no package, no group, nothing started
# --package WHAT    what pip installs, as a wheel's path, or . for this checkout; otherwise 'footfall'
set -eu

units=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=''
package='footfall'
role=''

say() { printf '%s\n' "$*"; }
fail() { printf 'error: %s\nhint: %s\n' "$1" "$2" >&2; exit 2; }

while [ $# -gt 0 ]; do
  case $1 in
    --root) root=${2:?--root needs a folder}; root=${root%/}; shift 2 ;;
    --package) package=${2:?--package needs a wheel or a name}; shift 2 ;;
    edge|server) role=$1; shift ;;
    *) fail "'$1' is not understood" "install.sh [--root FOLDER] [--package WHAT] edge|server" ;;
  esac
done
[ -n "$role" ] || fail 'neither edge nor server was named' 'a device is edge, a store server is server'
[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail 'only root may install services' "sudo $0 $role"

# A file is written only where it differs, so that a second run changes nothing.
put() {
  if cmp -s "$1" "$2"; then return; fi
  install -D -m 0644 "$1" "$2"
  say "installed ${2#"$root"}"
}

if [ -z "$root" ]; then
  getent group footfall >/dev/null || groupadd --system footfall
  python=$(command -v python3) || fail 'python3 is not installed' 'apt-get install python3 python3-venv'
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$python is older than 3.11" 'Debian 12 and Raspberry Pi OS of 2023 have a newer one'
  [ -x /opt/footfall/bin/python ] || "$python" -m venv /opt/footfall ||
    fail 'the virtual environment /opt/footfall could not be made' 'apt-get install python3-venv'
  /opt/footfall/bin/python -m pip install --quiet --upgrade "${package}[$role]"
fi

install -d -m 0750 "$root/etc/footfall"
install -d -m 0755 "$root/var/cache/footfall"
[ -n "$root" ] || chgrp footfall /etc/footfall

for unit in "$units/footfall-$role"*.service "$units/footfall-$role"*.target "$units/footfall-$role"*.timer; do
  [ -e "$unit" ] || continue
  put "$unit" "$root/etc/systemd/system/$(basename "$unit")"
done

if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi

if [ "$role" = edge ]; then
  say 'next: footfall-edge init > /etc/footfall/edge.toml, with state.folder = "/var/lib/footfall-edge"'
  say '      systemctl enable --now footfall-edge.target footfall-edge@CAMERA.service'
else
  say 'next: /etc/footfall/server.toml, with database = "/var/lib/footfall-server/footfall.db"'
  say '      systemctl enable --now footfall-server.service'
fi
