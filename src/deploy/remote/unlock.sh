# Breaks a lock, and says so in the record: LINE, a JSON object
exec 3>&2
now=$(date +%s)
[ -d "$own/lock" ] || { say "absent"; exit 0; }
say "broken $(cat "$own/lock/owner" 2>/dev/null)"
line=${1#?}
record "${line%?}" || fail "cannot write $own/record.jsonl"
mkdir -p "$own/tmp" && mv -T "$own/lock" "$own/tmp/lock.$$" && rm -rf "$own/tmp/lock.$$" || fail "cannot remove $own/lock"
