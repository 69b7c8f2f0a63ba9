#!/bin/sh
# Stands for sudo(8) on a host that is a folder: no rights are needed there, and services are those of the folder.
while :; do
    case ${1-} in -u | -g) shift 2 ;; -*) shift ;; *) break ;; esac
done
here=${0%/*}/${1##*/}
[ ! -x "$here" ] || { shift; exec "$here" "$@"; }
exec "$@"
