# Sockets that listen on the port $1, by their numbers: a process that was started anew has a socket of its own. `ss` has the
# kernel list those that listen; the tables of /proc, for hosts without it, hold every connection of the machine as well.
listening() {
    if command -v ss >/dev/null && sockets=$(ss -ltne "sport = :$1" 2>/dev/null); then
        printf '%s\n' "$sockets" | while read -r state _ _ local rest; do
            local=${local%:*}
            case $state,${local%%%*} in
            LISTEN,0.0.0.0 | LISTEN,127.0.0.1 | LISTEN,"*" | LISTEN,:: | LISTEN,"[::]" | LISTEN,::1 | LISTEN,"[::1]" | LISTEN,*::ffff:127.0.0.1*)
                rest=${rest#* ino:}; printf '%s\n' "${rest%% *}" ;;
            esac
        done
        return
    fi
    tcp=/proc/net/tcp; [ ! -r /proc/net/tcp6 ] || tcp="$tcp /proc/net/tcp6"
    awk -v port="$(printf '%04X' "$1")" '
        BEGIN { here["00000000"]; here["0100007F"]; here["00000000000000000000000000000000"]
            here["00000000000000000000000001000000"]; here["0000000000000000FFFF00000100007F"] }
        $4 == "0A" { split($2, a, ":"); if (a[2] == port && a[1] in here) print $10 }
    ' $tcp
}
