package sqlite

import (
	"fmt"
	"sync"
)

// readers is how many Views run at the same time; more wait.
const readers = 4

// pool are connections that cannot write, whatever they are asked. In WAL
// mode they neither wait for the writer nor hold it up; but the log cannot
// start over while a View is open, so Views are short.
type pool struct {
	path  string
	slots chan *Conn // readers of them; nil stands for one not opened yet

	mu     sync.Mutex
	closed bool
}

func newPool(path string) *pool {
	p := &pool{path: path, slots: make(chan *Conn, readers)}
	for range readers {
		p.slots <- nil
	}
	return p
}

func (p *pool) view(do func(*Conn) error) error {
	conn := <-p.slots
	defer func() { p.slots <- conn }()
	if p.isClosed() {
		return ErrClosed
	}
	if conn == nil {
		c, err := connect(p.path, "mode=ro&_query_only=1&_busy_timeout=50&_foreign_keys=1")
		if err != nil {
			return err
		}
		conn = c
	}
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

func (p *pool) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

// close waits for the Views that are under way.
func (p *pool) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	open := make([]*Conn, 0, readers)
	for range readers {
		if conn := <-p.slots; conn != nil {
			open = append(open, conn)
		}
	}
	for range readers {
		p.slots <- nil
	}
	for _, conn := range open {
		_ = conn.close()
	}
}
