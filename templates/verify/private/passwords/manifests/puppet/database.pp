# A stand-in for the private repository's.
class passwords::puppet::database {
}
