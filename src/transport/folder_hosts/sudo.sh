#!/bin/sh
# Stands for sudo(8) on a host that is a folder: no rights are needed there, and services are those of the folder.
lists=no
while :; do
    case ${1-} in
    -u | -g) shift 2 ;;
    # As sudo does, it tells whether it would run a command, without running it.
    -l | -ll | --list) lists=yes; shift ;;
    -v | --validate) exit 0 ;;
    -*) shift ;;
    *) break ;;
    esac
done
here=${0%/*}/${1##*/}
if [ "$lists" = yes ]; then
    [ -x "$here" ] || command -v "${1-true}" >/dev/null || exit 1
    echo "$*"
    exit 0
fi
[ ! -x "$here" ] || { shift; exec "$here" "$@"; }
exec "$@"
