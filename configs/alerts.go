package configs

import (
	"time"

	"github.com/posagent/posagent/agent/mail"
)

// Alerts is when people are told of troubles.
type Alerts struct {
	DoubtAfter time.Duration // a charge without a result
	QueueAfter time.Duration // the oldest that was taken without a network; 0: never
	DiskFreeMB int
	Calm       time.Duration // a trouble that stays away for so long is over
	Remind     time.Duration // 0: never
}

func (a *Alerts) settings() []setting {
	return []setting{
		{key: "doubt_after", value: wait(&a.DoubtAfter, 10*time.Minute), about: "A charge whose result is not known for so long."},
		{key: "queue_after", value: waitOrNone(&a.QueueAfter, time.Hour), about: "The oldest payment taken without a network has waited for so long. 0s: nobody is told."},
		{key: "disk_free_mb", value: whole(&a.DiskFreeMB, 512, 16, 1_000_000), about: "The disk of the journal has less room than this."},
		{key: "calm", value: wait(&a.Calm, 10*time.Minute), about: "A trouble is over when it has stayed away for so long. What comes and goes is told once."},
		{key: "remind", value: waitOrNone(&a.Remind, 24*time.Hour), about: "What lasts is mailed again after this, unless somebody has acknowledged it. 0s: never."},
	}
}

// Mail is the relay that takes alerts.
type Mail struct {
	Relay        string // host:port; empty: nothing is mailed
	TLS          string // "starttls" or "implicit"
	CA           string // file (PEM); empty: the authorities of the system
	From         string
	To           []string
	User         string
	PasswordFile string // a path, or "credential:" and the name of a systemd credential
	Language     string // "ja" or "en"
}

func (m *Mail) settings() []setting {
	isAddress := func(s string) bool { _, err := mail.ReadAddress(s); return err == nil }
	return []setting{
		{key: "relay", value: text(&m.Relay, "", `host:port such as "mail.example.jp:587", or ""`, func(s string) bool { return s == "" || hostPort(s) }),
			about: "The mail relay. Empty: nothing is mailed.\nメールサーバです。空なら送りません。"},
		{key: "tls", value: word(&m.TLS, "starttls", "starttls", "implicit"),
			about: "starttls: TLS after the greeting (port 587 or 25); a relay that offers none gets nothing, but for\none on this machine. implicit: from the first byte (port 465)."},
		{key: "ca", value: absoluteOrNone(&m.CA, ""), about: "Who signs the relay's certificate (PEM). Empty: the authorities of the system."},
		{key: "from", value: text(&m.From, "", `an address such as "register@example.jp"`, func(s string) bool { return s == "" || isAddress(s) }),
			about: "The sender's address."},
		{key: "to", value: texts(&m.To, `addresses such as "manager@example.jp"`, isAddress), about: "Who is told.\nお知らせの宛先です。"},
		{key: "user", value: line(&m.User, 128), about: "The user at the relay (AUTH PLAIN). Empty: it asks for none."},
		{key: "password_file", value: text(&m.PasswordFile, "", "a path from the root, or credential:NAME of systemd", func(s string) bool { return s == "" || secretPlace(s) }),
			about: "A file with the user's password in one line, not readable by everybody. It is read at each mail."},
		{key: "language", value: word(&m.Language, "ja", "ja", "en"), about: "The language of the mails.\nメールの言葉です。"},
	}
}

// check tells what is missing of a relay.
func (m Mail) check(r *reading) {
	if m.Relay == "" {
		return
	}
	need := func(key string, missing bool, text string) {
		if missing && !r.refused["mail."+key] {
			r.say(r.at("mail.relay"), "mail."+key, text, "")
		}
	}
	need("from", m.From == "", "is needed with relay: the sender's address")
	need("to", len(m.To) == 0, "is needed with relay: who is told")
	need("password_file", m.User != "" && m.PasswordFile == "", "is needed with user")
	need("user", m.User == "" && m.PasswordFile != "", "is needed with password_file")
}
