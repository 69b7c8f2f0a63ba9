# What all programs on a target share. $1 is the path that the service is run from, such as /srv/deployment/a/deploy.
set -u
umask 022
LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0
export LC_ALL GIT_TERMINAL_PROMPT GIT_OPTIONAL_LOCKS
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE CDPATH
# On a host that is a folder of a machine, every path begins there.
top=${SVCGEN_ROOT-} given=$1; shift
final=$top$given
root=$final-cache own=$final-cache/.svcgen
# A closed pipe is an error of the writer, which goes on: whoever listened is gone, the work is not.
trap : PIPE

# Tells svcgen something, one line each.
say() { printf 'svcgen: %s\n' "$*" >&3 2>/dev/null || :; }
# Ends, with a reason in plain words.
fail() { say "reason $*"; printf '%s\n' "$*"; exit 1; }
# Puts a link in the place of another, at once.
relink() {
    { [ -d "${2%/*}" ] || mkdir -p "${2%/*}"; } && ln -sfn "$1" "$2.svcgen-$$" && mv -fT "$2.svcgen-$$" "$2" && return
    rm -f "$2.svcgen-$$"; return 1
}
# What follows answers in a variable, where another process for each answer would cost more than the work.
# `line` is the first line of a file, and empty where there is none.
first() { line=; read -r line 2>/dev/null <"$1" || [ -n "$line" ]; }
# `end` is the folder that a link leads to in the end, and empty where it leads nowhere.
leads() {
    end=; [ -L "$1" ] && cd -P "$1" 2>/dev/null || return
    end=$PWD; cd "$OLDPWD" 2>/dev/null || cd /
}
# `born` is when a process began, in ticks, and empty where it does not run.
since() {
    born=; first "/proc/$1/stat" || return
    # The name may hold spaces and parentheses: the fields begin behind the last one.
    set -- ${line##*)}
    [ "$1" = Z ] || born=${20-}
}
# `up` is how many seconds the machine runs: unlike the time of day, they do not jump.
uptime() { read -r up _ </proc/uptime; up=${up%.*}; }
read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id || boot=unknown
# Whether the process that wrote "PID SINCE BOOT" into a file still runs.
alive() {
    read -r p_ s_ b_ 2>/dev/null <"$1" || return 1
    [ "${b_%% *}" = "$boot" ] && since "$p_" && [ "$born" = "$s_" ]
}
# Does something while nobody else takes a lock of a deploy away. Whoever wants to has to look whose it is and move it as one:
# another one may have taken it in between. Who dies meanwhile holds nobody up.
alone() { flock -w 20 9 && "$@"; } 9<"$own"
# `now` is the time of day, in seconds since 1970: that at which the lock was taken, and what has passed since.
clock() {
    uptime
    if read -r now then 2>/dev/null <"$own/lock/clock"; then now=$((now + up - then)); else now=$(date +%s); fi
}
# Adds a line to the record, with the time in `now`.
record() { printf '{"v":1,"at":%s,%s}\n' "$now" "$1" >>"$own/record.jsonl"; }
# Has the record on the disk: before what it tells of begins.
kept() { sync -d "$own/record.jsonl" 2>/dev/null || sync; }
