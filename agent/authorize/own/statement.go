package own

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// The most that a wallet may say of a day. One that never comes to an end, or
// says little at great length, must not fill the memory.
const (
	mostEntries = 20_000 // a register that makes one in five seconds, day and night, makes fewer
	longestMark = 100    // bytes, of the mark of the next page
	longestKey  = 40     // runes, of a key that is none, in an error
)

// Statement reads all that the wallet has of this register's day. It is whole
// and adds up to the wallet's own totals, or there is none: a key that moved
// while the pages were read is an error, and reading again is the remedy.
func (c *Client) Statement(ctx context.Context, day charge.Day) (charge.Statement, error) {
	out, err := c.statement(ctx, day)
	if err != nil {
		return charge.Statement{}, authorize.Told(err)
	}
	return out, nil
}

func (c *Client) statement(ctx context.Context, day charge.Day) (charge.Statement, error) {
	out := charge.Statement{Wallet: c.ID, Day: day}
	seen := map[charge.Key]bool{}
	sums, totals := map[sum]amount{}, map[sum]amount{}
	for after := ""; ; {
		page, err := c.page(ctx, day, after)
		if err != nil {
			return out, fmt.Errorf("read the day %s at wallet %s: %w", day.Date, c.ID, err)
		}
		for _, e := range page.Entries {
			entry, err := c.entry(day, e)
			switch {
			case err == nil && seen[entry.Key]:
				err = errors.New("it stands there twice")
			case err == nil && len(out.Entries) == mostEntries:
				err = fmt.Errorf("it has more than %d entries", mostEntries)
			}
			if err != nil {
				return out, fmt.Errorf("the day %s at wallet %s, key %q: %w", day.Date, c.ID, authorize.Plain(e.Key, longestKey), err)
			}
			seen[entry.Key] = true
			out.Entries = append(out.Entries, entry)
			add(sums, sum{e.Kind, e.Status, e.Currency}, amount{1, e.Amount})
		}
		if page.Next == "" {
			for _, t := range page.Totals {
				if t.Count != 0 || t.Amount != 0 { // a wallet may list what there is none of
					add(totals, sum{t.Kind, t.Status, t.Currency}, amount{t.Count, t.Amount})
				}
			}
			break
		}
		switch {
		case len(page.Entries) == 0 || page.Next == after:
			return out, fmt.Errorf("the day %s at wallet %s has pages without an end", day.Date, c.ID)
		case len(page.Next) > longestMark:
			return out, fmt.Errorf("the day %s at wallet %s: the mark of the next page has %d bytes, and may have %d", day.Date, c.ID, len(page.Next), longestMark)
		}
		after = page.Next
	}
	if !maps.Equal(sums, totals) {
		return out, fmt.Errorf("the day %s at wallet %s: its %d entries do not add up to the wallet's totals: something moved meanwhile, read it again", day.Date, c.ID, len(out.Entries))
	}
	return out, nil
}

// sum is what a total is for, and amount what it comes to.
type sum struct {
	kind     wire.Kind
	status   wire.Status
	currency string
}

type amount struct {
	count int
	minor int64
}

func add(to map[sum]amount, key sum, more amount) {
	had := to[key]
	to[key] = amount{had.count + more.count, had.minor + more.minor}
}

// page reads one page, and believes it only when it is the one asked for.
func (c *Client) page(ctx context.Context, day charge.Day, after string) (wire.Reconciliation, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Terms.Deadline)
	defer cancel()
	nonce := c.nonce()
	query := url.Values{
		"store": {c.Store}, "terminal": {c.Terminal}, "business_date": {day.Date}, "nonce": {nonce},
		"from": {day.From.UTC().Format(time.RFC3339Nano)}, "to": {day.To.UTC().Format(time.RFC3339Nano)},
	}
	if after != "" {
		query.Set("after", after)
	}
	ev := c.Line.Do(ctx, http.MethodGet, wire.PathReconciliation+"?"+query.Encode(), nil)
	var page wire.Reconciliation
	switch {
	case ev.Err != nil:
		return page, ev.Err
	case ev.Status != http.StatusOK && ev.Problem != nil:
		return page, fmt.Errorf("it says %d %s: %s", ev.Status, ev.Problem.Type, ev.Problem.Detail)
	case ev.Status != http.StatusOK:
		return page, fmt.Errorf("it says %d", ev.Status)
	}
	if err := authorize.Decode(ev.Body, &page); err != nil {
		return page, err
	}
	if page.Store != c.Store || page.Terminal != c.Terminal || page.BusinessDate != day.Date || page.Nonce != nonce ||
		!page.From.Equal(day.From) || !page.To.Equal(day.To) {
		return page, errors.New("the answer is for another register, day or request")
	}
	return page, nil
}

// states are the wallet's words in ours.
var states = map[wire.Status]charge.State{
	wire.Approved: charge.Approved, wire.Declined: charge.Declined,
	wire.Reversed: charge.Reversed, wire.Pending: charge.Pending,
}

// entry is the wallet's entry in our words. One that is not of this register
// or day, or that means nothing to us, makes the whole statement useless.
func (c *Client) entry(day charge.Day, e wire.Entry) (charge.StatementEntry, error) {
	out := charge.StatementEntry{
		Key: charge.Key(e.Key), Kind: charge.Kind(e.Kind), State: states[e.Status],
		Amount: money.Amount{Minor: e.Amount, Currency: money.Currency(e.Currency)},
		Of:     charge.Key(e.ChargeKey), At: e.At,
	}
	switch {
	case !c.issued(out.Key), out.Of != "" && !c.issued(out.Of):
		return out, errors.New("it is no key of this register")
	case out.Kind != charge.Payment && out.Kind != charge.Refund && out.Kind != charge.Topup:
		return out, errors.New("its kind is not known")
	case out.State == "":
		return out, errors.New("its status is not known")
	case e.Amount <= 0 || !currency.MatchString(e.Currency):
		return out, errors.New("it has no amount above 0 in a currency of three capital letters")
	case out.Of != "" && out.Kind != charge.Refund:
		return out, errors.New("only a refund gives back a charge")
	case !day.Has(e.At):
		return out, fmt.Errorf("it is of %s, which is not that day", e.At.UTC().Format(time.RFC3339))
	}
	return out, nil
}

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

// issued tells that this register may have made the key. Anything else would
// be kept at whatever length the wallet chose.
func (c *Client) issued(key charge.Key) bool {
	store, terminal, _, _, err := key.Parts()
	return err == nil && store == c.Store && terminal == c.Terminal
}
