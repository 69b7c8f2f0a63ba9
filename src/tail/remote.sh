# Writes the end of a log, and with `follow` what comes behind it for as long as svcgen listens: LOG LINES end|follow
LC_ALL=C; export LC_ALL
# On a host that is a folder of a machine, every path begins there.
log=${SVCGEN_ROOT-}$1
say() { printf 'svcgen: %s\n' "$*" >&2; }
# The nearest folder that can be looked into.
at=$log
while [ ! -e "$at" ]; do case $at in /*/*) at=${at%/*} ;; *) at=/; break ;; esac; done
forbid() { say "forbidden $(id -un) $(stat -c '%U %G %A' "$at") $at"; exit 3; }
if [ "$at" != "$log" ]; then
    [ -x "$at" ] || forbid
    say absent
    [ "$3" = follow ] || exit 3
elif [ -d "$log" ]; then say folder; exit 3
elif [ ! -r "$log" ]; then forbid
fi
say reading
if [ "$3" = end ]; then exec tail -n "$2" -- "$log" </dev/null; fi
# A character each few seconds is the sign that svcgen is there; the end of them, or silence, that it is not.
exec 3<&0
{ while [ "$(timeout 15 dd bs=1 count=1 2>/dev/null)" = h ]; do :; done; } <&3 >/dev/null 2>&1 &
exec tail -n "$2" -F -s 0.5 --pid=$! -- "$log" 3<&- </dev/null
