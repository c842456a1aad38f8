package wirecheck

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// dayChecks are the chapter on the day. They come last: the day is what the
// other checks did.
func dayChecks() []check {
	return []check{
		{name: "day", rule: "the day", says: "the day has every key once, as it stands, in pages that add up to the totals", try: day},
		{name: "day-asked-wrongly", rule: "the day", says: "another register's day is a 403, a day that is none a 400", try: func(p *probe) {
			q := p.dayQuery(p.business.Add(-time.Hour), time.Now())
			for _, change := range []func(url.Values){
				func(q url.Values) { q.Set("terminal", q.Get("terminal")+"1") },
				func(q url.Values) { q.Set("store", q.Get("store")+"1") },
			} {
				p.problem(p.dayPage(q, change), http.StatusForbidden, wire.ProblemForbidden)
			}
			for _, change := range []func(url.Values){
				func(q url.Values) { q.Set("from", q.Get("to")) },
				func(q url.Values) { q.Set("from", "yesterday") },
				func(q url.Values) { q.Set("business_date", "2026-02-30") },
				func(q url.Values) { q.Add("from", q.Get("from")) },
				func(q url.Values) { q.Del("nonce") },
			} {
				p.problem(p.dayPage(q, change), http.StatusBadRequest, wire.ProblemInvalid)
			}
		}},
	}
}

// day makes more keys than a page holds, and reads the day back.
func day(p *probe) {
	for range wire.PageOfEntries + 5 { // keys that are blocked move no money
		r := p.own.reverse(p.ctx, p.own.key(), p.own.reversed(wire.KindCharge, p.o.Amount))
		if r.answer.Status != wire.Reversed {
			p.is(r, wire.Reversed)
			return
		}
		p.learn(r)
	}
	entries, totals, ok := p.readDay(p.dayQuery(p.firstWord.Add(-time.Hour), p.lastWord.Add(time.Hour)))
	if !ok {
		return
	}
	p.addsUp(entries, totals)
	p.fits(entries)
	p.halfOpen(entries)
}

func (p *probe) dayQuery(from, to time.Time) url.Values {
	store, terminal := p.own.place()
	return url.Values{
		"store": {store}, "terminal": {terminal}, "business_date": {p.business.Format(time.DateOnly)},
		"from": {from.UTC().Format(time.RFC3339Nano)}, "to": {to.UTC().Format(time.RFC3339Nano)},
	}
}

func (p *probe) dayPage(q url.Values, change func(url.Values)) reply {
	sent := url.Values{"nonce": {nonce()}}
	for name, values := range q {
		sent[name] = append([]string{}, values...)
	}
	if change != nil {
		change(sent)
	}
	r := p.own.raw(p.ctx, "GET", wire.PathReconciliation+"?"+sent.Encode(), "", nil)
	r.asked.nonce = sent.Get("nonce")
	return r
}

// readDay reads all pages, and judges each by itself.
func (p *probe) readDay(q url.Values) (entries []wire.Entry, totals []wire.Total, ok bool) {
	next := ""
	for pages := 0; pages < 10_000; pages++ {
		r := p.dayPage(q, func(q url.Values) {
			if next != "" {
				q.Set("after", next)
			}
		})
		var page wire.Reconciliation
		err := json.Unmarshal(r.body, &page)
		right := r.err == nil && r.status == http.StatusOK && err == nil && page.Nonce == r.asked.nonce &&
			page.Store+"-"+page.Terminal == p.own.name && page.BusinessDate == q.Get("business_date") &&
			same(page.From, q.Get("from")) && same(page.To, q.Get("to")) && len(page.Entries) <= wire.PageOfEntries
		p.judge(r, fmt.Sprintf("200, one page of at most %d entries that echoes what was asked", wire.PageOfEntries), right, fmt.Sprintf("%d entries", len(page.Entries)))
		if !right {
			return nil, nil, false
		}
		entries, totals = append(entries, page.Entries...), page.Totals
		if page.Next == "" {
			return entries, totals, true
		}
		next = page.Next
	}
	p.note("all pages", "an end", "more than 10,000 pages", false)
	return nil, nil, false
}

