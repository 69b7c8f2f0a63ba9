# How the services run that were handled here, so that an end is seen which no port tells of. systemd numbers the runs of a unit,
# and counts those that it began by itself; without it the script of a service says whether it runs.

# Whether it is known here when a service has ended. The script of one may say so of one that has yet to write its pid.
knows() { [ -n "$top" ] || [ -d /run/systemd/system ]; }
# How a service is now: `way` is up, ended, again (it has ended, and systemd is about to start it), done (it has ended as it is
# meant to) or unknown; `run` and `starts` are the number of its run and how often systemd began one, `-` where that does not
# tell; `began` is when its process began, which an old systemd tells as well; `why` is the way in which it ended.
look_at() {
    way=unknown run=- starts=- began=- why= result=success
    if ! knows; then
        (PATH=$PATH:/usr/sbin:/sbin; service "$1" status) >/dev/null 2>&1 </dev/null 3>&-
        case $? in 0) way=up ;; 1 | 2 | 3) way=ended ;; esac
        return
    fi
    active= sub= type= triggers=
    shown=$(systemctl show "$1" -p Type,Result,NRestarts,InvocationID,ExecMainStartTimestampMonotonic,ActiveState,SubState,TriggeredBy 2>/dev/null </dev/null 3>&-)
    while IFS='=' read -r key value; do
        case $key in
        Type) type=$value ;;
        Result) result=${value:-success} ;;
        NRestarts) starts=${value:--} ;;
        InvocationID) run=${value:--} ;;
        ExecMainStartTimestampMonotonic) began=${value:--} ;;
        ActiveState) active=$value ;;
        SubState) sub=$value ;;
        TriggeredBy) triggers=$value ;;
        esac
    done <<X
$shown
X
    [ "$began" != 0 ] || began=-
    [ "$run" != - ] || run=$began
    [ "$result" = success ] || why=" ($result)"
    # What is started when it is needed, and ends when it is done, has a new run each time.
    case $type,$triggers in oneshot,* | *,?*) run=- ;; esac
    case $active,$sub in
    active,* | reloading,* | refreshing,*) way=up ;;
    activating,auto-restart*) way=again ;;
    activating,*) way=up ;;
    failed,*) way=ended ;;
    inactive,* | deactivating,*)
        case $result,$type,$triggers in success,oneshot,* | success,*,?*) way=done ;; *) way=ended ;; esac ;;
    esac
}
# Keeps how services are, to be compared with: PORT SERVICE... The script of a single one tells less than its port.
note_runs() {
    beside=$1; shift
    : >"$own/running/units" || fail "cannot write into $own/running"
    knows || [ "$beside" = 0 ] || [ $# -gt 1 ] || return 0
    for each; do
        look_at "$each"
        printf '%s %s %s %s %s\n' "$each" "$way" "$run" "$starts" "$started_at" >>"$own/running/units"
    done
}
# Does something for each service that was kept, with what was: `unit_`, `way_`, `run_`, `starts_`, and `at_`, when that was.
each_run() {
    [ -s "$own/running/units" ] || return 0
    while read -r unit_ way_ run_ starts_ at_; do "$@"; done <"$own/running/units"
}
# The last that services wrote since they were started: SINCE SERVICE... svcgen shows it with the failure. Where nobody may read
# the journal it is empty.
words() {
    at=$1; shift
    for each; do
        journalctl -q --no-pager -o cat -n 20 "--since=@$at" "_SYSTEMD_UNIT=$each.service" 2>/dev/null </dev/null 3>&- |
            while IFS= read -r line || [ -n "$line" ]; do say "wrote $each: $line"; done
    done
}
wrote() { words "$at_" "$unit_"; }
# `again` is how often systemd has begun a run since, as far as it tells.
count() {
    case $starts$starts_ in *[!0-9]*) again=0 ;; *) again=$((starts - starts_)) ;; esac
}
# Ends where a service does not run on as it did.
goes_on() {
    look_at "$unit_"; count
    lost= ended="$unit_ was started and has ended by itself$why"
    case $way,$run,$run_ in
    ended,*) ! knows && [ "$way_" != up ] || lost=$ended ;;
    again,*) lost="$ended: systemd starts it again" ;;
    *,-,* | *,*,-) ;;
    *) [ "$run" = "$run_" ] || lost="$unit_ is not the one that was started: it has ended, or somebody else has started it since" ;;
    esac
    [ "$again" -le 0 ] || lost="$ended: systemd has started it again"
    [ -z "$lost" ] || { wrote; fail "$lost"; }
}
