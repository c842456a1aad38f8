package configs

import (
	"fmt"
	"strings"

	"github.com/posagent/posagent/agent/charge"
)

// Reference is the table of all settings for docs/reference/config.md.
func Reference() (string, error) {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Made from the code that reads the configuration: go test ./configs -update -->

The register reads ` + "`/etc/posagent/posagent.toml`" + ` and then every ` + "`conf.d/*.toml`" + ` beside it, in the order of their names.
A later file wins key by key. A list of values is replaced as a whole. Sections in double brackets are joined by their
id: a later file changes the keys it names and leaves the others, and a new id is a new section.

Nothing unknown is accepted: a misspelt key, a wrong type, a value out of range or a missing one stops the start with
exit code 2, and ` + "`posctl config check`" + ` tells all of it at once, each with file, line and column (in characters).

The register itself writes one file, ` + "`conf.d/90-posagent.toml`" + `, when settings are changed by its API or ` + "`posctl config apply`" + `: those of ` + "`device`, `roles`, `drawer`" + ` and ` + "`receipt`" + `. A later file wins over it, and a value that one sets is refused there. As long
as a change waits to be confirmed, ` + "`90-posagent.toml.before`" + ` holds what stood there; at a start it is put back.

Secrets do not stand in the configuration. Keys and certificates are named by file; PINs are argon2id hashes and tokens
SHA-256 hashes. Times are written as "500ms", "3s" or "1m30s".

## The register: posagent.toml
`)
	reference(&b, "", new(Config).settings())
	b.WriteString("\n### Terms of wallets\n\nWhat `terms` of a wallet stands for; where each value comes from is said in configs/terms.toml.\n\n")
	if err := referTerms(&b); err != nil {
		return "", err
	}
	b.WriteString("\n## The wallet daemon: walletd.toml\n\nOne file; conf.d is not read.\n")
	reference(&b, "", new(Wallet).settings())
	b.WriteString("\n## Profiles of devices\n\nThe `profile` of a device is one of these, or the path of a file of your own with the keys below.\n\n")
	b.WriteString("| profile | kind | model |\n|---|---|---|\n")
	infos, err := Profiles()
	if err != nil {
		return "", err
	}
	for _, p := range infos {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.Name, p.Kind, cell(p.Model))
	}
	var p anyProfile
	b.WriteString("\n### Printers: kind = \"printer\"\n")
	reference(&b, "", p.printer.settings())
	b.WriteString("\n### Scanners: kind = \"scanner\"\n")
	reference(&b, "", scannerSettings(&p.scanner))
	b.WriteString("\n### Customer displays: kind = \"display\"\n")
	reference(&b, "", displaySettings(&p.display))
	return b.String(), nil
}

// referTerms is the table of the terms that come with the program.
func referTerms(b *strings.Builder) error {
	b.WriteString("| key |")
	rule, values := "|---|", map[string]string{}
	for _, name := range termsNames {
		terms, err := Terms(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, " `%s` |", name)
		rule += "---|"
		for _, s := range new(WalletLink).patience(terms) {
			values[s.key] += " " + cell(s.value.show()) + " |"
		}
	}
	b.WriteString("\n" + rule + "\n")
	for _, s := range new(WalletLink).patience(charge.Standard()) {
		fmt.Fprintf(b, "| `%s` |%s\n", s.key, values[s.key])
	}
	return nil
}

func reference(b *strings.Builder, path string, settings []setting) {
	if hasPlain(settings) {
		b.WriteString("\n| key | takes | default | meaning |\n|---|---|---|---|\n")
	}
	for _, s := range settings {
		if s.table != nil || s.rows != nil {
			continue
		}
		standard := "`" + s.value.show() + "`"
		if s.required {
			standard = "required"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", s.key, cell(s.value.want), cell(standard), cell(s.about))
	}
	for _, s := range settings {
		key := join(path, s.key)
		switch {
		case s.table != nil:
			fmt.Fprintf(b, "\n### [%s]\n\n%s\n", key, s.about)
			reference(b, key, s.table)
		case s.rows != nil:
			fmt.Fprintf(b, "\n### [[%s]]\n\n%s Known by its `%s`.\n", key, s.about, s.rows.by)
			reference(b, key, s.rows.sample())
		}
	}
}

func hasPlain(settings []setting) bool {
	for _, s := range settings {
		if s.table == nil && s.rows == nil {
			return true
		}
	}
	return false
}

func cell(text string) string {
	return strings.NewReplacer("\n", " ", "|", "\\|").Replace(text)
}
