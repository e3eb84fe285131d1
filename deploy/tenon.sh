#!/bin/sh
# The command line inside the image of the API: `docker compose exec api tenon doctor`.
exec node --enable-source-maps /tenon/dist/apps/cli/main.js "$@"
