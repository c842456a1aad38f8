-- Bills: purchases that are paid in parts. A part is a sale of its own, with
-- charges of its own, that names its bill.

CREATE TABLE bills (
    id            TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
    source        TEXT    NOT NULL,
    reference     TEXT    NOT NULL,
    business_date TEXT    NOT NULL,
    amount        INTEGER NOT NULL CHECK (amount > 0),
    currency      TEXT    NOT NULL CHECK (length(currency) = 3),
    lines         TEXT    NOT NULL,
    at            INTEGER NOT NULL,
    operator      TEXT    NOT NULL,
    given_up      INTEGER NOT NULL DEFAULT 0 -- when; 0: it was not
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX bills_reference ON bills (reference, business_date, source) WHERE reference <> '';

CREATE TRIGGER bills_stay BEFORE DELETE ON bills
BEGIN SELECT RAISE(ABORT, 'a bill is never deleted'); END;
CREATE TRIGGER bills_stand
BEFORE UPDATE OF id, source, reference, business_date, amount, currency, lines, at, operator ON bills
BEGIN SELECT RAISE(ABORT, 'a bill is never changed'); END;

ALTER TABLE sales ADD COLUMN bill TEXT NOT NULL DEFAULT '';
ALTER TABLE sales ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sales ADD COLUMN before TEXT NOT NULL DEFAULT ''; -- what the parts before it pay, a line for each rate
ALTER TABLE sales ADD COLUMN handed INTEGER NOT NULL DEFAULT 0 CHECK (handed >= 0); -- cash; 0: it is none

CREATE UNIQUE INDEX sales_part ON sales (bill, part) WHERE bill <> '';

DROP TRIGGER sales_stand;
CREATE TRIGGER sales_stand
BEFORE UPDATE OF id, top_up, source, reference, business_date, amount, currency, lines, at, operator, bill, part, before, handed ON sales
BEGIN SELECT RAISE(ABORT, 'a sale is never changed'); END;
