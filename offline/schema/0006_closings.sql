-- Closings of the register (Z). Each covers the journal's entries behind
-- "after", up to "upto"; an entry of the journal holds the hash of its document.

CREATE TABLE closings (
    number   INTEGER PRIMARY KEY CHECK (number > 0),
    date     TEXT    NOT NULL UNIQUE CHECK (length(date) = 10),
    after    INTEGER NOT NULL CHECK (after >= 0),
    upto     INTEGER NOT NULL CHECK (upto >= after),
    at       INTEGER NOT NULL,
    asked_by TEXT    NOT NULL,
    operator TEXT    NOT NULL,
    document BLOB    NOT NULL CHECK (length(document) > 0),
    hash     BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER closings_stay BEFORE DELETE ON closings
BEGIN SELECT RAISE(ABORT, 'a closing is never deleted'); END;
CREATE TRIGGER closings_stand BEFORE UPDATE ON closings
BEGIN SELECT RAISE(ABORT, 'a closing is never changed'); END;
