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
