-- Wishes to top up from a card or a bank, and how far each is.

CREATE TABLE topup (
    key      TEXT    PRIMARY KEY CHECK (key <> ''),
    customer TEXT    NOT NULL CHECK (customer <> ''),
    source   TEXT    NOT NULL CHECK (source <> ''),
    amount   INTEGER NOT NULL CHECK (amount > 0),
    state    TEXT    NOT NULL CHECK (state IN ('asked', 'refused', 'taken', 'credited')),
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX topup_customer ON topup (customer, at);
CREATE INDEX topup_open ON topup (state) WHERE state IN ('asked', 'taken');
CREATE TRIGGER topup_stays BEFORE DELETE ON topup BEGIN SELECT RAISE(ABORT, 'a top-up is never deleted'); END;
CREATE TRIGGER topup_stands BEFORE UPDATE ON topup
WHEN NEW.key <> OLD.key OR NEW.customer <> OLD.customer OR NEW.source <> OLD.source OR NEW.amount <> OLD.amount OR NEW.at <> OLD.at
  OR NOT (OLD.state = NEW.state OR OLD.state = 'asked' AND NEW.state IN ('refused', 'taken') OR OLD.state = 'taken' AND NEW.state = 'credited')
BEGIN SELECT RAISE(ABORT, 'what was asked for stands, and a state only goes on'); END;
