package sqlite

import "fmt"

// begin takes the write lock at once. A deferred transaction that reads first
// and writes later can fail in the middle, whatever the busy timeout.
func (c *Conn) begin() error {
	c.gone = nil
	return c.run("BEGIN IMMEDIATE", nil)
}

// look starts a transaction that only reads.
func (c *Conn) look() error {
	c.gone = nil
	return c.run("BEGIN", nil)
}

// commit returns nil when the transaction is on the disk.
func (c *Conn) commit() error { return c.run("COMMIT", nil) }

// rollback ends whatever transaction there still is.
func (c *Conn) rollback() {
	c.gone = nil
	if !c.driver.AutoCommit() {
		_ = c.run("ROLLBACK", nil)
	}
}

// alone runs do so that its failure undoes do and nothing before it.
func (c *Conn) alone(do func(*Conn) error) error {
	if err := c.run("SAVEPOINT one", nil); err != nil {
		return err
	}
	err := guarded(c, do)
	if err == nil && c.gone == nil {
		return c.run("RELEASE one", nil)
	}
	if c.gone != nil {
		return c.gone
	}
	if undo := c.run("ROLLBACK TO one", nil); undo != nil {
		return undo
	}
	if undo := c.run("RELEASE one", nil); undo != nil {
		return undo
	}
	return err
}

// guarded turns a panic into an error: one broken caller must not take the
// writes of all the others along.
func guarded(c *Conn, do func(*Conn) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("database %s: the transaction panicked and was undone: %v", c.path, r)
		}
	}()
	return do(c)
}

// checkpoint folds the log into the database. TRUNCATE also empties the log.
func (c *Conn) checkpoint(mode string) error {
	row, err := c.One("PRAGMA wal_checkpoint(" + mode + ")")
	if err == nil && row.Bool(0) {
		err = problem(ErrLocked, c.path, "its log could not be folded in because something reads it", nil)
	}
	return err
}

// tryWrite commits a change that changes nothing. SQLite opens a file that it
// may not write for reading only and says so at the first write; that must be
// at the start and not at a sale.
func (c *Conn) tryWrite() error {
	row, err := c.One("PRAGMA user_version")
	if err != nil {
		return err
	}
	if err := c.begin(); err != nil {
		return err
	}
	if err := c.script(fmt.Sprintf("PRAGMA user_version = %d", row.Int(0))); err != nil {
		c.rollback()
		return err
	}
	return c.commit()
}
