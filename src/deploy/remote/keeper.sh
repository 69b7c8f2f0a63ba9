# Holds the lock of a deploy for as long as svcgen is there. It is started before it is known whether there will be a deploy,
# and changes nothing before it is told: ID TERM REVISION OLD OWNER
# TERM: which keeper of this deploy it is. REVISION: - where nothing is deployed. OLD: where a rollback goes, - for nothing.
read -r id term rev old owner || exit 0
exec 3>&2
for folder in tmp complete running config; do
    [ -d "$own/$folder" ] || said=$(mkdir -p "$own/$folder" 2>&1) || fail "cannot make the folders of $own: $said"
done
[ -w "$own" ] || fail "$own is not writable for $(id -un)"

# Ends the steps that run, each as it allows: at once, or when it is done. With `now`, all that may be ended at once.
# WHOSE NOW: the deploy, or * for whoever was here.
settle() {
    for file in "$own"/running/$1.*.step; do
        [ -e "$file" ] || continue
        read -r _ _ _ policy until <"$file" || continue
        [ "$policy" = kill ] || [ "${2:-}" != now ] || continue
        waited=0
        while alive "$file"; do
            read -r pid _ <"$file" || break
            if [ "$policy" = kill ] || { uptime; [ "$up" -gt "$((until + 10))" ]; }; then
                if [ "$waited" -lt 25 ]; then kill -s TERM -- "-$pid"; else kill -s KILL -- "-$pid"; fi
            fi 2>/dev/null
            sleep 0.2; waited=$((waited + 1))
        done
        [ "${2:-}" = now ] || rm -f "$file"
    done
}

since $$; me="$$ $born $boot"
mine=$own/lock.$id.$$
[ ! -e "$mine" ] || rm -rf "$mine"
now=$(date +%s); uptime
problem=$({ mkdir "$mine" && printf '%s\n' "$owner" >"$mine/owner" && printf '%s %s\n' "$id" "$term" >"$mine/id" &&
    printf '%s %s\n' "$now" "$up" >"$mine/clock" && printf '%s\n' "$me" >"$mine/pid"; } 2>&1) ||
    { [ "$(stat -f -c %a "$own")" -gt 0 ] || problem="No space left on device"; fail "cannot write into $own: ${problem##*: }"; }
away=$own/tmp/lock.$$ tries=0
# The lock of a dead keeper goes; while this one waited, somebody else may have taken it from him.
bury() { [ -d "$own/lock" ] && ! alive "$own/lock/pid" && mv -T "$own/lock" "$away" && rm -rf "$away"; }
# A folder that is renamed over a lock is refused, since a lock is never empty.
while ! mv -T "$mine" "$own/lock" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 6000 ] || { rm -rf "$mine"; fail "the lock $own/lock cannot be taken"; }
    if alive "$own/lock/pid"; then
        first "$own/lock/id"
        if [ "${line% *}" = "$id" ]; then
            # The keeper that was there before the connection was lost: it is settling the steps.
            sleep 0.1; continue
        fi
        first "$own/lock/owner"; say "held $line"
        rm -rf "$mine"; exit 22
    fi
    [ -d "$own/lock" ] || continue
    # Whoever held it is dead, perhaps by a power failure.
    settle '*'
    alone bury
done
held() { first "$own/lock/pid"; [ "$line" = "$me" ]; }
# What an earlier deploy has left running is for the next keeper to settle, where this one was ended before it could.
leave() { held && rm -f "$own/running/$id".*.step && mv -T "$own/lock" "$away"; }
# Whoever ends it meanwhile would have it wait for itself.
unlock() { trap '' HUP INT TERM; alone leave && rm -rf "$away"; trap - HUP INT TERM; }
# Once somebody has broken the lock of a deploy, it does not get it again.
broken() { settle "$id"; first "$own/broken/$id"; say "broken $line"; exit 22; }
[ ! -e "$own/broken/$id" ] || { unlock; broken; }
trap 'settle "$id"; unlock; exit 1' HUP INT TERM
settle '*'
# Nobody else is here: what was being made will never be finished. Old releases go when there is time.
sweep() {
    for left in "$own"/tmp/* "$own"/running/*.pipe "$root"/.in-progress.svcgen-*; do
        case $left in "$own"/tmp/old.*) ;; *) [ ! -e "$left" ] || rm -rf "$left" ;; esac
    done
}
sweep
# A lock that somebody else is about to try to take is named after his process.
for left in "$own"/lock.*; do [ ! -e "$left" ] || [ -e "/proc/${left##*.}" ] || rm -rf "$left"; done
# What is long past goes: the last hundred locks that were broken, and the last thousands of lines, are enough.
forget() {
    [ ! -d "$own/broken" ] || ls -1t "$own/broken" | tail -n +101 | while read -r left; do rm -f "$own/broken/$left"; done
    [ -n "$(find "$own/record.jsonl" -size +1024k 2>/dev/null)" ] || return 0
    tail -n 2000 "$own/record.jsonl" >"$own/tmp/record" && sync "$own/tmp/record" &&
        mv -f "$own/tmp/record" "$own/record.jsonl" || rm -f "$own/tmp/record"
}
forget
# A line that a full disk cut short must not spoil the one behind it.
[ ! -s "$own/record.jsonl" ] || [ -z "$(tail -c 1 "$own/record.jsonl")" ] || echo >>"$own/record.jsonl"
# Whoever comes after an interrupted deploy, from whatever machine, finds out here what it was. The first step that
# touches anything puts it on the disk.
tell() { [ "$rev" = - ] || { clock; record "\"deploy\":\"$id\",\"step\":\"deploy\",\"rev\":\"$rev\",\"state\":$1"; }; }
# Lets the lock go, also where the disk has no room for the last line. Where it was broken, another deploy may be here by now:
# nothing of this is its own any more.
part() { ! held || { tell "\"$1\""; sweep; unlock; }; }
# Takes old releases away when nobody waits any more, and nobody listens.
clear() {
    trap '' HUP
    exec </dev/null >/dev/null 2>&1 3>&-
    for left in "$own"/tmp/old.*; do [ ! -e "$left" ] || rm -rf "$left"; done
    exit 0
}
leads "$root/current"; say "link current ${end##*/}"
leads "$root/.done"; say "link done ${end##*/}"
case $old in -) old=null ;; *) old="\"$old\"" ;; esac
tell "\"begin\",\"old\":$old,\"owner\":$owner" || { unlock; fail "cannot write $own/record.jsonl"; }
say "locked"

while :; do
    # One character each: h a sign of life, k end what may be ended, q the end, x the end of what is not done.
    case $(timeout 15 dd bs=1 count=1 2>/dev/null) in
    h) held || broken ;;
    k) settle "$id" now ;;
    q) part end; say "unlocked"; clear ;;
    x) part left; say "unlocked"; clear ;;
    *) settle "$id"; part abandoned; clear ;;
    esac
done
