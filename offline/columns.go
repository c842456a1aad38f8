package offline

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

// nanos is a time as a column: nanoseconds since 1970, 0 for no time.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func timeOf(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// list is a list as a column: a JSON array, empty for none.
func list[T any](items []T) (string, error) {
	if len(items) == 0 {
		return "", nil
	}
	text, err := json.Marshal(items)
	return string(text), err
}

func listOf[T any](text string) ([]T, error) {
	if text == "" {
		return nil, nil
	}
	var items []T
	if err := json.Unmarshal([]byte(text), &items); err != nil {
		return nil, fmt.Errorf("a list in the books cannot be read: %w", err)
	}
	return items, nil
}

// one reads the first row of a query.
func one[T any](t tx, scan func(sqlite.Row) (T, error), sql string, args ...any) (T, error) {
	row, err := t.c.One(sql, args...)
	if err != nil {
		var none T
		if errors.Is(err, sqlite.ErrNoRow) {
			err = book.ErrNotFound
		}
		return none, err
	}
	return scan(row)
}

// all reads every row of a query.
func all[T any](t tx, scan func(sqlite.Row) (T, error), sql string, args ...any) ([]T, error) {
	var out []T
	for row, err := range t.c.Query(sql, args...) {
		if err != nil {
			return nil, err
		}
		item, err := scan(row)
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
	return out, nil
}
