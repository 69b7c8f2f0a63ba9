# Looks whether the service that answered still does, and changes nothing: PORT
port=$1
[ "$port" = 0 ] || port=${SVCGEN_PORT:-$port}
still "$port"
exit 0
