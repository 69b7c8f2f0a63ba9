#!/bin/sh
# Stands for systemctl(1) on a host that is a folder: systemctl ACTION NAME
action=${1-} name=${2-}
name=${name%.service}
case $action in
cat) [ -n "$name" ] && [ -r "${0%/*}/../services/$name" ] ;;
show)
    state=inactive sub=dead pid=0 load=loaded run=
    if [ -r "${0%/*}/../services/$name" ]; then
        said=$("${0%/*}/service" "$name" status)
        case $? in 0) state=active sub=running pid=${said##* } ;; 1) state=failed sub=failed ;; esac
        # Each start has its mark.
        [ "$state" = inactive ] || read -r _ _ run 2>/dev/null <"${0%/*}/../run/$name"
    else load=not-found; fi
    printf '%s\n' "MainPID=$pid" "LoadState=$load" "ActiveState=$state" "SubState=$sub" "InvocationID=$run" ;;
enable | disable | daemon-reload) ;;
is-active) exec "${0%/*}/service" "$name" status >/dev/null ;;
*) exec "${0%/*}/service" "$name" "$action" ;;
esac
