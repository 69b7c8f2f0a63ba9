# Goes back to before there was any release: SERVICE...
rm -f "$root/current" "$root/.done" "$root/.in-progress" "$root/.config" || fail "cannot remove $root/current"
[ ! -L "$final" ] || rm -f "$final" || fail "cannot remove $final"
for name; do
    sudo -n /usr/sbin/service "$name" stop >/dev/null 2>&1 </dev/null 3>&- || printf '%s could not be stopped\n' "$name"
done
printf 'nothing is live, as before\n'
exit 0
