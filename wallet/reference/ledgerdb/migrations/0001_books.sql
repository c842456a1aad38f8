-- The rules are above the store; what is checked here is a second lock on
-- the same doors.

CREATE TABLE account (
    id       INTEGER PRIMARY KEY,
    class    TEXT    NOT NULL CHECK (class IN ('float', 'customer', 'store', 'hold')),
    name     TEXT    NOT NULL CHECK (name <> ''),
    currency TEXT    NOT NULL CHECK (currency <> ''),
    balance  INTEGER NOT NULL CHECK (class NOT IN ('customer', 'hold') OR balance >= 0), -- minor units
    UNIQUE (class, name, currency)
) STRICT;

CREATE TABLE txn (
    id    INTEGER PRIMARY KEY,
    key   TEXT    NOT NULL, -- that it belongs to; empty for an opening
    cause TEXT    NOT NULL CHECK (cause IN ('opening', 'charge', 'reversal', 'hold', 'release', 'refund', 'topup')),
    at    INTEGER NOT NULL  -- nanoseconds since 1970, UTC
) STRICT;

-- A key moves money once and undoes it once.
CREATE UNIQUE INDEX txn_once ON txn (key, cause) WHERE key <> '';

CREATE TABLE posting (
    txn      INTEGER NOT NULL REFERENCES txn,
    n        INTEGER NOT NULL,
    account  INTEGER NOT NULL REFERENCES account,
    amount   INTEGER NOT NULL CHECK (amount <> 0),
    currency TEXT    NOT NULL,
    PRIMARY KEY (txn, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER txn_stays     BEFORE UPDATE ON txn     BEGIN SELECT RAISE(ABORT, 'a transaction is never changed'); END;
CREATE TRIGGER txn_kept      BEFORE DELETE ON txn     BEGIN SELECT RAISE(ABORT, 'a transaction is never removed'); END;
CREATE TRIGGER posting_stays BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never changed'); END;
CREATE TRIGGER posting_kept  BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never removed'); END;

CREATE TABLE standing (
    n          INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL UNIQUE,
    kind       TEXT    NOT NULL CHECK (kind IN ('charge', 'refund', 'topup')),
    status     TEXT    NOT NULL CHECK (status IN ('approved', 'declined', 'pending', 'reversed')),
    amount     INTEGER NOT NULL CHECK (amount > 0),
    currency   TEXT    NOT NULL,
    store      TEXT    NOT NULL,
    terminal   TEXT    NOT NULL,
    code       BLOB    NOT NULL CHECK (length(code) = 32), -- SHA-256; zero for a refund
    charge_key TEXT    NOT NULL CHECK (charge_key = '' OR kind = 'refund'), -- of a refund
    blocked    INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    kept       INTEGER NOT NULL CHECK (kept IN (0, 1)), -- a reversal was refused for ever
    customer   TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    receipt    TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    until      INTEGER NOT NULL CHECK ((until <> 0) = (status = 'pending')), -- when it runs out
    changed    INTEGER NOT NULL
) STRICT;

CREATE INDEX standing_pending ON standing (n) WHERE status = 'pending';
CREATE INDEX standing_refunds ON standing (charge_key) WHERE charge_key <> '';
CREATE INDEX standing_at      ON standing (at);

CREATE TRIGGER standing_final BEFORE UPDATE OF status ON standing
WHEN OLD.status <> NEW.status AND NOT (OLD.status = 'approved' AND NEW.status = 'reversed' AND OLD.kept = 0) AND OLD.status <> 'pending'
BEGIN SELECT RAISE(ABORT, 'a standing answer only changes from pending, or from approved to reversed'); END;
CREATE TRIGGER refund_bounded BEFORE INSERT ON standing
WHEN NEW.kind = 'refund' AND NEW.status = 'approved' AND
    NEW.amount + (SELECT ifnull(sum(amount), 0) FROM standing WHERE charge_key = NEW.charge_key AND status = 'approved' AND key <> NEW.key)
    > ifnull((SELECT amount FROM standing WHERE key = NEW.charge_key AND kind = 'charge' AND status = 'approved' AND currency = NEW.currency), 0)
BEGIN SELECT RAISE(ABORT, 'refunds never exceed their charge'); END;
CREATE TRIGGER refunded_stays BEFORE UPDATE OF status ON standing
WHEN OLD.status = 'approved' AND NEW.status = 'reversed' AND
    EXISTS (SELECT 1 FROM standing WHERE charge_key = OLD.key AND status = 'approved')
BEGIN SELECT RAISE(ABORT, 'a charge with refunds is not reversed'); END;
CREATE TRIGGER standing_kept BEFORE DELETE ON standing BEGIN SELECT RAISE(ABORT, 'a key is never forgotten'); END;

CREATE TABLE code (
    hash     BLOB    PRIMARY KEY CHECK (length(hash) = 32), -- SHA-256
    customer TEXT    NOT NULL,
    expires  INTEGER NOT NULL,
    used_by  TEXT    NOT NULL -- empty while fresh
) STRICT, WITHOUT ROWID;

CREATE INDEX code_expires ON code (expires);
