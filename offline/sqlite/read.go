package sqlite

import (
	"errors"
	"fmt"
	"sync"
)

// readers is how many Views run at the same time; more wait.
const readers = 4

// pool are connections that cannot write, whatever they are asked. In WAL
// mode they neither wait for the writer nor hold it up; but the log cannot
// start over while a View is open, so Views are short. The one that was used
// last is used first: its pages are at hand, and a register alone needs no more
// than that one.
type pool struct {
	path  string
	turns chan struct{} // one for each View that may run

	mu     sync.Mutex
	closed bool
	free   []*Conn
}

func newPool(path string) *pool { return &pool{path: path, turns: make(chan struct{}, readers)} }

func (p *pool) view(do func(*Conn) error) error {
	p.turns <- struct{}{}
	defer func() { <-p.turns }()
	conn, err := p.take()
	if err != nil {
		return err
	}
	defer p.put(conn)
	if err := conn.look(); err != nil {
		return err
	}
	defer conn.rollback()
	return do(conn)
}

// look reads the tables' definitions before anything may write. Its connection
// stays open: a connection that may write and is closed as the last one folds
// the log into the database and removes it. When the start is refused because
// the database is damaged, both must stay as they were found.
func (p *pool) look() error {
	return p.view(func(c *Conn) error {
		_, err := c.One("SELECT count(*) FROM sqlite_schema")
		return err
	})
}

func (p *pool) quickCheck() error {
	return p.view(func(c *Conn) error {
		row, err := c.One("PRAGMA quick_check(1)")
		if err != nil {
			return err
		}
		if said := row.Text(0); said != "ok" {
			return problem(ErrCorrupt, p.path, "stop selling, keep a copy of the file and its -wal file, and restore a backup", fmt.Errorf("quick_check: %s", said))
		}
		return nil
	})
}

// take is the connection that was used last, or a new one.
func (p *pool) take() (*Conn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, ErrClosed
	}
	if n := len(p.free); n > 0 {
		conn := p.free[n-1]
		p.free = p.free[:n-1]
		return conn, nil
	}
	conn, err := connect(p.path, "mode=ro&_query_only=1&_busy_timeout=50&_foreign_keys=1")
	if err != nil {
		return nil, err
	}
	if err := conn.script("PRAGMA cache_size = -1024"); err != nil { // kB; a report over all years must not stay in memory
		return nil, errors.Join(err, conn.close())
	}
	return conn, nil
}

func (p *pool) put(conn *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = append(p.free, conn)
}

// close waits for the Views that are under way.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	for range readers {
		p.turns <- struct{}{}
	}
	p.mu.Lock()
	open := p.free
	p.free = nil
	p.mu.Unlock()
	for range readers {
		<-p.turns
	}
	for _, conn := range open {
		_ = conn.close()
	}
}
