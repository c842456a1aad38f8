-- What idempotency keys stand for. It is no money: sales, refunds and decisions
-- are in the books once, whatever is here; a row that is lost only lets a key
-- stand for something else. Rows go after some days.

CREATE TABLE wishes (
    id   BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16), -- keyed hash of who, what for and under which key
    body BLOB    NOT NULL CHECK (length(body) = 16),           -- keyed hash of what was wanted
    said TEXT    NOT NULL,                                     -- why it was refused; empty: it was not
    at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
