#!/bin/sh
# Installs from npm what the tests check pages with (axe-core, vnu-jar). It never fails: without it the tests that need
# these say NOT RUN, and in CI they fail.
set -eu
cd "$(dirname "$0")/.."
if cmp -s package-lock.json node_modules/.installed-package-lock.json; then exit 0; fi
if ! command -v npm >/dev/null 2>&1; then exit 0; fi
if npm ci --ignore-scripts --loglevel=error --fetch-retries=1 --fetch-timeout=20000 >/dev/null; then
    cp package-lock.json node_modules/.installed-package-lock.json
else
    echo "npm could not fetch the packages that check pages: those tests will not run." >&2
fi
