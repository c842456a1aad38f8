-- The books of one register.
--
-- Times are INTEGER nanoseconds since 1970-01-01 UTC, 0 for "not yet": exact,
-- eight bytes, and ordered. In a shell: datetime(at/1000000000, 'unixepoch').
-- Lists are JSON arrays, '' when empty. Words (state, event, reason) are
-- stored as they are, so that the file can be read without the program.
--
-- Later migrations add columns and tables. They never delete or rewrite what
-- is in charges, sales or journal.

CREATE TABLE charges (
    seq         INTEGER PRIMARY KEY CHECK (seq > 0),
    last_link   INTEGER NOT NULL CHECK (last_link >= 0),
    epoch       INTEGER NOT NULL CHECK (epoch >= 0),
    key         TEXT    NOT NULL CHECK (length(key) BETWEEN 1 AND 32),
    kind        TEXT    NOT NULL, -- 'charge', 'refund', 'topup'; '' is a payment
    refund_of   TEXT    NOT NULL CHECK (kind = 'refund' OR refund_of = ''), -- the key of the payment whose money goes back
    sale_id     TEXT    NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount > 0),
    currency    TEXT    NOT NULL CHECK (length(currency) = 3),
    state       TEXT    NOT NULL CHECK (state <> ''),
    open        INTEGER NOT NULL CHECK (open IN (0, 1)),
    reason      TEXT    NOT NULL,
    wallet      TEXT    NOT NULL,
    route       TEXT    NOT NULL,
    confirmed   TEXT    NOT NULL,
    code_kind   TEXT    NOT NULL,
    code_masked TEXT    NOT NULL,
    code_hash   TEXT    NOT NULL,
    receipt     TEXT    NOT NULL,
    attempts    INTEGER NOT NULL CHECK (attempts >= 0),
    asked_by    TEXT    NOT NULL,
    operator    TEXT    NOT NULL,
    paper       TEXT    NOT NULL,
    reprints    INTEGER NOT NULL CHECK (reprints >= 0),
    alarms      INTEGER NOT NULL CHECK (alarms >= 0),
    prepared_at INTEGER NOT NULL,
    sent_at     INTEGER NOT NULL,
    changed_at  INTEGER NOT NULL
) STRICT;

-- A key ends with its charge's number, so it needs no index, and a sale names
-- its charges: an index would cost every sale another page.
-- The row is the queue. open says what the state says, in a column of its own
-- so that a step from one open state to another leaves this index alone.
CREATE INDEX charges_open ON charges (seq) WHERE open = 1;

CREATE TRIGGER charges_stay BEFORE DELETE ON charges
BEGIN SELECT RAISE(ABORT, 'a charge is never deleted'); END;

CREATE TABLE sales (
    id            TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    charges       TEXT    NOT NULL DEFAULT '', -- their numbers with commas, in the order they came
    top_up        INTEGER NOT NULL CHECK (top_up IN (0, 1)),
    source        TEXT    NOT NULL,
    reference     TEXT    NOT NULL,
    business_date TEXT    NOT NULL,
    amount        INTEGER NOT NULL CHECK (amount > 0),
    currency      TEXT    NOT NULL CHECK (length(currency) = 3),
    lines         TEXT    NOT NULL,
    at            INTEGER NOT NULL,
    operator      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX sales_reference ON sales (business_date, source, reference) WHERE reference <> '';

CREATE TRIGGER sales_stay BEFORE DELETE ON sales
BEGIN SELECT RAISE(ABORT, 'a sale is never deleted'); END;
CREATE TRIGGER sales_stand
BEFORE UPDATE OF id, top_up, source, reference, business_date, amount, currency, lines, at, operator ON sales
BEGIN SELECT RAISE(ABORT, 'a sale is never changed'); END;

CREATE TABLE journal (
    n           INTEGER PRIMARY KEY CHECK (n > 0),
    before      INTEGER NOT NULL CHECK (before >= 0 AND before < n), -- the entry before of the same charge
    key         TEXT    NOT NULL,
    from_state  TEXT    NOT NULL,
    to_state    TEXT    NOT NULL,
    moved       INTEGER NOT NULL CHECK (moved IN (0, 1)),
    event       TEXT    NOT NULL,
    wallet      TEXT    NOT NULL,
    reason      TEXT    NOT NULL,
    asked_by    TEXT    NOT NULL,
    operator    TEXT    NOT NULL,
    receipt     TEXT    NOT NULL,
    code_kind   TEXT    NOT NULL,
    code_masked TEXT    NOT NULL,
    code_hash   TEXT    NOT NULL,
    asked_at    INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    note        TEXT    NOT NULL,
    hash        BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER journal_stays BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
CREATE TRIGGER journal_stands BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;

CREATE TABLE meta (
    name  TEXT    NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
