#!/bin/sh
# sh fill.sh SITE.env OUT: makes from the templates beside it what each machine gets, and says where it goes.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
site=$1 out=$2

value() {
    found=$(sed -n "s/^$1=//p" "$site")
    case $found in
        '') echo "fill.sh: $site says nothing for $1" >&2; exit 1 ;;
        *[!A-Za-z0-9./:-]*) echo "fill.sh: $1 in $site may hold letters, digits and . / : - only" >&2; exit 1 ;;
    esac
    printf '%s' "$found"
}

names='NAME_1 NAME_2 NAME_3 ADDRESS_1 ADDRESS_2 ADDRESS_3 NETWORK SUPERUSER_PASSWORD REPLICATION_PASSWORD
       HOUSELIGHTS_PASSWORD REST_PASSWORD'
edits=$(for name in $names; do given=$(value "$name") || exit 1; printf 's|@%s@|%s|g\n' "$name" "$given"; done)

fill() { sed -e "$edits" -e "s|@NAME@|$name|g" -e "s|@ADDRESS@|$address|g" "$here/$1" >"$2"; }

for number in 1 2 3; do
    name=$(value "NAME_$number") address=$(value "ADDRESS_$number")
    mkdir -p "$out/$name"
    fill etcd.env "$out/$name/etcd"
    fill patroni.yml "$out/$name/config.yml"
    echo "$out/$name/etcd        on $name as /etc/default/etcd"
    echo "$out/$name/config.yml  on $name as /etc/patroni/config.yml"
done
fill haproxy.cfg "$out/haproxy.cfg"
fill database.sql "$out/database.sql"
echo "$out/haproxy.cfg     where Houselights runs as /etc/haproxy/haproxy.cfg (only if HAProxy is wanted)"
echo "$out/database.sql    run once on the primary, when all three are up"
