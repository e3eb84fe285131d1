#!/bin/sh
# Makes the namespace of Tenon and what its runs are found by; may run again.
set -eu
temporal operator namespace describe tenon > /dev/null 2>&1 || temporal operator namespace create --retention 30d tenon
temporal operator namespace update --retention 30d tenon
# A server takes some seconds until all of its parts know a new namespace.
for attribute in TenonTeamId TenonAppId; do
  tries=0
  until temporal operator search-attribute create --namespace tenon --name "$attribute" --type Keyword; do
    tries=$((tries + 1))
    [ "$tries" -lt 20 ]
    sleep 2
  done
done
