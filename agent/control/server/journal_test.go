package server_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/offline/book"
)

// journal shows the books' journal; see server.Journal.
type journal struct{ books *book.Book }

func (j journal) Entries(after int64, limit int) ([]control.JournalEntry, error) {
	links, err := j.books.Journal(after, limit)
	var out []control.JournalEntry
	for _, l := range links {
		out = append(out, control.JournalEntry{N: l.N, Key: string(l.Key), To: string(l.To), Text: l.Text(), Hash: hex.EncodeToString(l.Hash[:])})
	}
	return out, err
}

func (j journal) Verify(ctx context.Context, _ bool) (server.Verdict, error) {
	last, err := j.books.Verify(ctx)
	return server.Verdict{Entries: last.N, Hash: last.Hash}, err
}

// sick is a journal with a fault, and one that takes its time.
type sick struct {
	journal
	began, goOn chan struct{}
}

func (s sick) Verify(ctx context.Context, charges bool) (server.Verdict, error) {
	close(s.began)
	select {
	case <-s.goOn:
		return server.Verdict{Entries: 6, Broken: 7, Why: "journal entry 7 does not fit its hash"}, nil
	case <-ctx.Done():
		return server.Verdict{}, ctx.Err()
	}
}

// The journal comes page by page, each entry once, and ends.
func TestTheJournalPageByPage(t *testing.T) {
	s := start(t)
	for n := range 3 {
		want(t, s.ask(t, "POST", control.PathSales, control.NewSale{Amount: 100 + int64(n), Currency: "JPY"}, bearer("till"), wish(fmt.Sprint("w", n))), http.StatusOK)
	}
	all := decode[control.Journal](t, s.ask(t, "GET", control.PathJournal+"?limit=1000", nil, bearer("reader")))
	if len(all.Entries) < 3 || all.Next != 0 {
		t.Fatalf("%d entries, next %d", len(all.Entries), all.Next)
	}
	next, seen := int64(0), 0
	for more := true; more; {
		page := decode[control.Journal](t, s.ask(t, "GET", fmt.Sprintf("%s?limit=1&after=%d", control.PathJournal, next), nil, bearer("reader")))
		for _, e := range page.Entries {
			if e != all.Entries[seen] {
				t.Errorf("entry %d is %+v, and was %+v", seen, e, all.Entries[seen])
			}
			seen++
		}
		next, more = page.Next, page.Next != 0
	}
	if seen != len(all.Entries) {
		t.Errorf("%d entries one by one, %d at once", seen, len(all.Entries))
	}
	v := decode[control.Verification](t, s.ask(t, "GET", control.PathJournalVerify, nil, bearer("judge")))
	if last := all.Entries[len(all.Entries)-1]; !v.Whole || v.Entries != last.N || v.Hash != last.Hash {
		t.Errorf("%+v, but the last entry is %d with %s", v, last.N, last.Hash)
	}
	want(t, s.ask(t, "GET", control.PathJournal+"?limit=1001", nil, bearer("reader")), http.StatusUnprocessableEntity)
}

// A fault is an answer and no error; a second look has to wait for the first.
func TestAJournalThatIsNotSound(t *testing.T) {
	bad := sick{began: make(chan struct{}), goOn: make(chan struct{})}
	s := start(t, func(o *server.Options) { o.Journal = bad })
	answer := make(chan reply)
	go func() { answer <- s.ask(t, "GET", control.PathJournalVerify+"?charges=true", nil, bearer("judge")) }()
	<-bad.began
	if got := s.ask(t, "GET", control.PathJournalVerify, nil, bearer("judge")); got.status != http.StatusConflict || got.problem(t).Why != "journal.under_way" {
		t.Errorf("%s", got.body)
	}
	close(bad.goOn)
	v := decode[control.Verification](t, <-answer)
	if v.Whole || v.Broken != 7 || v.Entries != 6 || !v.Charges || v.Why == "" {
		t.Errorf("%+v", v)
	}
}
