# Tells how services are, and changes nothing: PORT SERVICE...
exec 3>&2
port=$1; shift
[ "$port" = 0 ] || port=${SVCGEN_PORT:-$port}
PATH=$PATH:/usr/sbin:/sbin
link=$final; [ -L "$link" ] || link=$root/current
leads "$link"; say "link current ${end##*/}"
[ ! -L "$link" ] || say "switched $(stat -c %.Y "$link")"
# What the service is run from, where that is gone.
[ -e "$final" ] || { [ ! -L "$final" ] && [ ! -L "$root/current" ]; } || say "absent $(readlink "$final" || echo "$given")"
socket=
if [ "$port" != 0 ]; then
    socket=$(listening "$port" | head -n 1)
    if [ -n "$socket" ]; then say "port $port open"; else say "port $port closed"; fi
fi
hz=$(getconf CLK_TCK 2>/dev/null || echo 100)
# When a process began, in seconds since 1970.
began() {
    since "$1"
    [ -z "$born" ] || awk -v now="$(date +%s.%N)" -v born="$born" -v hz="$hz" '{ printf "%.2f", now - $1 + born / hz }' /proc/uptime
}
# By systemd: `state`, `sub` and `pid`.
of_systemd() {
    shown=$(systemctl show "$1" --property=LoadState --property=ActiveState --property=SubState --property=MainPID 2>/dev/null)
    while IFS='=' read -r key value; do
        case $key=$value in
        LoadState=not-found) state=absent; return ;;
        LoadState=*) load=$value ;;
        ActiveState=*) state=$value ;;
        SubState=*) sub=$value ;;
        MainPID=*) pid=$value ;;
        esac
    done <<X
$shown
X
    # One that was masked while it ran may run on.
    case $load,$state in masked,inactive) state=masked ;; esac
}
# By its script in /etc/init.d, whose codes are those of the LSB.
of_script() {
    [ -x "/etc/init.d/$1" ] || { state=absent; return; }
    service "$1" status >/dev/null 2>&1 </dev/null 3>&-
    case $? in 0) state=active ;; 1 | 2) state=failed ;; 3) state=inactive ;; esac
    [ "$state" = active ] || return
    for file in "/run/$1.pid" "/run/$1/$1.pid"; do
        first "$file"
        case $line in '' | *[!0-9]*) ;; *) pid=$line; return ;; esac
    done
    # Only where the service runs as who asks.
    [ -z "$socket" ] || pid=$(find /proc/[0-9]*/fd -lname "socket:\[$socket\]" 2>/dev/null | head -n 1 | cut -d / -f 3)
}
# The order of what svcgen did, which no clock changes.
[ ! -e "$own/record.jsonl" ] || { say "record"; tail -n 100 "$own/record.jsonl" >&3; echo >&3; }
idle=yes
for name; do
    state=unknown sub=- pid=0 load=
    if [ -d /run/systemd/system ] || [ -n "$top" ]; then of_systemd "$name"; else of_script "$name"; fi
    at=; [ "${pid:-0}" = 0 ] || at=$(began "$pid")
    say "unit $name $state ${sub:--} ${pid:-0} ${at:--}"
    # A socket that systemd keeps is the service's own.
    kept=; [ -z "$socket" ] || kept=$(systemctl is-active "$name.socket" 2>/dev/null </dev/null 3>&-)
    case $state,$kept in *,active | *,*ing) idle=no ;; inactive,* | failed,* | masked,* | absent,*) ;; *) idle=no ;; esac
done
# Where none of them runs, it is another process that listens; unless the service has ended just now, and its port was closed.
if [ -n "$socket" ] && [ "$idle" = yes ]; then
    if [ -n "$(listening "$port")" ]; then say "port $port taken"; else say "port $port closed"; fi
fi
say "end"
