# Breaks a lock, and says so in the record: ID OWNER; ID: whose lock is meant; OWNER: who breaks it, and why
exec 3>&2
id=$1 owner=$2 now=$(date +%s)
[ -d "$own/lock" ] || { say "absent"; exit 0; }
break_it() {
    [ -d "$own/lock" ] || { say "absent"; exit 0; }
    first "$own/lock/id"
    [ "${line%% *}" = "$id" ] || { first "$own/lock/owner"; say "held $line"; exit 0; }
    # First the mark, which keeps that deploy from taking it again: it may be alive.
    mkdir -p "$own/tmp" "$own/broken" && printf '%s\n' "$owner" >"$own/broken/$id" || fail "cannot write into $own"
    record "\"deploy\":\"$id\",\"step\":\"lock\",\"state\":\"broken\",\"owner\":$owner" && kept || fail "cannot write $own/record.jsonl"
    mv -T "$own/lock" "$own/tmp/lock.$$" && rm -rf "$own/tmp/lock.$$" || fail "cannot remove $own/lock"
    say "broken $owner"
}
alone break_it || fail "another process is at the lock $own/lock"
