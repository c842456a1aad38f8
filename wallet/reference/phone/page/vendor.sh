#!/bin/sh
# Bundles Lit and uqr (QR codes) once into static/vendor/lit.js, and writes their
# versions, licences and the SHA-256 beside it. Needs npm (to fetch them) and Go
# (to run esbuild). The result is committed: building needs neither. The same
# versions give the same bytes.
set -eu

lit=3.3.3 lit_html=3.3.3 lit_element=4.2.2 reactive_element=2.1.2 uqr=0.1.2
esbuild=v0.28.2

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

cp "$here/entry.js" "$work/"
cd "$work"
echo '{"private":true}' > package.json
npm install --ignore-scripts --no-audit --no-fund --no-save --save-exact \
	"lit@$lit" "lit-html@$lit_html" "lit-element@$lit_element" \
	"@lit/reactive-element@$reactive_element" "uqr@$uqr"
# esbuild runs as a program of its own module; go.mod of posagent stays free of it.
go run "github.com/evanw/esbuild/cmd/esbuild@$esbuild" entry.js \
	--bundle --minify --format=esm --target=es2022 --charset=utf8 \
	--legal-comments=none --outfile=lit.js

hash=$(sha256sum lit.js | cut -d' ' -f1)
{
	echo "lit.js is a bundle of Lit and uqr for the phone's page, made by vendor.sh. Do not edit it."
	echo
	echo "Source:  npm lit $lit, lit-html $lit_html, lit-element $lit_element, @lit/reactive-element $reactive_element, uqr $uqr"
	echo "Bundler: esbuild $esbuild"
	echo "Exports: entry.js"
	echo "SHA-256: $hash"
	echo "Licence of Lit: BSD-3-Clause, as follows"
	echo
	cat node_modules/lit/LICENSE
	echo
	echo "Licence of uqr: MIT, as follows"
	echo
	cat node_modules/uqr/LICENSE
} > lit.txt
cp lit.js lit.txt "$here/static/vendor/"
echo "static/vendor/lit.js: $(wc -c < lit.js) bytes, sha256 $hash"
