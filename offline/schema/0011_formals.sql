-- Formal receipts (領収書), one a sale or bill, numbered without a gap.

CREATE TABLE formals (
    number    INTEGER PRIMARY KEY CHECK (number > 0),
    subject   TEXT    NOT NULL UNIQUE CHECK (subject <> ''), -- the bill, or the sale
    charge    TEXT    NOT NULL CHECK (charge <> ''),         -- the key on the paper
    addressee TEXT    NOT NULL,
    purpose   TEXT    NOT NULL,
    amount    INTEGER NOT NULL CHECK (amount > 0),
    currency  TEXT    NOT NULL CHECK (length(currency) = 3),
    returned  TEXT    NOT NULL, -- what had gone back by then, oldest first, in minor units
    at        INTEGER NOT NULL,
    asked_by  TEXT    NOT NULL,
    operator  TEXT    NOT NULL,
    paper     TEXT    NOT NULL,
    copies    INTEGER NOT NULL DEFAULT 0 CHECK (copies >= 0)
) STRICT;

CREATE TRIGGER formals_stay BEFORE DELETE ON formals
BEGIN SELECT RAISE(ABORT, 'a formal receipt is never deleted'); END;
CREATE TRIGGER formals_stand
BEFORE UPDATE OF number, subject, charge, addressee, purpose, amount, currency, returned, at, asked_by, operator ON formals
BEGIN SELECT RAISE(ABORT, 'a formal receipt is never changed'); END;
