# Ends where the process that opened the port $1 is not one of those that listen there any more. Where no port is known, or none was
# seen to open, there is nothing to tell.
still() {
    [ "$1" != 0 ] && first "$own/running/socket" || return 0
    case " $(echo $(listening "$1")) " in
    *" $line "*) ;;
    *) fail "the service on port $1 stopped after it had answered" ;;
    esac
}
