# What is to be done to services here: `valid` is whether those that are not there are passed over, `secondary` the file that
# marks a secondary host.
known() { service "$1" status >/dev/null 2>&1; [ $? -ne 4 ] && { [ -e "/etc/init.d/$1" ] || systemctl cat "$1" >/dev/null 2>&1; }; }
# Takes NAME=ACTION[:disable-secondary] apart: `action` is `none` for a service that is passed over, and `disable` on a
# secondary host.
unit() {
    name=${1%%=*} action=${1#*=}
    if [ "$valid" = yes ] && ! known "$name" </dev/null 3>&-; then action=none; return; fi
    case $action in *:disable-secondary) [ ! -e "$secondary" ] || { action=disable; return; } ;; esac
    action=${action%%:*}
}
# Whether something is started, and none of these runs: then it is another process that listens on their port. One that runs
# already, started by somebody else, has its own port, and so has the socket that systemd keeps for it; where that is not clear: no.
idle() {
    fresh=no
    for each; do
        unit "$each"
        case $action in restart | start) fresh=yes ;; none) continue ;; esac
        service "$name" status >/dev/null 2>&1 </dev/null 3>&-
        # What was started from here just now and left nothing but the file of its process does not run either.
        case $?,${started-no} in
        3,* | [12],yes) ;;
        4,*) [ ! -e "/etc/init.d/$name" ] || return 1 ;;
        *) return 1 ;;
        esac
        for how in $(systemctl is-active "$name" "$name.socket" 2>/dev/null </dev/null 3>&-); do
            case $how in active | *ing) return 1 ;; esac
        done
    done
    [ "$fresh" = yes ]
}
