#!/bin/sh
# Stands for systemctl(1) on a host that is a folder: systemctl ACTION NAME
action=${1-} name=${2-}
name=${name%.service}
case $action in
cat) [ -n "$name" ] && [ -r "${0%/*}/../services/$name" ] ;;
enable | disable | daemon-reload) ;;
is-active) exec "${0%/*}/service" "$name" status >/dev/null ;;
*) exec "${0%/*}/service" "$name" "$action" ;;
esac
