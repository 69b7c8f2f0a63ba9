# Writes rendered configuration into a release: ID REVISION; on the standard input, for each file "LENGTH PATH" and its bytes.
id=$1 release=$root/revs/$2 saved=$own/config/$1
[ -d "$release" ] || fail "$release is not there"
mkdir -p "$saved" || fail "cannot write into $own/config"
while read -r length path; do
    case $path in /*) place=$release/.git/config-files$path ;; *) place=$release/$path ;; esac
    mkdir -p "${place%/*}" || fail "cannot make ${place%/*}"
    head -c "$length" >"$place.svcgen-$$" || fail "cannot write $place"
    [ "$(stat -c %s "$place.svcgen-$$")" = "$length" ] || { rm -f "$place.svcgen-$$"; fail "$path did not arrive whole"; }
    if [ -f "$place" ] && cmp -s "$place" "$place.svcgen-$$"; then
        rm -f "$place.svcgen-$$"; printf '%s: unchanged\n' "$path"; continue
    fi
    # What the same release had before, for a rollback to it.
    if [ -f "$place" ] && [ ! -e "$saved/rendered/$place" ]; then
        mkdir -p "$saved/rendered/${place%/*}" && cp -p "$place" "$saved/rendered/$place" || fail "cannot keep $place"
    fi
    mv -f "$place.svcgen-$$" "$place" || fail "cannot write $place"
    printf '%s: written\n' "$path"
done
