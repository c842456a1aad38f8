package main

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/posagent/posagent/agent/alert"
	"github.com/posagent/posagent/agent/health"
	"github.com/posagent/posagent/agent/mail"
	"github.com/posagent/posagent/agent/webhook"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/offline/book"
)

// hookAlert is what a message says of an alert.
type hookAlert struct {
	Store    string    `json:"store"`
	Terminal string    `json:"terminal"`
	Journal  int64     `json:"journal"`
	ID       int64     `json:"id"`
	Code     string    `json:"code"`
	Subject  string    `json:"subject,omitempty"`
	Detail   string    `json:"detail,omitempty"`
	Level    int       `json:"level"`
	Title    string    `json:"title"`
	TitleEN  string    `json:"title_en"`
	Raised   time.Time `json:"raised"`
	Cleared  time.Time `json:"cleared,omitzero"`

	what alert.What
}

// rung is what an entry tells of an alert, whatever happened to it; false when
// it tells of none.
func (f deeds) rung(l book.Link) (webhook.Event, hookAlert, bool, error) {
	var id int64
	var what string
	rest, is := strings.CutPrefix(l.Note, book.AlertNote)
	if !is || l.Key != "" {
		return webhook.Event{}, hookAlert{}, false, nil
	}
	if _, err := fmt.Sscanf(rest, "%d %s", &id, &what); err != nil {
		return webhook.Event{}, hookAlert{}, false, nil
	}
	found, err := f.books.Alerts(id+1, 1)
	if err != nil || len(found) == 0 || found[0].ID != id { // a note of another kind must not hold up all that is behind it
		return webhook.Event{}, hookAlert{}, false, err
	}
	a, e := found[0], health.Lookup(found[0].Code)
	data := hookAlert{
		Store: f.store, Terminal: f.terminal, Journal: l.N, ID: a.ID, Code: a.Code, Subject: a.Subject, Detail: a.Detail, Level: a.Level,
		Title: e.Title, TitleEN: e.TitleEN, Raised: a.Raised, what: alert.What(strings.TrimSuffix(what, ":")),
	}
	ev := webhook.Event{N: l.N, ID: f.id(l), Type: webhook.Raised, At: l.Step.At}
	if data.what == alert.Cleared {
		ev.Type, data.Cleared = webhook.Cleared, a.Cleared
	}
	ev.Data = data
	return ev, data, true, nil
}

// alerted is what an entry tells other programs of an alert: they remember by
// themselves that it stands.
func (f deeds) alerted(l book.Link) (webhook.Event, bool, error) {
	ev, data, is, err := f.rung(l)
	return ev, is && (data.what == alert.Raised || data.what == alert.Worse || data.what == alert.Cleared), err
}

// letters are the entries that are worth a mail; see webhook.Feed.
type letters struct{ deeds }

// After are the events among the next entries.
func (f letters) After(n int64) ([]webhook.Event, int64, error) {
	return f.each(n, func(l book.Link) (webhook.Event, bool, error) {
		ev, data, is, err := f.rung(l)
		switch data.what {
		case alert.Raised, alert.Worse, alert.Reminded, alert.Cleared:
			return ev, is, err
		}
		return ev, false, err
	})
}

// clerk writes letters. What is in them are the catalogue's words, names of
// devices and keys of charges: nothing of a customer, and no secret.
type clerk struct {
	store   configs.Store
	english bool
	zone    *time.Location
}

func (c clerk) say(ja, en string) string {
	if c.english {
		return en
	}
	return ja
}

func (c clerk) letter(ev webhook.Event) mail.Letter {
	name := c.store.Name
	if c.english && c.store.NameEN != "" {
		name = c.store.NameEN
	}
	l := mail.Letter{ID: letterID(ev.ID), At: ev.At.In(c.zone)}
	head := fmt.Sprintf("[%s %s] ", name, c.store.Terminal)
	foot := fmt.Sprintf("\n-- \n%s %s %s (%s-%s)\n", name, c.say("レジ", "register"), c.store.Terminal, c.store.ID, c.store.Terminal)
	a, ok := ev.Data.(hookAlert)
	if !ok {
		l.Subject = oneLine(head + c.say("お知らせの試験", "Test of alerts"))
		l.Text = c.say("このメールは試験です。届いていれば、異常のときにもお知らせが届きます。\n", "This is a test. If it arrives, so will alerts.\n") + foot
		return l
	}
	e := health.Lookup(a.Code)
	title := c.say(e.Title, e.TitleEN)
	if a.Subject != "" {
		title += ": " + a.Subject
	}
	l.Subject = oneLine(head + c.prefix(a.what) + title)
	text := title + "\n\n"
	if a.what != alert.Cleared {
		text += c.say(e.Advice(), e.AdviceEN()) + "\n\n"
	}
	const minutes = "2006-01-02 15:04"
	text += c.say("発生", "Since") + ": " + a.Raised.In(c.zone).Format(minutes) + "\n"
	if a.what == alert.Cleared {
		text += c.say("解消", "Over") + ": " + a.Cleared.In(c.zone).Format(minutes) + "\n"
	}
	if a.Detail != "" {
		text += c.say("内容", "Detail") + ": " + oneLine(a.Detail) + "\n"
	}
	l.Text = text + fmt.Sprintf("%s: %d (%s)\n", c.say("お知らせ番号", "Alert"), a.ID, a.Code) + foot
	return l
}

func (c clerk) prefix(what alert.What) string {
	switch what {
	case alert.Cleared:
		return c.say("解消: ", "Over: ")
	case alert.Reminded:
		return c.say("継続中: ", "Still: ")
	}
	return ""
}

// oneLine keeps what a device says of itself within its line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}

// letterID is an event's id within what a letter's may be.
func letterID(id string) string {
	if len(id) > 64 {
		return id[:64]
	}
	return id
}

// password is the line of a secret's file.
func password(place string) (string, error) {
	text, err := secretText(place)
	if err != nil {
		return "", err
	}
	line, rest, _ := strings.Cut(strings.TrimSuffix(text, "\n"), "\n")
	if line = strings.TrimSuffix(line, "\r"); line == "" || rest != "" {
		return "", fmt.Errorf("%s must be one line: the password", place)
	}
	return line, nil
}

// rootsOf reads a file of authorities at each use; nil for the system's.
func rootsOf(file string) func() ([]byte, error) {
	if file == "" {
		return nil
	}
	return func() ([]byte, error) { return os.ReadFile(file) }
}
