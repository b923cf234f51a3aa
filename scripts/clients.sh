#!/bin/sh
# Installs the clients, scanners and browser that the tests use, where that is ours to do (root on Debian or Ubuntu).
set -eu
missing=
for package in "$@"; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "Installing$missing ..."
	apt-get update -qq
	# Servers are wanted as peers that tests start themselves: none shall begin to listen here.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
		trap 'rm -f "$policy"' EXIT
	fi
	# shellcheck disable=SC2086 # a list of package names
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
	case " $missing " in *" openssh-server "*) systemctl disable --quiet ssh 2>/dev/null || true ;; esac
else
	echo "Tests that need them are skipped; to run all, as root: apt-get install$missing" >&2
fi
