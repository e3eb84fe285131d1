#!/bin/sh
# Makes the namespace of Tenon, which keeps finished runs for 30 days; may run again.
set -eu
temporal operator namespace describe tenon > /dev/null 2>&1 || temporal operator namespace create --retention 30d tenon
temporal operator namespace update --retention 30d tenon
# A server takes some seconds until all of its parts know a new namespace.
tries=0
until temporal workflow count --namespace tenon; do
  tries=$((tries + 1))
  [ "$tries" -lt 20 ]
  sleep 2
done
