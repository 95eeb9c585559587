#!/bin/sh
# sh certificates.sh SITE.env OUT: a certificate authority of your own and a certificate for each machine, good for ten
# years. Not needed where you have an authority already; then give each certificate the names below.
set -eu
umask 077
site=$1 out=$2
value() { sed -n "s/^$1=//p" "$site"; }
key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'

mkdir -p "$out"
# shellcheck disable=SC2086
[ -f "$out/ca.crt" ] || openssl req -x509 $key -days 3650 -subj '/CN=Houselights database' \
    -keyout "$out/ca.key" -out "$out/ca.crt" 2>/dev/null
for number in 1 2 3; do
    name=$(value "NAME_$number")
    mkdir -p "$out/$name"
    # Its own address, and the name that all three share: whoever is reached through HAProxy is asked for that one.
    printf 'basicConstraints=CA:FALSE\nsubjectAltName=DNS:%s,DNS:houselights-db,IP:%s\n' \
        "$name" "$(value "ADDRESS_$number")" >"$out/$name/names"
    # shellcheck disable=SC2086
    openssl req $key -subj "/CN=$name" -keyout "$out/$name/server.key" -out "$out/$name/request" 2>/dev/null
    openssl x509 -req -days 3650 -in "$out/$name/request" -CA "$out/ca.crt" -CAkey "$out/ca.key" -CAcreateserial \
        -extfile "$out/$name/names" -out "$out/$name/server.crt" 2>/dev/null
    rm "$out/$name/request" "$out/$name/names"
    echo "$out/$name/server.crt, server.key  on $name in /etc/patroni/tls, owner postgres, mode 0600"
done
echo "$out/ca.crt  to each node of Houselights; $out/ca.key to a safe place that is none of these machines"
