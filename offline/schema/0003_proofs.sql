-- What stands behind charges that were taken without a network, and the sealed
-- codes themselves. A proof stays for good: by it a code is known again. The
-- evidence goes when the charge is at its end.

CREATE TABLE proofs (
    seq         INTEGER PRIMARY KEY REFERENCES charges (seq),
    device      TEXT    NOT NULL CHECK (device <> ''),
    counter     INTEGER NOT NULL CHECK (counter >= 0),
    token       TEXT    NOT NULL CHECK (token <> ''),
    serial      TEXT    NOT NULL CHECK (serial <> ''),
    affords     INTEGER NOT NULL CHECK (affords >= 0),
    until       INTEGER NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount > 0),
    at          INTEGER NOT NULL,
    outstanding INTEGER NOT NULL CHECK (outstanding IN (0, 1)),
    UNIQUE (device, counter)
) STRICT;

CREATE INDEX proofs_outstanding ON proofs (at, amount) WHERE outstanding = 1;
CREATE INDEX proofs_due ON proofs (until, seq) WHERE outstanding = 1;
CREATE INDEX proofs_token ON proofs (token, outstanding, amount);
CREATE INDEX proofs_serial ON proofs (serial, amount);

CREATE TRIGGER proofs_stay BEFORE DELETE ON proofs
BEGIN SELECT RAISE(ABORT, 'a proof is never deleted'); END;
CREATE TRIGGER proofs_stand BEFORE UPDATE OF seq, device, counter, token, serial, affords, until, amount, at ON proofs
BEGIN SELECT RAISE(ABORT, 'a proof is never changed'); END;

CREATE TABLE evidence (
    seq    INTEGER PRIMARY KEY REFERENCES proofs (seq),
    sealed BLOB    NOT NULL CHECK (length(sealed) > 0)
) STRICT;
