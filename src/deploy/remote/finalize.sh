# Says that a release is good, and takes old ones away: REVISION KEEP PORT HEAD
# PORT: of the services that this deploy has handled, 0 where they have none; - where it has handled none.
# HEAD: how many bytes on the standard input are what Scap goes by from now on; 0 where that stays as it is.
rev=$1 keep=$2 port=$3 head=$4
case $port in 0 | -) ;; *) port=${SVCGEN_PORT:-$port} ;; esac
[ "$root/current" -ef "$root/revs/$rev" ] || fail "$rev is not current any more"
[ "$port" = - ] || still "$port"
if [ "$head" != 0 ]; then
    # Whoever has not sent it by then is gone.
    timeout 20 head -c "$head" >"$own/tmp/config" && [ "$(stat -c %s "$own/tmp/config")" = "$head" ] &&
        mv -fT "$own/tmp/config" "$root/.config" || fail "cannot write $root/.config"
fi
relink "revs/$rev" "$root/.done" || fail "cannot link $root/.done"
rm -f "$root/.in-progress" "$own/running/socket" "$own/running/units" || fail "cannot remove $root/.in-progress"
current=$rev done=$rev n=0
forget() { git --git-dir="$root/cache/.git/$1" update-ref -d "refs/svcgen/$2" 2>/dev/null; }
ls -1tc "$root/revs" | while read -r name; do
    [ -d "$root/revs/$name" ] || continue
    n=$((n + 1))
    [ "$n" -gt "$keep" ] && [ "$name" != "$current" ] && [ "$name" != "$done" ] || continue
    case $name in *[!0-9a-f]*) continue ;; esac
    [ "${#name}" = 40 ] || continue
    rm -f "$own/complete/$name"
    # Its files go once the lock is let go: nobody waits for them.
    mv -T "$root/revs/$name" "$own/tmp/old.$name.$$" && printf 'removed %s\n' "$name"
    forget . "$name"
    (cd "$root/cache/.git" && find modules -name HEAD -path '*modules/*' -prune 2>/dev/null) | while read -r store; do
        forget "${store%/HEAD}" "$name"
    done
done
# What deploys before this one kept for their rollbacks; the last few stay.
for some in "$own"/config/*; do
    [ ! -e "$some" ] || ls -1t "$own/config" | tail -n +6 | while read -r old; do rm -rf "$own/config/$old"; done
    break
done
exit 0
