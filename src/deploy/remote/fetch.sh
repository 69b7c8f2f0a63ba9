# Makes a release, complete or not at all: REVISION MODE SERVER FORCE LARGE LFS-URL OWN-FILES SUBMODULES
# MODE: none, all objects are there; server, they come from SERVER; packs, they come on the standard input.
# SUBMODULES, a line each: PATH GITDIR NAME COMMIT URL, separated by tabs. OWN-FILES: what svcgen writes into releases.
rev=$1 mode=$2 server=$3 force=$4 large=$5 lfs=$6 files=$7 modules=$8
cache=$root/cache release=$root/revs/$rev tab=$(printf '\t') newline='
'
{ [ -d "$root/revs" ] && [ -d "$own/complete" ]; } || mkdir -p "$root/revs" "$own/tmp" "$own/complete" || fail "cannot write into $root"

# What an interrupted git has left would stop the next one: locks, and halves of packs. Those of an earlier attempt of ours
# go, and locks that are so old that nobody can be at it any more.
sweep() { find "$cache/.git" -type f \( -name '*.lock' -o -path '*/objects/*tmp_*' \) "$@" -exec rm -f {} +; }
if [ -e "$own/fetching" ]; then [ ! -d "$cache/.git" ] || sweep
else for left in "$cache"/.git/*.lock "$cache"/.git/modules/*/*.lock "$cache"/.git/refs/svcgen/*.lock; do
    [ ! -e "$left" ] || { sweep -mmin +60; break; }
done; fi
true >"$own/fetching" || fail "cannot write into $own"
fetched() { rm -f "$own/fetching"; }
# Where it is ended, nothing says that there was anything.
trap 'leads "$root/.in-progress"; [ "${end##*/}" != "$rev" ] || rm -f "$root/.in-progress"; exit 143' TERM

# Does something for each submodule, in their order.
each() {
    [ -n "$modules" ] || return 0
    while IFS=$tab read -r path gitdir name commit url; do
        "$@" </dev/null || return 1
    done <<X
$modules
X
}
found=$newline
has() { # GIT-FOLDER COMMIT; what was found once is not looked for again
    case $found in *"$newline$1$newline"*) return 0 ;; esac
    git --git-dir="$1" cat-file -e "$2^{commit}" 2>/dev/null && found=$found$1$newline
}
store() { # makes a store of objects, where there is none
    [ -e "$1/HEAD" ] || { mkdir -p "$1" && git init -q --template= --bare "$1"; } || fail "git cannot make $1"
}
keep() { # what is deployed is not swept away
    git --git-dir="$1" update-ref "refs/svcgen/$rev" "$2" || fail "git cannot write into $1"
}

if [ ! -e "$cache/.git/HEAD" ]; then
    git init -q --template= "$cache" || fail "git cannot make $cache"
fi
prepare() { store "$cache/.git/$gitdir"; }
each prepare || exit 1

from_server() {
    git --git-dir="$1" fetch -q --no-recurse-submodules --tags -- "$2" '+refs/heads/*:refs/remotes/origin/*' \
        '+HEAD:refs/svcgen/head' 2>&1 || git --git-dir="$1" fetch -q --no-recurse-submodules --tags -- "$2" \
        '+refs/heads/*:refs/remotes/origin/*' 2>&1
}
module_from_server() {
    has "$cache/.git/$gitdir" "$commit" && return
    case $url in -) from_server "$cache/.git/$gitdir" "$server/$gitdir" ;; *) from_server "$cache/.git/$gitdir" "$url" ;; esac || :
}
case $mode in
server)
    has "$cache/.git" "$rev" || from_server "$cache/.git" "$server" || :
    each module_from_server ;;
packs)
    while read -r length gitdir; do
        place=$cache/.git; [ "$gitdir" = . ] || place=$place/$gitdir
        said=$(head -c "$length" | git --git-dir="$place" index-pack --stdin --fix-thin 2>&1 >/dev/null) ||
            fail "git could not take the objects of $gitdir: ${said##*"$newline"}"
    done ;;
esac
lacking=
lacks() { has "$cache/.git/$gitdir" "$commit" || { say "lacks-objects $gitdir"; lacking=1; }; }
has "$cache/.git" "$rev" || { say "lacks-objects ."; lacking=1; }
each lacks
[ -z "$lacking" ] || fail "objects are missing"
keep "$cache/.git" "$rev"
keep_module() { keep "$cache/.git/$gitdir" "$commit"; }
each keep_module

