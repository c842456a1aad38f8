package configs

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// words is a list of words of a fixed few, each at most once.
func words[T ~string](into *[]T, known ...T) value {
	return value{want: "a list of " + either(known), show: func() string { return quoteAll(plain(*into)) },
		read: func(n *node, no no) {
			*into = nil
			each(n, no, textKind, func(item *node) {
				switch w := T(item.text); {
				case !slices.Contains(known, w):
					no(item, fmt.Sprintf("%s is not known; use %s", quote(item.text), either(known)), didYouMean(nearest(item.text, plain(known))))
				case slices.Contains(*into, w):
					no(item, quote(item.text)+" stands twice; remove one", "")
				default:
					*into = append(*into, w)
				}
			})
		}}
}

// wordsOr is words with a standard.
func wordsOr[T ~string](into *[]T, standard []T, known ...T) value {
	*into = standard
	return words(into, known...)
}

// texts is a list of texts that check accepts.
func texts(into *[]string, want string, check func(string) bool) value {
	return value{want: "a list of " + want, show: func() string { return quoteAll(*into) },
		read: func(n *node, no no) {
			*into = nil
			each(n, no, textKind, func(item *node) {
				if !check(item.text) {
					no(item, fmt.Sprintf("%s is not taken; wanted: %s", quote(item.text), want), "")
					return
				}
				*into = append(*into, item.text)
			})
		}}
}

// publicKeys is a list of at most so many Ed25519 public keys.
func publicKeys(into *[]string, most int) value {
	const want = "Ed25519 public keys, each as 64 hexadecimal digits or in base64"
	v := texts(into, want, func(s string) bool {
		raw, err := hex.DecodeString(s)
		if err != nil || len(raw) != ed25519.PublicKeySize {
			raw, err = base64.StdEncoding.Strict().DecodeString(s)
		}
		return err == nil && len(raw) == ed25519.PublicKeySize
	})
	v.want = fmt.Sprintf("a list of at most %d %s", most, want)
	read := v.read
	v.read = func(n *node, no no) {
		if n.kind == listKind && len(n.items) > most {
			no(n, fmt.Sprintf("%d keys are too many: the current one and the next are pinned, and no other", len(n.items)), "")
			return
		}
		read(n, no)
	}
	return v
}

// waits is a list of lengths of time.
func waits(into *[]time.Duration, standard []time.Duration) value {
	*into = standard
	show := func() string {
		texts := make([]string, len(*into))
		for i, d := range *into {
			texts[i] = short(d)
		}
		return quoteAll(texts)
	}
	return value{want: "a list of times such as \"500ms\" or \"3s\"", show: show,
		read: func(n *node, no no) {
			*into = nil
			each(n, no, textKind, func(item *node) {
				if d, ok := readWait(item, no); ok {
					*into = append(*into, d)
				}
			})
		}}
}

// each goes through a list whose items are all of one kind.
func each(n *node, no no, want kind, do func(*node)) {
	if n.kind != listKind {
		no(n, wrongKind(n, "a list in [ ]"), "")
		return
	}
	for _, item := range n.items {
		if item.kind != want {
			no(item, wrongKind(item, "text in quotes"), "")
			continue
		}
		do(item)
	}
}
