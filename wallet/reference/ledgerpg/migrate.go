package ledgerpg

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock is the advisory lock of wallets that bring a schema up to date.
const migrationLock = 0x70776c74

// migrate runs what the database has not seen yet, all of it or nothing. A
// database of a later schema is refused.
func migrate(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", migrationLock); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "CREATE TABLE IF NOT EXISTS ledger_schema (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())"); err != nil {
			return err
		}
		version := 0
		if err := tx.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM ledger_schema").Scan(&version); err != nil {
			return err
		}
		if version > len(names) {
			return fmt.Errorf("the database is of schema %d, this program knows %d: use the newer program", version, len(names))
		}
		for ; version < len(names); version++ {
			text, err := migrations.ReadFile(names[version])
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, string(text)); err != nil {
				return fmt.Errorf("%s: %w", names[version], err)
			}
			if _, err := tx.Exec(ctx, "INSERT INTO ledger_schema (version) VALUES ($1)", version+1); err != nil {
				return err
			}
			if log != nil {
				log.Info("the ledger's schema was brought up to date", "version", version+1)
			}
		}
		return nil
	})
}
