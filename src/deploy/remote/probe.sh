# Tells how things are, and changes nothing: STORES PROGRAMS TOOLS AGAIN UNITS VALID-ONLY SECONDARY-FILE PORT FILE...
# STORES: a line "COMMIT GITDIR" each, the release's own first. PROGRAMS: what has to be there, as words; of A/B one. TOOLS:
# extensions of git that a release takes. UNITS: what will be done to services, as words. AGAIN: no where nothing is done to a
# host that has it all. PORT: what a service that does not run here will open, or 0.
exec 3>&2
wanted=$1 programs=$2 extensions=$3 again=$4 units=$5 valid=$6 secondary=$top$7 port=$8; shift 8
say "user ${LOGNAME:-$(id -un)}"
say "now $(date +%s)"
[ ! -d /run/systemd/system ] || say "systemd"
# It is with that that services are started on a host that is a folder.
[ -z "$top" ] || [ -z "$units" ] || programs="$programs setsid"
for tool in $programs; do
    command -v "${tool%/*}" >/dev/null 2>&1 || command -v "${tool#*/}" >/dev/null 2>&1 || say "lacks ${tool%/*}"
done
# Before all that a deploy changes: what is read after the lock was free belongs together.
held=none
if [ -e "$own/lock/owner" ]; then
    if alive "$own/lock/pid"; then held=alive; else held=dead; fi
    first "$own/lock/owner"; say "lock $held $line"
fi
# Whether sudo would run this for who deploys, without a password. Only a clear no counts: the step itself tells the rest.
allowed() {
    said=$(sudo -n -l "$@" 2>&1 </dev/null 3>&-)
    code=$?
    [ "$code" != 0 ] || return
    case $code:$said in
    # Where a list takes a password too (`listpw`), that says nothing of the command.
    *"password is required"*) sudo -n -v >/dev/null 2>&1 </dev/null 3>&- || say "denied password $*" ;;
    *"must have a tty"*) say "denied terminal $*" ;;
    1: | *"not allowed to execute"* | *"may not run sudo"*) say "denied rule $*" ;;
    esac
}
permissions() {
    command -v sudo >/dev/null 2>&1 || { say "denied missing sudo"; return; }
    for each in $units; do
        unit "$each"
        case $action in
        none) ;;
        disable) allowed /usr/sbin/service "$name" stop; allowed /bin/systemctl disable "$name" ;;
        *) allowed /usr/sbin/service "$name" "$action" ;;
        esac
    done
}
leads "$root/current"; live=${end##*/}
say "link current $live"
leads "$root/.done"; done=${end##*/}
say "link done $done"
leads "$root/.in-progress"; progress=${end##*/}
say "link progress $progress"
# Whether what is live already was made whole: then there is nothing to ask of git, or of the disk.
is_live=no
case $wanted in "${live:-nothing} ."*) [ ! -e "$own/complete/$live" ] || is_live=yes ;; esac
is_done=no; [ "$again,$is_live,$done,$progress,$#" != "no,yes,$live,,0" ] || is_done=yes
# Beside all that follows, since sudo takes longer than that; not where nothing will be done, or not by this deploy.
[ -z "$units" ] || [ "$held" = alive ] || [ "$is_done" = yes ] || permissions &
# Tells of a port that another process has, so that a service that is started cannot open it.
taken() {
    port=${SVCGEN_PORT:-$port}
    # Of a service of a folder it is known that nothing is left of it.
    [ -z "$top" ] || started=yes
    PATH=$PATH:/usr/sbin:/sbin
    [ -z "$(listening "$port")" ] || ! idle $units || say "port $port taken"
}
# A host that has a release may be run by somebody else; one that is a folder is not.
[ "$port" = 0 ] || [ "$is_done" = yes ] || { [ -n "$live" ] && [ -z "$top" ]; } || taken
if leads "$final"; then say "final link $end"
elif [ -L "$final" ]; then say "final broken $(readlink "$final")"
elif [ -d "$final" ]; then say "final folder"
elif [ -e "$final" ]; then say "final file"
else say "final none"; fi
# Why nothing can be written into a folder: the attempt says it, which leaves nothing where it fails.
unwritable() {
    said=$({ : >"$1/.svcgen-$$"; } 2>&1)
    case $said in
    *[Rr]ead-only*) say "unwritable $1 is on a read-only file system" ;;
    *) say "unwritable $1 belongs to $(stat -c %U "$1")" ;;
    esac
}
# The nearest folder that is there decides whether anything can be written.
folder=$root
while [ ! -e "$folder" ]; do folder=${folder%/*}; [ -n "$folder" ] || folder=/; done
[ -d "$folder" ] || say "unwritable $folder is not a folder"
[ ! -d "$folder" ] || [ -w "$folder" ] || unwritable "$folder"
for part in "$root/cache" "$root/revs" "$root/.svcgen" "${final%/*}"; do
    [ ! -e "$part" ] || [ "$part" = "$folder" ] || [ -w "$part" ] || unwritable "$part"
done
[ ! -d "$root/revs" ] || stat -c '%.Z %n' "$root"/revs/*/ 2>/dev/null | while read -r changed release; do
    release=${release%/}; name=${release##*/}
    if [ -e "$own/complete/$name" ]; then say "release $name complete $changed"; else say "release $name found $changed"; fi
done
if [ "$is_live" = no ]; then
    say "git $(git --version 2>/dev/null)"
    for tool in $extensions; do
        command -v "$tool" >/dev/null 2>&1 || [ -x "$(git --exec-path 2>/dev/null)/$tool" ] || say "lacks $tool"
    done
    say "free $(stat -f -c '%a %S %d' "$folder" 2>/dev/null)"
fi
while read -r commit gitdir; do
    [ -n "$gitdir" ] || continue
    [ "$is_live" = no ] || { say "has $gitdir"; continue; }
    place=$root/cache/.git; [ "$gitdir" = . ] || place=$place/$gitdir
    [ -e "$place/HEAD" ] || continue
    git --git-dir="$place" cat-file -e "$commit^{commit}" 2>/dev/null && { say "has $gitdir"; continue; }
    say tips $(git --git-dir="$place" for-each-ref --sort=-creatordate --count=50 --format='%(objectname)') "$gitdir"
done <<X
$wanted
X
# Its last line may have been cut short.
[ ! -e "$own/record.jsonl" ] || { say "record"; tail -n 200 "$own/record.jsonl" >&3; echo >&3; }
# A deploy that took the lock meanwhile is in the record, and not at its end.
if [ "$held" != alive ] && [ -e "$own/lock/owner" ] && alive "$own/lock/pid"; then first "$own/lock/owner"; say "lock later $line"; fi
for file; do
    if [ -f "$top$file" ] && [ -r "$top$file" ]; then say "file $(base64 -w0 <"$top$file") $file"
    elif [ -e "$top$file" ]; then say "unreadable $file"
    else say "absent $file"; fi
done
wait
say "end"
