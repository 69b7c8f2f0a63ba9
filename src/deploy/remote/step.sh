# Runs one step: ID TERM NUMBER NAME POLICY LISTEN SECONDS REVISION PROGRAM ARGUMENT...
# TERM: of the keeper that it is meant for. LISTEN: yes where the program may leave processes behind that hold its output.
id=$1 term=$2 number=$3 name=$4 policy=$5 listen=$6 seconds=$7 revision=$8 program=$9; shift 9
exec 3>&2 4<&0
# One that was late, or whose keeper died, is not begun: another may do the same already.
first "$own/lock/id"; { [ "$line" = "$id $term" ] && alive "$own/lock/pid"; } || { say "fenced"; exit 1; }
about="\"deploy\":\"$id\",\"step\":\"$name\",\"rev\":\"$revision\",\"number\":$number"
uptime; begun=$up
if [ "$policy" = finish ]; then
    { clock && record "$about,\"state\":\"begin\"" && kept; } || fail "cannot write $own/record.jsonl"
fi
file=$own/running/$id.$number.step
# `timeout` makes a process group of its own.
if [ "$listen" = yes ]; then
    pipe=$own/running/$id.$number.pipe
    mkfifo "$pipe" || fail "cannot write into $own/running"
    # Goes on reading when nobody listens any more, so that the step is not ended by its own words.
    {
        cat <&5 & reader=$!
        trap 'kill "$reader"; exit' TERM
        wait "$reader" || cat <&5 >/dev/null
    } 5<"$pipe" 3>&- 4<&- 2>/dev/null &
    relay=$!
    timeout -k 2 "$seconds" sh -c "$program" svcgen "$given" "$@" >"$pipe" 2>&1 <&4 &
else
    timeout -k 2 "$seconds" sh -c "$program" svcgen "$given" "$@" 2>&1 <&4 &
fi
step=$!
# Ends it at once, with its children; it may not have its group yet.
end() { kill -s KILL -- "-$step" || { kill -s KILL "$step"; kill -s KILL -- "-$step"; }; } 2>/dev/null
since "$step"
printf '%s %s %s %s %s\n' "$step" "$born" "$boot" "$policy" "$((begun + ${seconds%.*}))" >"$file"
# From here on the keeper sees it; where there is none any more, nobody would.
first "$own/lock/id"; [ "$line" = "$id $term" ] || { end; say "fenced"; exit 1; }
wait "$step"; code=$?
case $code in
# The children of a step that was ended go with it.
124 | 137 | 143) end; [ "$code" = 143 ] || say "timeout" ;;
esac
if [ "$listen" = yes ]; then
    rm -f "$pipe"
    # What a grandchild may still have to say is not waited for.
    for pause in 0.001 0.002 0.01 0.02 0.05 0.1 0.2 0.3 end; do
        kill -0 "$relay" 2>/dev/null || break
        [ "$pause" = end ] && kill "$relay" 2>/dev/null
        [ "$pause" = end ] || sleep "$pause"
    done
fi
# Should the power fail before it is on the disk, the step counts as interrupted, and is done once more.
[ "$policy" = kill ] || { clock; record "$about,\"state\":\"end\",\"code\":$code"; }
say "code $code"
exit "$code"
