# Looks whether the services that were handled here still run, and changes nothing: PORT
port=$1
[ "$port" = 0 ] || port=${SVCGEN_PORT:-$port}
still "$port"
exit 0
