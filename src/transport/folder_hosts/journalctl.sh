#!/bin/sh
# Stands for journalctl(1) on a host that is a folder: the last lines that a service wrote since it was started.
# journalctl [-n LINES] -u NAME
own=$(cd "${0%/*}/.." && pwd -P) top=${own%/*} lines=10 name=
while [ $# -gt 0 ]; do
    case $1 in
    -n) lines=$2; shift ;;
    -u) name=$2; shift ;;
    -o) shift ;;
    _SYSTEMD_UNIT=*) name=${1#*=} ;;
    esac
    shift
done
name=${name%.service}
case $name in '' | .* | */*) echo "usage: journalctl [-n LINES] -u NAME" >&2; exit 2 ;; esac
{ read -r _; read -r log; } 2>/dev/null <"$own/services/$name" || { echo "$name: there is no such service" >&2; exit 1; }
read -r from 2>/dev/null <"$own/run/$name.log" || from=0
[ -e "$top$log" ] || exit 0
tail -c "+$((from + 1))" -- "$top$log" | tail -n "$lines"
