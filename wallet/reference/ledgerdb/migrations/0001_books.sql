-- The rules are above the store; what is checked here is a second lock on
-- the same doors.

CREATE TABLE account (
    id       INTEGER PRIMARY KEY,
    class    TEXT    NOT NULL CHECK (class IN ('float', 'customer', 'store')),
    name     TEXT    NOT NULL CHECK (name <> ''),
    currency TEXT    NOT NULL CHECK (currency <> ''),
    balance  INTEGER NOT NULL CHECK (class <> 'customer' OR balance >= 0), -- minor units
    UNIQUE (class, name, currency)
) STRICT;

CREATE TABLE txn (
    id    INTEGER PRIMARY KEY,
    key   TEXT    NOT NULL, -- of the charge; empty for an opening
    cause TEXT    NOT NULL CHECK (cause IN ('opening', 'charge', 'reversal')),
    at    INTEGER NOT NULL  -- nanoseconds since 1970, UTC
) STRICT;

-- A key takes money once and gives it back once.
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
    n        INTEGER PRIMARY KEY,
    key      TEXT    NOT NULL UNIQUE,
    kind     TEXT    NOT NULL,
    status   TEXT    NOT NULL CHECK (status IN ('approved', 'declined', 'pending', 'reversed')),
    amount   INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT    NOT NULL,
    store    TEXT    NOT NULL,
    terminal TEXT    NOT NULL,
    code     BLOB    NOT NULL CHECK (length(code) = 32), -- SHA-256
    blocked  INTEGER NOT NULL CHECK (blocked IN (0, 1)),
    customer TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    receipt  TEXT    NOT NULL,
    at       INTEGER NOT NULL,
    changed  INTEGER NOT NULL
) STRICT;

CREATE TRIGGER standing_final BEFORE UPDATE OF status ON standing
WHEN OLD.status <> NEW.status AND NOT (OLD.status = 'approved' AND NEW.status = 'reversed') AND OLD.status <> 'pending'
BEGIN SELECT RAISE(ABORT, 'a standing answer only changes from approved to reversed'); END;
CREATE TRIGGER standing_kept BEFORE DELETE ON standing BEGIN SELECT RAISE(ABORT, 'a key is never forgotten'); END;

CREATE TABLE code (
    hash     BLOB    PRIMARY KEY CHECK (length(hash) = 32), -- SHA-256
    customer TEXT    NOT NULL,
    expires  INTEGER NOT NULL,
    used_by  TEXT    NOT NULL -- empty while fresh
) STRICT, WITHOUT ROWID;

CREATE INDEX code_expires ON code (expires);
