#!/bin/sh
# Stands for service(8) on a host that is a folder: service NAME start|stop|restart|reload|status
set -u
own=$(cd "${0%/*}/.." && pwd -P) top=${own%/*}
name=${1-} action=${2-}
case $name in '' | .* | */*) echo "usage: service NAME start|stop|restart|reload|status" >&2; exit 2 ;; esac
file=$own/services/$name pidfile=$own/run/$name
[ -r "$file" ] || { echo "$name: unrecognized service" >&2; [ "$action" = status ] && exit 4; exit 5; }
# Three lines: the folder that it runs in, its log, its command.
{ read -r folder; read -r log; read -r command; } <"$file"

# When a process began, in ticks; a pid alone may be that of another one by now.
began() {
    read -r stat 2>/dev/null <"/proc/$1/stat" || return
    set -- ${stat##*)}
    [ "$1" != Z ] && echo "${20}"
}
is_running() { read -r pid born 2>/dev/null <"$pidfile" && [ "$(began "$pid")" = "$born" ]; }
# Whether anything of what was started together is there still: a thread may hold the port after the first one has ended.
is_left() {
    for each in /proc/[0-9]*/task/[0-9]*/stat; do
        read -r stat 2>/dev/null <"$each" || continue
        set -- ${stat##*)}
        [ "$3" != "$pid" ] || case $1 in Z | X) ;; *) return 0 ;; esac
    done
    return 1
}
start() {
    is_running && return
    cd -P "$top$folder" 2>/dev/null || { echo "$name: $folder is not there" >&2; return 1; }
    mkdir -p "$own/run" "$top${log%/*}" || return
    # What it writes from here on is what `journalctl` shows.
    stat -c %s -- "$top$log" 2>/dev/null >"$pidfile.log" || echo 0 >"$pidfile.log"
    PORT=$(cat "$own/port") SVCGEN_HOST=$(cat "$own/name") setsid sh -c "$command" </dev/null >>"$top$log" 2>&1 &
    echo "$! $(began $!)" >"$pidfile"
}
stop() {
    is_running || { rm -f "$pidfile"; return 0; }
    kill -s TERM -- "-$pid" 2>/dev/null
    tries=0
    while is_running || is_left; do
        tries=$((tries + 1))
        [ "$tries" -ne 50 ] || kill -s KILL -- "-$pid" 2>/dev/null
        [ "$tries" -lt 100 ] || { echo "$name: process $pid does not end" >&2; return 1; }
        sleep 0.1
    done
    rm -f "$pidfile"
}
case $action in
start) start ;;
stop) stop ;;
restart) stop && start ;;
reload) is_running && kill -s HUP -- "-$pid" ;;
status)
    if is_running; then echo "$name runs, process $pid"
    # It was not stopped.
    elif [ -e "$pidfile" ]; then echo "$name has ended by itself"; exit 1
    else echo "$name does not run"; exit 3; fi ;;
*) echo "$name: there is no action $action" >&2; exit 2 ;;
esac
