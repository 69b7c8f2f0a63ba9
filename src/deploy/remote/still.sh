# Ends where the services that were handled here do not run on: where the process that opened the port $1 is not one of those that
# listen there any more, or where one has ended since. Where no port is known, or none was seen to open, it tells nothing.
still() {
    if [ "$1" != 0 ] && first "$own/running/socket"; then
        case " $(echo $(listening "$1")) " in
        *" $line "*) ;;
        *) each_run wrote; fail "the service on port $1 stopped after it had answered" ;;
        esac
    fi
    each_run goes_on
}
