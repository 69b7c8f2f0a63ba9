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
is_leading() { [ "$(began "$pid")" = "$born" ]; }
# What is left of the session that was started: `left` are its threads, `groups` its process groups, `main` is its oldest
# process. A thread may hold the port after the first one of its process has ended.
is_left() {
    left= groups= oldest=
    for each in /proc/[0-9]*/task/[0-9]*/stat; do
        read -r stat 2>/dev/null <"$each" || continue
        set -- ${stat##*)}
        [ "$4" = "$pid" ] || continue
        case $1 in Z | X) continue ;; esac
        left="$left ${each%/stat}"
        case " $groups " in *" $3 "*) ;; *) groups="$groups $3" ;; esac
        { [ -n "$oldest" ] && [ "${20}" -ge "$oldest" ]; } || { oldest=${20} main=${each#/proc/} main=${main%%/*}; }
    done
    [ -n "$left" ]
}
# Whether that session is the one: its number may be that of another by now. All that was started has the mark of the start.
is_marked() {
    for each in $left; do
        case $(tr '\0' '\n' 2>/dev/null <"$each/environ") in *"SVCGEN_START=$mark"*) return 0 ;; esac
    done
    return 1
}
# Whether what was started runs, or has gone on in the background when it ended.
is_running() {
    read -r pid born mark 2>/dev/null <"$pidfile" || return
    main=$pid
    is_leading || { [ -n "$mark" ] && is_left && is_marked; }
}
tell() {
    is_left
    for group in $groups; do kill -s "$1" -- "-$group" 2>/dev/null; done
}
start() {
    is_running && return
    cd -P "$top$folder" 2>/dev/null || { echo "$name: $folder is not there" >&2; return 1; }
    mkdir -p "$own/run" "$top${log%/*}" || return
    # What it writes from here on is what `journalctl` shows.
    stat -c %s -- "$top$log" 2>/dev/null >"$pidfile.log" || echo 0 >"$pidfile.log"
    read -r mark 2>/dev/null </proc/sys/kernel/random/uuid || mark=
    SVCGEN_START=$mark PORT=$(cat "$own/port") SVCGEN_HOST=$(cat "$own/name") \
        setsid sh -c "$command" </dev/null >>"$top$log" 2>&1 &
    # It may have ended already.
    born=$(began $!)
    echo "$! ${born:--} $mark" >"$pidfile"
}
stop() {
    is_running || { rm -f "$pidfile"; return 0; }
    tell TERM
    tries=0
    while is_leading || is_left; do
        tries=$((tries + 1))
        [ "$tries" -ne 50 ] || tell KILL
        [ "$tries" -lt 100 ] || { echo "$name: process $main does not end" >&2; return 1; }
        sleep 0.1
    done
    rm -f "$pidfile"
}
case $action in
start) start ;;
stop) stop ;;
restart) stop && start ;;
reload) is_running && tell HUP ;;
status)
    if is_running; then echo "$name runs, process $main"
    # It was not stopped.
    elif [ -e "$pidfile" ]; then echo "$name has ended by itself"; exit 1
    else echo "$name does not run"; exit 3; fi ;;
*) echo "$name: there is no action $action" >&2; exit 2 ;;
esac
