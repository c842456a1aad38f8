package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strconv"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// Conn runs statements inside the transaction that it was handed out for. It
// talks to the driver directly: database/sql would add a lock, a goroutine
// per context and a conversion to every call. It must not be kept.
//
// Arguments are int, int64, bool, string, []byte, nil, or types made of
// these. A time is refused: the caller decides its unit.
type Conn struct {
	path   string
	driver *sqlite3.SQLiteConn
	ready  map[string]*statement
	args   []driver.NamedValue
	gone   error // SQLite rolled the whole transaction back by itself
}

// statement is prepared once per connection and SQL text.
type statement struct {
	stmt *sqlite3.SQLiteStmt
	busy bool // its rows are being read
}

// Exec runs one statement and returns how many rows it changed.
func (c *Conn) Exec(sql string, args ...any) (changed int64, err error) {
	if err := c.run(sql, args); err != nil {
		return 0, err
	}
	row, err := c.One("SELECT changes()")
	return row.Int(0), err
}

// Query runs one statement and yields its rows. A Row is valid until the next
// one. After an error there is no further row.
func (c *Conn) Query(sql string, args ...any) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		rows, done, err := c.start(sql, args)
		if err != nil {
			yield(Row{}, err)
			return
		}
		defer done()
		values := make([]driver.Value, len(rows.Columns()))
		for {
			switch err := rows.Next(values); {
			case err == io.EOF:
				return
			case err != nil:
				yield(Row{}, c.failed(err))
				return
			}
			if !yield(Row{values: values}, nil) {
				return
			}
		}
	}
}

// One is the first row of a query, or ErrNoRow. The Row stays valid.
func (c *Conn) One(sql string, args ...any) (Row, error) {
	for row, err := range c.Query(sql, args...) {
		return row, err
	}
	return Row{}, ErrNoRow
}

// run executes one statement and throws its rows away. The driver's query
// path resets a statement when its rows are closed; its exec path does not,
// and a statement left standing on a row would pin the log.
func (c *Conn) run(sql string, args []any) error {
	_, done, err := c.start(sql, args)
	if err != nil {
		return err
	}
	done()
	return nil
}

func (c *Conn) start(sql string, args []any) (*sqlite3.SQLiteRows, func(), error) {
	if c.gone != nil {
		return nil, nil, c.gone
	}
	st, err := c.prepared(sql)
	if err != nil {
		return nil, nil, err
	}
	if n := st.stmt.NumInput(); n != len(args) {
		return nil, nil, fmt.Errorf("database %s: %d arguments for %d places in %q", c.path, len(args), n, sql)
	}
	c.args = c.args[:0]
	for i, a := range args {
		v, err := value(a)
		if err != nil {
			return nil, nil, fmt.Errorf("database %s: argument %d of %q: %w", c.path, i+1, sql, err)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	rows, err := st.stmt.QueryContext(context.Background(), c.args)
	if err != nil {
		return nil, nil, c.failed(err)
	}
	st.busy = true
	r := rows.(*sqlite3.SQLiteRows)
	return r, func() {
		_ = r.Close()
		st.busy = false
	}, nil
}

// prepared is the statement of a text; a second one while the first is being
// read, so that a query may run inside the loop over the same query.
func (c *Conn) prepared(sql string) (*statement, error) {
	for name := sql; ; name += " " {
		st := c.ready[name]
		if st == nil {
			s, err := c.driver.Prepare(name)
			if err != nil {
				return nil, c.failed(err)
			}
			st = &statement{stmt: s.(*sqlite3.SQLiteStmt)}
			c.ready[name] = st
		}
		if !st.busy {
			return st, nil
		}
	}
}

// script runs several statements without arguments.
func (c *Conn) script(sql string) error {
	if _, err := c.driver.ExecContext(context.Background(), sql, nil); err != nil {
		return c.failed(err)
	}
	return nil
}

// failed explains an error, and remembers when it took the transaction along:
// statements after it would each commit by themselves.
func (c *Conn) failed(err error) error {
	err = explain(c.path, err)
	if c.gone == nil && (c.driver.AutoCommit() || fatal(err)) {
		c.gone = err
	}
	return err
}

func (c *Conn) close() error {
	for _, st := range c.ready {
		_ = st.stmt.Close()
	}
	c.ready = nil
	if err := c.driver.Close(); err != nil {
		return explain(c.path, err)
	}
	return nil
}

func value(a any) (driver.Value, error) {
	switch a := a.(type) {
	case nil, int64, string, []byte, bool:
		return a, nil
	case int:
		return int64(a), nil
	}
	switch v := reflect.ValueOf(a); v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	}
	return nil, fmt.Errorf("type %T is not taken", a)
}

// Row is one row of a query. Columns count from 0. A column that is read as
// another type than it has is 0 or empty: STRICT tables keep them apart.
type Row struct{ values []driver.Value }

// Int is an INTEGER column.
func (r Row) Int(i int) int64 { n, _ := r.at(i).(int64); return n }

// Bool is an INTEGER column that is not 0.
func (r Row) Bool(i int) bool { return r.Int(i) != 0 }

// Text is a TEXT column.
func (r Row) Text(i int) string { s, _ := r.at(i).(string); return s }

// Blob is a BLOB column. The bytes may be kept.
func (r Row) Blob(i int) []byte { b, _ := r.at(i).([]byte); return b }

// Null tells whether the column has no value.
func (r Row) Null(i int) bool { return r.at(i) == nil }

func (r Row) shown(i int) string {
	if n, ok := r.at(i).(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	return r.Text(i)
}

func (r Row) at(i int) driver.Value {
	if i >= len(r.values) {
		return nil
	}
	return r.values[i]
}
