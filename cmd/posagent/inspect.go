package main

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/offline/book"
)

// chronicle shows the journal to the API; see server.Journal.
type chronicle struct{ books *book.Book }

func (l chronicle) Entries(after int64, limit int) ([]control.JournalEntry, error) {
	links, err := l.books.Journal(after, limit)
	var out []control.JournalEntry
	for _, link := range links {
		s := link.Step
		out = append(out, control.JournalEntry{
			N: link.N, Key: string(link.Key), Before: link.Before, From: string(link.From), To: string(link.To), Moved: link.Moved,
			Event: string(s.Event), Wallet: s.Wallet, Reason: string(s.Reason), By: string(s.By), Operator: s.Operator, Receipt: s.Receipt,
			CodeKind: s.Code.Kind, CodeMasked: s.Code.Masked, CodeHash: s.Code.Hash, Asked: micros(s.Asked), At: micros(s.At), Note: link.Note,
			Text: link.Text(), Hash: hex.EncodeToString(link.Hash[:]),
		})
	}
	return out, err
}

// micros is a time as the journal's text has it.
func micros(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000000Z")
}

func (l chronicle) Verify(ctx context.Context, charges bool) (server.Verdict, error) {
	look := l.books.Verify
	if charges {
		look = l.books.Audit
	}
	last, err := look(ctx)
	v := server.Verdict{Entries: last.N, Hash: last.Hash}
	var broken *book.Broken
	if errors.As(err, &broken) {
		v.Broken, v.Why, err = broken.N, broken.Error(), nil
	}
	return v, err
}
