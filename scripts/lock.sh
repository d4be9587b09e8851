#!/bin/sh
# Writes the lists requirements*.txt from pyproject.toml: exact versions with hashes, one list for Python 3.11 to 3.14.
# Keeps the versions that still fit; `scripts/lock.sh --upgrade` takes the newest that fit.
set -eu
cd "$(dirname "$0")/.."
if ! command -v uv >/dev/null 2>&1; then
    .venv/bin/python -m pip install -qq uv || { echo "uv, which writes the lists, could not be installed." >&2; exit 1; }
    PATH="$PWD/.venv/bin:$PATH"
fi
# No header and no addresses: the lists say what is installed, not where this machine got it.
compile() {
    uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-config \
        --no-emit-index-url --no-emit-find-links "$@"
}
compile "$@" pyproject.toml -o requirements.txt
compile "$@" pyproject.toml --group deploy -c requirements.txt -o requirements-deploy.txt
compile "$@" pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
compile "$@" pyproject.toml --group bench -c requirements.txt -o requirements-bench.txt
# Apart from the rest: they share no environment with us.
compile "$@" --group load -o requirements-load.txt
compile "$@" --group audit -o requirements-audit.txt
