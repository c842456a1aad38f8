// Package mail brings short letters to one mail relay, over SMTP with TLS. It
// keeps nothing and repeats nothing: a letter that the relay did not take is an
// error, and whoever sends it tries again.
//
// Invariant: no letter and no password leaves this machine without TLS, whose
// certificate is checked against the relay's name; and a letter has the headers
// that are written here and no others, whatever is in its subject.
package mail

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Letter is what is sent. Subject is one line; Text may have many.
type Letter struct {
	ID      string // the same at every try, so that a mailbox may know it: 1 to 64 of [0-9A-Za-z.-]
	At      time.Time
	Subject string
	Text    string
}

// ErrRefused means that a letter or an address would be more than it says, and
// that nothing was sent.
var ErrRefused = errors.New("refused")

// ReadAddress reads one mail address without a name ("shop@example.jp").
func ReadAddress(text string) (string, error) {
	a, err := mail.ParseAddress(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q is no mail address: write it as name@example.jp", text)
	case a.Name != "" || a.Address != text || !plain(text) || strings.ContainsAny(text, `<>"\ `) || len(text) > 254:
		return "", fmt.Errorf("%q is more than a mail address: write it as name@example.jp", text)
	}
	return text, nil
}

// plain tells whether a text is printable ASCII.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// folded is a text of a header: as it is when it is short and plain, or else in
// encoded words (RFC 2047), one a line. What looks like such a word itself would
// be read as one.
func folded(text string) string {
	if plain(text) && len(text) <= 60 && !strings.Contains(text, "=?") && strings.TrimSpace(text) == text {
		return text
	}
	const most = 45 // bytes of a word: 60 in base64, and no character is torn
	var out strings.Builder
	word := ""
	end := func() {
		out.WriteString("\r\n =?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(word)) + "?=")
		word = ""
	}
	for _, r := range text { // a byte that is no UTF-8 becomes U+FFFD
		if len(word)+utf8.RuneLen(r) > most {
			end()
		}
		word += string(r)
	}
	end()
	return out.String()
}

// bytes is a letter as it goes over the wire: ASCII alone, so that every relay
// takes it.
func (l Letter) bytes(from string, to []string) ([]byte, error) {
	if strings.ContainsFunc(l.Subject, unicode.IsControl) || l.Subject == "" {
		return nil, fmt.Errorf("%w: the subject has a line break or another control character, or is empty", ErrRefused)
	}
	if l.ID == "" || len(l.ID) > 64 || strings.Trim(l.ID, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-") != "" {
		return nil, fmt.Errorf("%w: %q is no id of a letter", ErrRefused, l.ID)
	}
	_, domain, _ := strings.Cut(from, "@")
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", "<" + from + ">"}, {"To", "<" + strings.Join(to, ">,\r\n <") + ">"}, {"Subject", folded(l.Subject)},
		{"Date", l.At.Format(time.RFC1123Z)}, {"Message-ID", "<" + l.ID + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "base64"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	text := base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(l.Text, "\n", "\r\n")))
	const width = 76
	for ; len(text) > width; text = text[width:] {
		b.WriteString(text[:width] + "\r\n")
	}
	b.WriteString(text + "\r\n")
	return b.Bytes(), nil
}
