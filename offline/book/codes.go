package book

import (
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// CodesFor is how long a code that was sent is known again. Codes live for
// minutes and every wallet refuses a second use; this saves the customer the
// wait, and a till that repeats itself from a second charge.
const CodesFor = 24 * time.Hour

// codes are the codes of the last CodesFor, by their keyed hash. They are kept
// in memory and read from the charges at the start: an index would cost every
// sale a page at a place of its own.
type codes struct {
	by     map[string]usedCode
	pruned time.Time
}

type usedCode struct {
	key charge.Key
	at  time.Time
}

// use remembers that a code is being sent for a charge, and now and then
// forgets old ones.
func (c *codes) use(hash string, key charge.Key, at time.Time) {
	if hash == "" {
		return
	}
	c.by[hash] = usedCode{key: key, at: at}
	if at.Sub(c.pruned) < time.Hour {
		return
	}
	c.pruned = at
	for h, u := range c.by {
		if at.Sub(u.at) > CodesFor {
			delete(c.by, h)
		}
	}
}

// used is use for a step that was not marked before.
func (b *Book) used(hash string, key charge.Key) {
	if hash == "" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.codes.use(hash, key, b.opts.Now())
}

// loadCodes reads the codes of the charges that are young enough. It goes back
// until a whole page is too old: one charge may bear the date of a clock that
// was wrong, and those before it are of today all the same.
func (b *Book) loadCodes() error {
	b.codes.by = make(map[string]usedCode)
	now := b.opts.Now()
	return b.rows.View(func(rows Rows) error {
		for before := int64(0); ; {
			page, err := rows.Charges(Filter{Before: before, Limit: 500})
			if err != nil {
				return err
			}
			young := false
			for _, row := range page {
				before = row.Seq
				young = young || row.Carried // it is older than its place
				if now.Sub(row.PreparedAt) > CodesFor {
					continue
				}
				young = true
				if row.Kind == charge.Refund {
					continue // it bears the mark of a wish, not of a code
				}
				if _, newer := b.codes.by[row.Code.Hash]; row.Code.Hash != "" && !newer {
					b.codes.by[row.Code.Hash] = usedCode{key: row.Key, at: row.PreparedAt}
				}
			}
			if !young {
				return nil
			}
		}
	})
}
