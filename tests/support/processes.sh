# What labs of tests know about processes; bash.
# shellcheck shell=bash

# A process is known by its pid and by when it started: a pid alone may be another process by now.
identity() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -ra stat <<<"${stat##*) }"
    # State Z: it has ended already.
    [[ ${stat[0]} != [ZX] ]] && echo "$1 ${stat[19]}"
}

# The pid in a file that `identity` wrote, if that process still runs.
process() {
    local pid start
    read -r pid start 2>/dev/null <"$1" && [[ $(identity "$pid") == "$pid $start" ]] && echo "$pid"
}

# Waits until a command succeeds, for 20 seconds.
eventually() {
    local _
    for _ in {1..1000}; do
        "$@" 2>/dev/null && return
        sleep 0.02
    done
    return 1
}

ended() { ! process "$1" >/dev/null; }

# The first process of a table of processes: takes care of those whose parents have ended.
idle() {
    while :; do
        sleep infinity &
        wait $!
    done
}
