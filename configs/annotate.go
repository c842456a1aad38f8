package configs

import (
	"fmt"
	"strings"
)

// Default is the complete configuration of a register with a comment on every
// key: what it means, what it takes, and what it is when it is left alone.
// Lines that begin with # and no space are settings that wait to be used.
func Default() string {
	return annotated(`# posagent: the configuration of a register.
#
# A line "#key = value" shows what holds when nothing is written; take away the
# # to change it. Lines without # must be filled in. Further files are read
# from conf.d/*.toml beside this one, in the order of their names: a later file
# wins key by key, and sections such as [[wallet]] with the same id are one.
# "posctl config check" tells all mistakes at once; "posctl config show
# --origin" tells where each value comes from.
`, new(Config).settings())
}

// DefaultWallet is the same for the wallet daemon.
func DefaultWallet() string {
	return annotated(`# walletd: the configuration of the reference wallet.
#
# A line "#key = value" shows what holds when nothing is written; take away the
# # to change it. Lines without # must be filled in.
`, new(Wallet).settings())
}

func annotated(head string, settings []setting) string {
	var b strings.Builder
	b.WriteString(head)
	annotate(&b, "", settings, false)
	return b.String()
}

// annotate writes plain keys first, for in TOML they end at the next header.
func annotate(b *strings.Builder, path string, settings []setting, optional bool) {
	for _, s := range settings {
		if s.table == nil && s.rows == nil {
			annotateKey(b, s, optional)
		}
	}
	for _, s := range settings {
		key := join(path, s.key)
		switch {
		case s.table != nil:
			fmt.Fprintf(b, "\n%s[%s]\n", comment(s.about), key)
			annotate(b, key, s.table, optional)
		case s.rows != nil:
			fmt.Fprintf(b, "\n%s#[[%s]]\n", comment(s.about), key)
			annotate(b, key, s.rows.sample(), true)
		}
	}
}

func annotateKey(b *strings.Builder, s setting, optional bool) {
	b.WriteString(comment(s.about))
	switch {
	case optional && s.sample != "":
		fmt.Fprintf(b, "#%s = %s\n", s.key, s.sample)
	case s.required:
		fmt.Fprintf(b, "# Required: %s; such as %s\n%s = \"\"\n", s.value.want, s.sample, s.key)
	default:
		fmt.Fprintf(b, "#%s = %s\n", s.key, s.value.show())
	}
}

func comment(about string) string {
	return "# " + strings.ReplaceAll(about, "\n", "\n# ") + "\n"
}
