#!/bin/sh
# Bundles Lit once into static/vendor/lit.js, and writes its version, licence
# and SHA-256 beside it. Needs npm (to fetch Lit) and Go (to run esbuild).
# The result is committed: building and running posagent needs neither npm
# nor the network. The same versions give the same bytes.
#
#   vendor.sh [FOLDER ENTRY [PACKAGE@VERSION]...]
#
# Without arguments it is for the pages of the register. Another page names its
# folder, its entry file there and what it wants besides Lit.
set -eu

lit=3.3.3 lit_html=3.3.3 lit_element=4.2.2 reactive_element=2.1.2
esbuild=v0.28.2

here=$(cd "${1:-$(dirname "$0")}" && pwd) entry=${2:-lit-entry.js}
[ $# -le 2 ] && set -- || shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

cp "$here/$entry" "$work/"
cd "$work"
echo '{"private":true}' > package.json
npm install --ignore-scripts --no-audit --no-fund --no-save --save-exact \
	"lit@$lit" "lit-html@$lit_html" "lit-element@$lit_element" \
	"@lit/reactive-element@$reactive_element" "$@"
# esbuild runs as a program of its own module; go.mod of posagent stays free of it.
go run "github.com/evanw/esbuild/cmd/esbuild@$esbuild" "$entry" \
	--bundle --minify --format=esm --target=es2022 --charset=utf8 \
	--legal-comments=none --outfile=lit.js

hash=$(sha256sum lit.js | cut -d' ' -f1)
{
	echo "lit.js is a bundle of Lit for our pages, made by vendor.sh. Do not edit it."
	echo
	echo "Source:  npm lit $lit, lit-html $lit_html, lit-element $lit_element, @lit/reactive-element $reactive_element"
	for more; do echo "         npm $(echo "$more" | tr @ " ")"; done
	echo "Bundler: esbuild $esbuild"
	echo "Exports: $entry"
	echo "SHA-256: $hash"
	echo "Licence: BSD-3-Clause, as follows"
	echo
	cat node_modules/lit/LICENSE
	echo
	for more; do
		echo "Licence of ${more%@*}, as follows"
		echo
		cat "node_modules/${more%@*}/LICENSE"
	done
} > lit.txt
mkdir -p "$here/static/vendor"
cp lit.js lit.txt "$here/static/vendor/"
echo "static/vendor/lit.js: $(wc -c < lit.js) bytes, sha256 $hash"