tip() { # GIT-FOLDER; `line` is the commit that it has checked out
    first "$1/HEAD"
    case $line in ref:*) line=$(git --git-dir="$1" rev-parse -q --verify HEAD 2>/dev/null) ;; esac
}
fresh=no
# Whether every file of a release is what the revision says; what svcgen and Scap write themselves aside.
same() { # FOLDER GIT-FOLDER COMMIT
    [ -e "$2/index" ] && tip "$2" && [ "$line" = "$3" ] || return 1
    if [ "$fresh" = yes ]; then
        # Right after the checkout, git's own notes on the files are true. It would read all files of the same second again,
        # unless the notes are younger by more than that.
        touch -d '2 seconds' "$2/index"
    else
        git --git-dir="$2" --work-tree="$1" update-index -q --really-refresh >/dev/null 2>&1
    fi
    differing=$(git --git-dir="$2" --work-tree="$1" -c core.quotePath=false diff-index --name-only --ignore-submodules HEAD --) || return 1
    [ "$fresh" = no ] || touch "$2/index"
    [ -z "$differing" ] || ! printf '%s\n' "$differing" | grep -vxF -e .gitmodules -e "${files:-.gitmodules}" >/dev/null
}
same_module() {
    if [ -d "$where/.git/$gitdir" ]; then same "$where/$path" "$where/.git/$gitdir" "$commit"
    else same "$where/$path" "$where/$path/.git" "$commit"; fi
}
whole() { where=$1; same "$1" "$1/.git" "$rev" && each same_module; }

if [ "$force" = no ] && [ -d "$release" ] && whole "$release"; then
    : >"$own/complete/$rev" && relink "revs/$rev" "$root/.in-progress" || fail "cannot write into $root"
    fetched
    say "release there"
    exit 0
fi

new=$own/tmp/$rev
# A folder of git's that borrows its objects from the cache.
borrow() { # GIT-FOLDER CACHE
    mkdir -p "$1/objects/info" "$1/refs/heads" &&
        printf '%s\n' "$2/objects" >"$1/objects/info/alternates" &&
        printf 'ref: refs/heads/master\n' >"$1/HEAD"
}
up() { # PATH; as many steps up as it has down
    printf ../; case $1 in */*) up "${1#*/}" ;; esac
}
# A text between quotes, as the configuration of git has it; `text` is the answer. Backslashes were refused.
quoted() {
    text=; set -- "$1"
    while :; do
        case $1 in *'"'*) text=$text${1%%'"'*}'\"'; set -- "${1#*'"'}" ;; *) text=\"$text$1\"; return ;; esac
    done
}
make_module() {
    borrow "$new/.git/$gitdir" "$cache/.git/$gitdir" && mkdir -p "$new/$path" &&
        printf 'gitdir: %s.git/%s\n' "$(up "$path")" "$gitdir" >"$new/$path/.git" &&
        quoted "$(up ".git/$gitdir")$path" && worktree=$text && quoted "$cache/.git/$gitdir" && from=$text && quoted "$name" &&
        printf '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tlogallrefupdates = true\n\tworktree = %s\n[remote "origin"]\n\turl = %s\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n' \
            "$worktree" "$from" >"$new/.git/$gitdir/config" &&
        { case $gitdir in modules/*/modules/*) ;; *)
            printf '[submodule %s]\n\tactive = true\n\turl = %s\n' "$text" "$from" >>"$new/.git/config" ;; esac; } &&
        git --git-dir="$new/.git/$gitdir" --work-tree="$new/$path" checkout -q --force --detach "$commit"
}
pull_large() { # FOLDER
    case ,$large, in *,git-lfs,*)
        (cd "$1" && git lfs install --local --skip-repo >/dev/null && git ${lfs:+-c "lfs.url=$lfs"} lfs pull) ||
            fail "git lfs cannot get the large files of $1" ;;
    esac
    case ,$large, in *,git-fat,*)
        (cd "$1" && git fat init && git fat pull) || fail "git fat cannot get the large files of $1" ;;
    esac
}
pull_module() { pull_large "$new/$path"; }
[ ! -e "$new" ] || rm -rf "$new"
[ -z "$large" ] || GIT_LFS_SKIP_SMUDGE=1; [ -z "$large" ] || export GIT_LFS_SKIP_SMUDGE
make() {
    borrow "$new/.git" "$cache/.git" &&
        printf '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tlogallrefupdates = true\n[remote "origin"]\n\turl = %s\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n' "$cache" >"$new/.git/config" &&
        git --git-dir="$new/.git" --work-tree="$new" checkout -q --force --detach "$rev" && each make_module
}
said=$(make 2>&1) || {
    # A line for each file where the disk is full: the last ones tell.
    printf '%s\n' "$said" | tail -n 20
    rm -rf "$new"; fail "git cannot check out $rev: ${said##*"$newline"}"
}
if [ -n "$large" ]; then pull_large "$new"; each pull_module; fi
[ -n "$large" ] || fresh=yes
whole "$new" || { rm -rf "$new"; fail "the release is not what the revision says"; }
if [ -d "$release" ]; then
    # What was there is not complete, or is to be made again.
    mv -T "$release" "$own/tmp/old.$rev.$$" || fail "cannot move $release away"
fi
mv -T "$new" "$release" && : >"$own/complete/$rev" && relink "revs/$rev" "$root/.in-progress" || fail "cannot write into $root/revs"
fetched
say "release made"
