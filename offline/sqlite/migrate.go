package sqlite

import (
	"fmt"
	"io/fs"
	"log/slog"
	"sort"
	"strconv"
	"strings"
	"time"
)

// migration is one step of the schema. Its number becomes user_version.
type migration struct {
	number int
	name   string
	sql    string
}

// readMigrations reads 0001_name.sql and so on. A gap or a wrong name is a
// mistake of the programmer and stops the start.
func readMigrations(files fs.FS) ([]migration, error) {
	if files == nil {
		return nil, nil
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	steps := make([]migration, 0, len(names))
	for i, name := range names {
		number, _, _ := strings.Cut(name, "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 || len(number) != 4 {
			return nil, fmt.Errorf("migration %s must be named %04d_what.sql: numbers have four digits and no gaps", name, i+1)
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		steps = append(steps, migration{number: i + 1, name: name, sql: string(text)})
	}
	return steps, nil
}

// migrate runs the steps that the database has not seen, each in its own
// transaction together with its number, so that a step is there as a whole or
// not at all. Of a database that was there before, the log tells each step as it
// begins and as it ends: with years of rows one may take seconds, and whoever
// waits for the start reads why.
func migrate(conn *Conn, steps []migration, log *slog.Logger) error {
	row, err := conn.One("PRAGMA user_version")
	if err != nil {
		return err
	}
	done := int(row.Int(0))
	if err := checkVersion(conn.path, done, len(steps)); err != nil {
		return err
	}
	for _, step := range steps[done:] {
		began := time.Now()
		if done > 0 {
			log.Info("the database is brought to its next form", "step", step.name, "of", len(steps), "bytes", sizeOf(conn.path))
		}
		if err := conn.begin(); err != nil {
			return err
		}
		err := conn.script(step.sql)
		if err == nil {
			err = conn.script(fmt.Sprintf("PRAGMA user_version = %d", step.number))
		}
		if err == nil {
			err = conn.commit()
		}
		if err != nil {
			conn.rollback()
			return fmt.Errorf("migration %s was not applied and the database is as before: %w", step.name, err)
		}
		if done > 0 {
			log.Info("the database has its next form", "step", step.name, "took", time.Since(began).Round(time.Millisecond))
		}
	}
	return nil
}
