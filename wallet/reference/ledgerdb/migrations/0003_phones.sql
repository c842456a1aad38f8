-- Phones, what was signed for them, and which of their codes were used. Money
-- that is put aside for a certificate is an account of its own class, which
-- falls below zero no more than a customer does.
--
-- SQLite changes no CHECK, so the three tables of postings are written anew.
ALTER TABLE posting RENAME TO posting_old;
ALTER TABLE account RENAME TO account_old;
ALTER TABLE txn     RENAME TO txn_old;

CREATE TABLE account (
    id       INTEGER PRIMARY KEY,
    class    TEXT    NOT NULL CHECK (class IN ('float', 'customer', 'store', 'hold', 'reserve')),
    name     TEXT    NOT NULL CHECK (name <> ''),
    currency TEXT    NOT NULL CHECK (currency <> ''),
    balance  INTEGER NOT NULL CHECK (class NOT IN ('customer', 'hold', 'reserve') OR balance >= 0), -- minor units
    UNIQUE (class, name, currency)
) STRICT;

CREATE TABLE txn (
    id    INTEGER PRIMARY KEY,
    key   TEXT    NOT NULL, -- that it belongs to; empty for an opening and for a certificate
    cause TEXT    NOT NULL CHECK (cause IN ('opening', 'charge', 'reversal', 'hold', 'release', 'refund', 'topup', 'reserve')),
    at    INTEGER NOT NULL  -- nanoseconds since 1970, UTC
) STRICT;

CREATE TABLE posting (
    txn      INTEGER NOT NULL REFERENCES txn,
    n        INTEGER NOT NULL,
    account  INTEGER NOT NULL REFERENCES account,
    amount   INTEGER NOT NULL CHECK (amount <> 0),
    currency TEXT    NOT NULL,
    PRIMARY KEY (txn, n)
) STRICT, WITHOUT ROWID;

INSERT INTO account SELECT id, class, name, currency, balance FROM account_old;
INSERT INTO txn     SELECT id, key, cause, at FROM txn_old;
INSERT INTO posting SELECT txn, n, account, amount, currency FROM posting_old;

DROP TABLE posting_old;
DROP TABLE account_old;
DROP TABLE txn_old;

-- A key moves money once and undoes it once.
CREATE UNIQUE INDEX txn_once ON txn (key, cause) WHERE key <> '';

CREATE TRIGGER txn_stays     BEFORE UPDATE ON txn     BEGIN SELECT RAISE(ABORT, 'a transaction is never changed'); END;
CREATE TRIGGER txn_kept      BEFORE DELETE ON txn     BEGIN SELECT RAISE(ABORT, 'a transaction is never removed'); END;
CREATE TRIGGER posting_stays BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never changed'); END;
CREATE TRIGGER posting_kept  BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'a posting is never removed'); END;

ALTER TABLE standing ADD COLUMN serial BLOB NOT NULL DEFAULT x'0000000000000000' CHECK (length(serial) = 8);

CREATE TABLE device (
    n         INTEGER PRIMARY KEY,
    id        BLOB    NOT NULL UNIQUE CHECK (length(id) = 32), -- SHA-256 of the key
    customer  TEXT    NOT NULL,
    token     BLOB    NOT NULL CHECK (length(token) = 8),
    algorithm INTEGER NOT NULL,
    key       BLOB    NOT NULL,
    since     INTEGER NOT NULL,
    ended     INTEGER NOT NULL -- 0 while it is the customer's phone
) STRICT;

CREATE UNIQUE INDEX device_one ON device (customer) WHERE ended = 0;
CREATE INDEX device_customer   ON device (customer);
CREATE TRIGGER device_ended BEFORE UPDATE ON device
WHEN OLD.ended <> 0 AND NEW.ended = 0
BEGIN SELECT RAISE(ABORT, 'a phone that was replaced does not come back'); END;

CREATE TABLE certificate (
    n         INTEGER PRIMARY KEY,
    serial    BLOB    NOT NULL UNIQUE CHECK (length(serial) = 8 AND serial <> x'0000000000000000'),
    device    BLOB    NOT NULL REFERENCES device (id),
    customer  TEXT    NOT NULL,
    token     BLOB    NOT NULL CHECK (length(token) = 8),
    most      INTEGER NOT NULL CHECK (most > 0), -- the cumulative maximum, minor units
    currency  TEXT    NOT NULL,
    not_after INTEGER NOT NULL,
    denied    INTEGER NOT NULL, -- 0 while it is good
    until     INTEGER NOT NULL, -- what is left goes back after this
    released  INTEGER NOT NULL CHECK (released IN (0, 1))
) STRICT;

CREATE INDEX certificate_due    ON certificate (until) WHERE released = 0;
CREATE INDEX certificate_device ON certificate (device);
CREATE TRIGGER certificate_denied BEFORE UPDATE ON certificate
WHEN OLD.denied <> 0 AND NEW.denied <> OLD.denied OR OLD.released = 1 AND NEW.released = 0
BEGIN SELECT RAISE(ABORT, 'what was denied or has gone back stays so'); END;

CREATE TABLE used (
    device   BLOB    NOT NULL CHECK (length(device) = 32),
    counter  INTEGER NOT NULL,
    key      TEXT    NOT NULL,
    register TEXT    NOT NULL,
    amount   INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT    NOT NULL,
    forward  INTEGER NOT NULL CHECK (forward IN (0, 1)),
    at       INTEGER NOT NULL,
    PRIMARY KEY (device, counter)
) STRICT, WITHOUT ROWID;

CREATE INDEX used_forward ON used (register, at) WHERE forward = 1;
CREATE TRIGGER used_stays BEFORE UPDATE ON used BEGIN SELECT RAISE(ABORT, 'a used code stays used'); END;
CREATE TRIGGER used_kept  BEFORE DELETE ON used BEGIN SELECT RAISE(ABORT, 'a used code stays used'); END;
