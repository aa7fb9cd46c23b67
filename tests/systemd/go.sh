# What the booted system of tests/systemd/test_booted.py does; each line of /share/results is a name and what was seen.
edge=footfall-edge@entrance.service
got() { printf '%s\t%s\n' "$1" "$2" >> /share/results; echo "$(date +%T) $1: $2"; }
show() { systemctl show -p "$2" --value "$1"; }
settled() { # waits until a property of a unit is so, at most $4 seconds
  for _ in $(seq "$4"); do [ "$(show "$1" "$2")" = "$3" ] && return; sleep 1; done
  echo "$1: $2 is $(show "$1" "$2") and not $3"
}
group_file() { # a file of the camera's control group, where each controller has a tree of its own or all share one
  for tree in "/sys/fs/cgroup/$1" /sys/fs/cgroup; do
    [ -e "$tree$(show $edge ControlGroup)/$2" ] && echo "$tree$(show $edge ControlGroup)/$2" && return
  done
}
tallied() { /opt/footfall/bin/footfall-edge tally --config /etc/footfall/edge.toml --json | tr -d ' \n'; }

/usr/bin/python3 -m venv /opt/footfall
echo /opt/site > "$(echo /opt/footfall/lib/python3.*/site-packages)/dependencies.pth"
for role in edge server; do sh /opt/tree/systemd/install.sh --package /share/*.whl $role; done
got 'installed twice' "$(sh /opt/tree/systemd/install.sh --package /share/*.whl edge | grep -c installed)"

mkdir -p /srv/clips
cp /share/clip.mp4 /srv/clips/
cp /share/edge.toml /share/server.toml /etc/footfall/
chown root:footfall /etc/footfall/*.toml
chmod 640 /etc/footfall/*.toml
systemctl enable --now footfall-edge.target $edge
got 'started' "$(show $edge ActiveState) $(show $edge SubState)"
sleep 12
pid=$(show $edge MainPID)
got 'user' "$(ps -o user= -p "$pid")"
got 'filter' "$(awk '/^(Seccomp|NoNewPrivs|CapEff):/ {printf "%s ", $2}' "/proc/$pid/status")"
got 'counted' "$(tallied)"

bound=$(group_file memory memory.limit_in_bytes || group_file memory memory.max)
got 'memory bound' "$([ -n "$bound" ] && cat "$bound" || echo 'not here')"
mknod /tmp/kmsg c 1 11
inside=$(group_file devices cgroup.procs)
(echo $BASHPID > "$inside" && head -c 0 /dev/null && head -c 0 /tmp/kmsg) 2>&1 | grep -o 'kmsg.*' > /tmp/refused
got 'other devices' "$(head -c 0 /tmp/kmsg && cat /tmp/refused)"

kill -9 "$pid"
settled $edge NRestarts 1 40
settled $edge SubState running 40
got 'after a kill' "$(show $edge ActiveState) $(show $edge NRestarts)"

pid=$(show $edge MainPID)
kill -STOP "$pid"
settled $edge Result watchdog 100
got 'stalled' "$(show $edge Result)"
settled $edge NRestarts 2 40
settled $edge SubState running 40
got 'after a stall' "$(show $edge ActiveState) $(show $edge NRestarts)"

systemctl reload $edge
got 'after a reload' "$(show $edge ActiveState)"

# With far too little memory it is ended and started again; with enough it runs.
low=/run/systemd/system/$edge.d
mkdir -p "$low"
printf '[Service]\nMemoryMax=32M\n' > "$low/low.conf"
systemctl daemon-reload
systemctl restart --no-block $edge
settled $edge SubState auto-restart 120
why=$(show $edge Result) # only with one tree for all controllers does systemd hear of the kernel's reason
case $why in signal | oom-kill) why=ended ;; esac
rm -r "$low"
systemctl daemon-reload
systemctl restart $edge
got 'too little memory' "$([ -z "$bound" ] && echo 'not here' || echo "$why $(show $edge ActiveState)")"

cp /etc/footfall/edge.toml /tmp/good.toml
echo 'nonsense = 1' >> /etc/footfall/edge.toml
systemctl restart $edge
sleep 18
got 'wrong configuration' "$(show $edge ActiveState) $(show $edge ExecMainStatus) $(show $edge NRestarts)"
cat /tmp/good.toml > /etc/footfall/edge.toml
systemctl start $edge
sleep 6
systemctl stop footfall-edge.target
settled $edge ActiveState inactive 40
got 'stopped' "$(show $edge Result) $(show $edge ExecMainStatus)"

systemctl enable --now footfall-server.service
for _ in $(seq 60); do
  health=$(/usr/bin/python3 -c 'import urllib.request as u; print(u.urlopen("http://127.0.0.1:8080/healthz").status)' 2>/dev/null) && break
  sleep 1
done
got 'server' "$(show footfall-server.service ActiveState) $health"
systemctl stop footfall-server.service
for unit in nightly learn; do
  [ -e "/etc/systemd/system/footfall-server-$unit.service" ] || continue
  systemctl start "footfall-server-$unit.service"
  got "$unit" "$(show "footfall-server-$unit.service" Result)"
done

journalctl --no-pager -o cat > /share/journal
for role in edge server; do sh /opt/tree/systemd/uninstall.sh $role; done
got 'left' "$(ls /etc/systemd/system | grep -c footfall)"
systemctl exit 0 &