func same(t time.Time, text string) bool {
	want, err := time.Parse(time.RFC3339Nano, text)
	return err == nil && t.Equal(want)
}

// addsUp compares the totals with the entries of all pages.
func (p *probe) addsUp(entries []wire.Entry, totals []wire.Total) {
	sums := map[wire.Total]wire.Total{}
	for _, e := range entries {
		class := wire.Total{Kind: e.Kind, Status: e.Status, Currency: e.Currency}
		sum := sums[class]
		sum.Count, sum.Amount = sum.Count+1, sum.Amount+e.Amount
		sums[class] = sum
	}
	var wrong []string
	for _, t := range totals {
		class := wire.Total{Kind: t.Kind, Status: t.Status, Currency: t.Currency}
		if sum := sums[class]; sum.Count != t.Count || sum.Amount != t.Amount {
			wrong = append(wrong, fmt.Sprintf("%s %s %s: %d of %d in the totals, %d of %d in the entries", t.Kind, t.Status, t.Currency, t.Count, t.Amount, sum.Count, sum.Amount))
		}
		delete(sums, class)
	}
	for class, sum := range sums {
		wrong = append(wrong, fmt.Sprintf("%s %s %s: %d of %d are in no total", class.Kind, class.Status, class.Currency, sum.Count, sum.Amount))
	}
	p.note("the last page's totals", "the sums of the entries of all pages", told(wrong, "they are"), len(wrong) == 0)
}

// fits compares the entries with what the wallet answered in this run.
func (p *probe) fits(entries []wire.Entry) {
	var wrong []string
	seen := map[string]bool{}
	last := time.Time{}
	for _, e := range entries {
		if seen[e.Key] {
			wrong = append(wrong, e.Key+" stands twice")
		}
		if e.At.Before(last) {
			wrong = append(wrong, e.Key+" is out of the order of the first word")
		}
		seen[e.Key], last = true, e.At
		w, known := p.book[e.Key]
		mine := strings.HasPrefix(e.Key, fmt.Sprintf("%s-%d-", p.own.name, p.epoch))
		switch {
		case !known && mine:
			wrong = append(wrong, e.Key+" was refused, and stands there as "+string(e.Status))
		case known && (e.Status != w.Status || e.Amount != w.Amount || e.Currency != w.Currency || e.ChargeKey != w.ChargeKey && !w.blocked || e.Kind != w.Kind && !w.blocked):
			wrong = append(wrong, fmt.Sprintf("%s is %s %s of %d, and was answered %s %s of %d", e.Key, e.Kind, e.Status, e.Amount, w.Kind, w.Status, w.Amount))
		}
	}
	for key, w := range p.book {
		if !seen[key] && strings.HasPrefix(key, p.own.name+"-") {
			wrong = append(wrong, fmt.Sprintf("%s was answered %s, and is not there", key, w.Status))
		}
	}
	p.note(fmt.Sprintf("the day's entries beside the %d answers of this run", len(p.book)), "every key once, as it was answered last, in the order of the first word",
		told(wrong, fmt.Sprintf("so are all %d", len(entries))), len(wrong) == 0)
}

// halfOpen asks from the first to the last moment of the day: the first is in
// it, and the last is not.
func (p *probe) halfOpen(entries []wire.Entry) {
	if len(entries) == 0 || entries[0].At.Equal(entries[len(entries)-1].At) {
		return
	}
	from, to := entries[0].At, entries[len(entries)-1].At
	inside, _, ok := p.readDay(p.dayQuery(from, to))
	if !ok {
		return
	}
	want := 0
	for _, e := range entries {
		if e.At.Before(to) {
			want++
		}
	}
	p.note("a day from one entry's moment to another's", fmt.Sprintf("%d entries: the first moment is in it, the last is not", want), fmt.Sprintf("%d entries", len(inside)), len(inside) == want)
}

func told(wrong []string, right string) string {
	switch {
	case len(wrong) == 0:
		return right
	case len(wrong) > 5:
		return strings.Join(wrong[:5], "; ") + fmt.Sprintf(" and %d more", len(wrong)-5)
	}
	return strings.Join(wrong, "; ")
}
