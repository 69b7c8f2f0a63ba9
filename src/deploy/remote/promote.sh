# Makes a release the one that is live: ID REVISION BACK CONFIG-FILE...; BACK: yes where it is a rollback of ID.
id=$1 rev=$2 back=$3; shift 3
release=$root/revs/$rev saved=$own/config/$id
[ -d "$release" ] || fail "the release $rev is not there"
if [ "$back" = yes ] && [ -d "$saved/rendered" ]; then
    (cd "$saved/rendered" && find . -type f) | while read -r place; do
        cp -p "$saved/rendered/$place" "/$place.svcgen-$$" && mv -f "/$place.svcgen-$$" "/$place" || exit 1
    done || fail "the earlier configuration cannot be put back"
fi
for path; do
    place=$release/.git/config-files$path live=$top$path
    if [ ! -f "$place" ]; then
        # A release that never had this file: what was there before it comes back.
        [ "$back" = yes ] || fail "$path was not rendered"
        if [ -e "$saved/before$path" ] || [ -L "$saved/before$path" ]; then
            cp -dp "$saved/before$path" "$live.svcgen-$$" && mv -fT "$live.svcgen-$$" "$live" || fail "cannot write $path"
        elif [ -e "$saved/absent$path" ]; then rm -f "$live"; fi
        continue
    fi
    if [ "$back" = no ] && [ ! -e "$saved/before$path" ] && [ ! -L "$saved/before$path" ] && [ ! -e "$saved/absent$path" ]; then
        if [ -e "$live" ] || [ -L "$live" ]; then
            mkdir -p "$saved/before${path%/*}" && cp -dp "$live" "$saved/before$path"
        else
            mkdir -p "$saved/absent${path%/*}" && : >"$saved/absent$path"
        fi || fail "cannot write into $own/config"
    fi
    relink "$place" "$live" || fail "cannot link $path"
done
relink "revs/$rev" "$root/current" || fail "cannot link $root/current"
if [ -e "$final" ] && [ ! -L "$final" ]; then
    mv -T "$final" "$final.$(date -u +%Y-%m-%dT%H:%M:%S)" || fail "cannot move $final aside"
fi
relink "${root##*/}/revs/$rev" "$final" || fail "cannot link $final"
[ "$root/current" -ef "$release" ] && [ "$final" -ef "$release" ] || fail "the links do not lead to $rev"
printf '%s is current\n' "$rev"
# Also where nobody listens any more.
exit 0
