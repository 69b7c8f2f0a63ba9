# Runs a check: REVISION TYPE SHELL NRPE-FOLDER COMMAND [WORD...]; the words are those of COMMAND.
rev=$1 type=$2 shell=$3 nrpe=$top$4 command=$5; shift 5
SCAP_FINAL_PATH=$final SCAP_REV_PATH=$root/revs/$rev SCAP_REVS_DIR=$root/revs
export SCAP_FINAL_PATH SCAP_REV_PATH SCAP_REVS_DIR
! leads "$root/current" || export SCAP_CURRENT_REV_DIR="$end"
! leads "$root/.done" || export SCAP_DONE_REV_DIR="$end"
cd "$root" || fail "$root is not there"
case $type in
command)
    if [ "$shell" = yes ]; then exec sh -c "$command" 3>&- </dev/null; fi
    command -v "$1" >/dev/null 2>&1 || fail "there is no command $1 on this host"
    exec "$@" 3>&- </dev/null ;;
nrpe)
    # The last of that name counts, as it does for NRPE.
    line=$(find "$nrpe/" -maxdepth 1 -type f -exec cat {} + 2>/dev/null | name=$command awk '
        BEGIN { head = "command[" ENVIRON["name"] "]" }
        { sub(/^[ \t]+/, "") }
        index($0, head) == 1 { rest = substr($0, length(head) + 1); if (sub(/^[ \t]*=[ \t]*/, "", rest)) line = rest }
        END { print line }')
    [ -n "$line" ] || fail "no file of $nrpe defines command[$command]"
    exec sh -c "$line" 3>&- </dev/null ;;
script)
    script=$root/revs/$rev/scap/scripts/$command
    [ -x "$script" ] || fail "$script is not an executable"
    exec "$script" 3>&- </dev/null ;;
esac
fail "a check of the type $type is not known"
