#!/bin/sh
# Makes .venv with the newest Python that suits and installs the named list in it, when the list changed.
# Usage: scripts/prepare.sh requirements.txt | requirements-deploy.txt | requirements-dev.txt | requirements-bench.txt   (PYTHON=... for another, VENV=... elsewhere)
# Every refusal is one sentence that says what to do.
set -eu
cd "$(dirname "$0")/.."
list=$1
venv=${VENV:-.venv}
venv_python=$venv/bin/python
export PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

refuse() {
    printf '%s\n' "$1" >&2
    exit 1
}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_environments() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# A command may be there and still not run (a pyenv shim of a version that is not chosen), so each is tried.
choose_python() {
    if [ -n "${PYTHON:-}" ]; then candidates=$PYTHON; else candidates="python3.14 python3.13 python3.12 python3.11 python3 python"; fi
    too_old='' without_venv=''
    for candidate in $candidates; do
        found=$(version_of "$candidate") || continue
        if ! is_new_enough "$candidate"; then
            too_old="Python 3.11 or newer is needed and $candidate is Python $found"
        elif ! makes_environments "$candidate"; then
            : "${without_venv:=$candidate}"
        else
            chosen=$candidate
            return
        fi
    done
    [ -z "$without_venv" ] || refuse "$without_venv cannot make a virtual environment because its module ensurepip is missing: install it first (Debian, Ubuntu: apt-get install python3-venv)."
    [ -z "$too_old" ] || refuse "$too_old: install a newer one, or name one with PYTHON=/path/to/python3."
    refuse "No Python was found (tried: $candidates): install Python 3.11 or newer, or name one with PYTHON=/path/to/python3."
}

# Asked before anything else: a checkout of somebody else would otherwise end in a traceback of pip.
for place in . "$venv" instance static; do
    if [ -e "$place" ] && [ ! -w "$place" ]; then
        refuse "No permission to write in $(cd "$place" && pwd): become its owner, or clone the project into a folder of your own."
    fi
done

if "$venv_python" -c '' 2>/dev/null; then
    wanted=$(version_of "${PYTHON:-$venv_python}") || refuse "PYTHON=${PYTHON:-} does not run: name a Python 3.11 or newer."
    [ "$(version_of "$venv_python")" = "$wanted" ] && usable=yes || usable=no
else
    usable=no
fi

# The copy of the list inside .venv is the stamp: equal content and nothing lost since, nothing to do. What lost files
# is made anew, because pip takes the word of its own records and would repair nothing.
if [ "$usable" = yes ] && cmp -s "$list" "$venv/installed-$list"; then
    if "$venv_python" scripts/installed.py "$list"; then exit 0; fi
    usable=no
fi

if [ "$usable" = no ] || ! "$venv_python" -m pip --version >/dev/null 2>&1; then
    choose_python
    echo "Making $venv with Python $(version_of "$chosen")."
    "$chosen" -m venv --clear "$venv" || refuse "$chosen could not make a virtual environment in $(pwd)/$venv: the reason is in the lines above."
fi

echo "Installing the packages of $list; the first time this takes about a minute."
# The list is complete and says every version, so pip need not look for more: an older pip would reach for the newest release
# of what is wanted "with extras" and then refuse it for want of a hash. `pip check` shows that nothing is missing.
"$venv_python" -m pip install -qq --no-deps --require-hashes --only-binary=:all: -r "$list" ||
    refuse "Installing the packages of $list failed for the reason above: check the connection to the package index and the room on the disk, then type the same command again."
"$venv_python" -m pip check >/dev/null || refuse "The packages of $list do not fit together: run $venv_python -m pip check, and make lock."

cp "$list" "$venv/installed-$list"
# The other lists hold the list for running in the same versions.
case $list in requirements.txt | requirements-load.txt | requirements-audit.txt) ;; *) cp requirements.txt "$venv/installed-requirements.txt" ;; esac
