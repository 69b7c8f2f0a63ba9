# Restarts, starts or stops services, and waits for the port: PORT SECONDS VALID-ONLY SECONDARY-FILE SERVICE=ACTION[:disable-secondary]...
port=$1 seconds=$2 valid=$3 secondary=$top$4; shift 4
[ "$port" = 0 ] || port=${SVCGEN_PORT:-$port}
log=$own/running/service
# What answered before is not what is to answer from now on.
rm -f "$own/running/socket" "$own/running/units"
before=; [ "$port" = 0 ] || before=$(echo $(listening "$port"))
fresh=no closes=no off=no handled=
taken() { fail "another process has the port $port: something listens on it, and $name does not run"; }
# Ends where none of the services runs any more.
over() {
    [ -z "$(listening "$port")" ] || taken
    unstarted "$name was started and has ended by itself, before it opened port $port"
}
# Whether nothing of what is started runs; what was found out here is left as it is.
dead() { ( PATH=$PATH:/usr/sbin:/sbin; idle "$@" ); }
# Ends a start that did not succeed, with what the services wrote.
unstarted() { words "$started_at" $handled; fail "$1"; }
# Ends with the reason why it was not done, as far as it is known by its words.
refused() {
    asked="\`/usr/sbin/service $name $action\`" whom="ask who runs this host; \`svcgen request access\` is the text"
    case $1 in
    *"password is required"*) fail "sudo asks $(id -un) for a password for $asked: $whom" ;;
    *"not allowed to execute"* | *"may not run sudo"*) fail "sudo does not allow $(id -un) $asked: $whom" ;;
    *"unrecognized service"* | *"could not be found"* | *" not found."* | *" not loaded."*)
        # The same is said of a unit that cannot be read, and of one that cannot be reloaded.
        known "$name" </dev/null 3>&- ||
            fail "there is no service $name here: look at \`service_name\`, or ask whether Puppet has run"
        [ "$action" != reload ] ||
            fail "$name cannot be reloaded, its unit has no \`ExecReload\`: \`$name\` instead of \`$name=reload\` restarts it" ;;
    esac
    case $action in
    restart | start) handled=$name; unstarted "$name: $action failed (exit code $code): ${1%.}" ;;
    *) fail "$name: $action failed (exit code $code): ${1%.}" ;;
    esac
}
started_at=$(date +%s)
for each; do
    unit "$each"
    case $action in
    none) printf '%s: no such service here\n' "$name"; continue ;;
    disable)
        printf '%s: stopped, this is a secondary host\n' "$name"
        { sudo -n /usr/sbin/service "$name" stop && sudo -n /bin/systemctl disable "$name"; } >"$log" 2>&1 </dev/null 3>&-
        code=$?; cat "$log"; [ "$code" = 0 ] || fail "$name cannot be stopped (exit code $code)"; off=yes; continue ;;
    esac
    # What does not run cannot be what listens.
    [ -z "$before" ] || [ "$action" != start ] || ! dead "$@" || taken
    # Into a file: a service that keeps its starter's output open must not be ended by that, nor hold svcgen up.
    sudo -n /usr/sbin/service "$name" "$action" >"$log" 2>&1 </dev/null 3>&-
    code=$?; [ ! -s "$log" ] || head -c 65536 "$log"
    [ "$code" = 0 ] || refused "$(tail -n 1 "$log")"
    printf '%s: %s\n' "$name" "$action"
    case $action in restart) fresh=yes ;; stop) closes=yes; continue ;; esac
    handled="$handled $name"
done
note_runs "$port" $handled
# One that ends right after its start has not succeeded, and no port tells of it. The last look is what is compared with later:
# a script may know only by then that the service runs.
settle() {
    for _ in 1 2 3; do
        [ -s "$own/running/units" ] || return 0
        sleep 1; each_run goes_on
    done
    knows || note_runs "$port" $handled
}
# Where the service is off on purpose, nobody opens the port.
if [ "$port" = 0 ] || { [ "$off" = yes ] && [ "$fresh" = no ]; }; then settle; exit 0; fi
# Ends where systemd starts a service over and over. Once may be: what it needs was not there yet.
loops() {
    knows || return 0
    look_at "$unit_"; count
    if [ "$starts_" = - ] && [ "$began" != - ]; then
        # One that counts no starts is old: each has a time of its own.
        case "$seen " in *" $unit_:$began "*) ;; *) seen="$seen $unit_:$began" ;; esac
        again=-1; for start in $seen; do case $start in "$unit_:"*) again=$((again + 1)) ;; esac; done
    fi
    [ "$way" != again ] || again=$((again + 1))
    [ "$again" -lt 2 ] || unstarted "$unit_ was started and ends by itself over and over$why: systemd starts it again each time, and it did not open port $port"
}
uptime; until=$((up + ${seconds%.*} + 1))
while [ "$closes" = yes ]; do
    if [ -z "$(listening "$port")" ]; then printf 'port %s is closed\n' "$port"; exit 0; fi
    uptime; [ "$up" -lt "$until" ] || fail "something still listens on port $port after $seconds s"
    sleep 0.1
done
rounds=0 ended=0 seen=
while :; do
    for socket in $(listening "$port"); do
        case " $before " in *" $socket "*) [ "$fresh" = no ] || continue ;; esac
        printf '%s\n' "$socket" >"$own/running/socket"
        printf 'port %s is open\n' "$port"
        case ${handled# } in *' '*) settle ;; esac
        exit 0
    done
    uptime; [ "$up" -lt "$until" ] || break
    # A process that has ended will not have the port: three looks, as one may fall between its end and its next start.
    rounds=$((rounds + 1))
    if [ "$((rounds % 5))" = 0 ]; then
        each_run loops
        if started=yes dead "$@" && { [ -n "$(listening "$port")" ] || knows; }; then
            ended=$((ended + 1)); [ "$ended" -lt 3 ] || over
        else ended=0; fi
    fi
    sleep 0.1
done
if [ -n "$(listening "$port")" ]; then
    started=yes
    ! dead "$@" || taken
    unstarted "the process on port $port is still the old one after $seconds s"
fi
unstarted "port $port did not open within $seconds s"
