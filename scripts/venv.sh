#!/bin/sh
# Makes .venv with the given Python (3.11 or later), and says what to do where that cannot be done.
set -eu
python=$1
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
	echo "Samovar needs Python 3.11 or later; '$python' is not. Try: make up PYTHON=python3.12" >&2
	exit 1
}
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
	# Debian and Ubuntu keep it in a package of its own.
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "Installing python3-venv ..."
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
	else
		echo "Python's venv module is missing; as root: apt-get install python3-venv" >&2
		exit 1
	fi
fi
[ -x .venv/bin/python ] || { echo "Making .venv ..."; "$python" -m venv .venv; }
