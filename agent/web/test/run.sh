#!/bin/sh
# Browser tests of the pages, against the real programs that `posctl demo`
# starts. Installs what is missing where it can (npm packages, Node 22 beside
# the tests; chromium and fonts with apt when root). Where it cannot, it says
# in one line what is missing: SKIP, or a failure when CI is set.
# Arguments are passed on to `node --test`, such as one file.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
cd "$here"

missing() {
	echo "SKIP browser tests: $1" >&2
	if [ -n "${CI:-}" ]; then exit 1; fi
	exit 0
}

# apt packages, for root only.
install() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
	apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 ||
		{ apt-get update -q >/dev/null 2>&1 && apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1; }
}

command -v npm >/dev/null || install nodejs npm || missing "npm is not here: apt-get install nodejs npm"
CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
[ -x "$CHROMIUM" ] || install chromium || missing "chromium is not here: apt-get install chromium"
command -v fc-list >/dev/null || install fontconfig || missing "fontconfig is not here: apt-get install fontconfig"
fc-list | grep -q "BIZ UDPGothic" || install fonts-morisawa-bizud-gothic ||
	fc-list | grep -q "Noto Sans CJK JP" || install fonts-noto-cjk ||
	missing "no Japanese font is here: apt-get install fonts-morisawa-bizud-gothic"

[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --loglevel=error ||
	missing "npm ci could not fetch playwright-core and axe: is a package registry reachable?"

# Node 22 or newer: the machine's own, or one beside the tests.
node=$(command -v node || true)
case $("${node:-false}" --version 2>/dev/null) in
v2[2-9].* | v[3-9][0-9].*) ;;
*)
	node=$here/.node/node_modules/node/bin/node
	if [ ! -x "$node" ]; then
		mkdir -p .node && echo '{"private":true}' >.node/package.json
		npm install --prefix .node --no-save --no-package-lock --no-audit --no-fund --loglevel=error node@22 ||
			missing "Node 22 is not here, and npm could not fetch it"
	fi
	;;
esac

if [ -z "${POSAGENT_BIN:-}" ] && { [ ! -x "$root/bin/posctl" ] || [ ! -x "$root/bin/posagent" ] || [ ! -x "$root/bin/walletd" ]; }; then
	(cd "$root" && go build -o bin/ ./cmd/posagent ./cmd/walletd ./cmd/posctl)
fi
export CHROMIUM
[ $# -gt 0 ] || set -- ./*.test.js
# Three files at a time: they wait for wallets and people far more than they work.
exec "$node" --test --test-reporter=spec --test-concurrency=3 --test-timeout=600000 "$@"
