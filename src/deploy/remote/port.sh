# Sockets that listen on the port $1, by their numbers: a process that was started anew has a socket of its own.
listening() {
    tcp=/proc/net/tcp; [ ! -r /proc/net/tcp6 ] || tcp="$tcp /proc/net/tcp6"
    awk -v port="$(printf '%04X' "$1")" '
        $4 == "0A" { n = split($2, a, ":"); if (a[n] == port && (a[1] ~ /^0+$/ || a[1] == "0100007F" || a[1] ~ /0{24}01000000$/ || a[1] ~ /0000FFFF0100007F$/)) print $10 }
    ' $tcp
}
