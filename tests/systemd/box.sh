#!/bin/bash
# Boots a real systemd in namespaces of its own, on this machine's file system with everything written to memory.
#
#   box.sh FOLDER SITE TREE
#
# FOLDER  an empty one; FOLDER/share/go.sh is what the booted system runs, FOLDER/share is /share there
# SITE    site-packages that are seen as /opt/site, without footfall's own
# TREE    a copy of the source that is seen as /opt/tree
#
# It sees no network but its own loopback, no disk, no clock to set and no module to load, and ends with systemd.
set -eu

if [ "${1-}" != --inside ]; then
  export FOLDER=$1 SITE=$2 TREE=$3
  group=/sys/fs/cgroup/systemd
  [ -d "$group" ] || group=/sys/fs/cgroup
  export GROUP=$group/footfall-box-$$
  mkdir "$GROUP"
  # Where each controller has a tree of its own, the box gets a group in those that limit its units.
  MORE=
  for controller in memory devices; do
    own=$(awk -F: -v name=$controller '$2 == name {print $3}' /proc/self/cgroup)
    [ -n "$own" ] && mkdir "/sys/fs/cgroup/$controller$own/footfall-box-$$" 2>/dev/null || continue
    MORE="$MORE /sys/fs/cgroup/$controller$own/footfall-box-$$"
  done
  export MORE
  sh -c 'for group in "$GROUP" $MORE; do echo $$ > "$group/cgroup.procs"; done; exec unshare --pid --fork --kill-child --mount --uts --ipc --net --cgroup \
    --propagation private bash "$0" --inside' "$0" && code=0 || code=$?
  for group in "$GROUP" $MORE; do
    rmdir "$group" 2>/dev/null || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  exit $code
fi

disk=$FOLDER/disk root=$FOLDER/disk/root
mkdir -p "$disk"
mount -t tmpfs -o size=2g box "$disk"
mkdir "$root" "$disk/upper" "$disk/work" "$disk/site" "$disk/site-work"
mount -t overlay -o "lowerdir=/,upperdir=$disk/upper,workdir=$disk/work" overlay "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
if [ -d /sys/fs/cgroup/systemd ]; then
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  mkdir "$root/sys/fs/cgroup/systemd"
  mount -t cgroup -o none,name=systemd,xattr cgroup "$root/sys/fs/cgroup/systemd"
  for group in $MORE; do
    controller=${group#/sys/fs/cgroup/} controller=${controller%%/*}
    mkdir "$root/sys/fs/cgroup/$controller"
    mount -t cgroup -o "$controller" cgroup "$root/sys/fs/cgroup/$controller"
  done
else
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
fi
mount -t tmpfs -o mode=755 dev "$root/dev"
for node in null zero full random urandom tty; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"

mkdir -p "$root/share" "$root/opt/site" "$root/opt/tree"
mount --bind "$FOLDER/share" "$root/share"
mount -t overlay -o "lowerdir=$SITE,upperdir=$disk/site,workdir=$disk/site-work" overlay "$root/opt/site"
rm -rf "$root"/opt/site/footfall-* "$root"/opt/site/_editable_impl_footfall*
mount --bind -o ro "$TREE" "$root/opt/tree"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"

# What a machine does at its start beside this is none of our business.
units=$root/etc/systemd/system
rm -rf "$units"
mkdir -p "$units"
for target in sysinit basic sockets timers local-fs multi-user; do
  for unit in "$root/usr/lib/systemd/system/$target.target.wants"/*; do
    name=$(basename "$unit")
    case $name in *journald*) ;; *) ln -sf /dev/null "$units/$name" ;; esac
  done
done
cat > "$units/box.target" <<'UNIT'
[Unit]
DefaultDependencies=no
Requires=systemd-journald.service go.service
After=systemd-journald.service
UNIT
cat > "$units/go.service" <<'UNIT'
[Unit]
DefaultDependencies=no
After=systemd-journald.service
[Service]
Type=oneshot
RemainAfterExit=yes
Environment=PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
ExecStart=/bin/bash /share/go.sh
ExecStopPost=/bin/systemctl exit 0
StandardOutput=append:/share/said
StandardError=append:/share/said
UNIT

ip link set lo up
cd "$root"
mkdir -p old
pivot_root . old
mount -o bind /proc/sys /proc/sys
mount -o remount,ro,bind /proc/sys
umount -l /old
exec env -i container=box PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  setpriv --bounding-set -sys_module,-sys_time,-sys_rawio,-sys_boot \
  /lib/systemd/systemd --unit=box.target --log-target=console --log-level=warning
