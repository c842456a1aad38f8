-- Charges that change hands: by a queue file or a slip of paper another
-- register takes in what this one took without a network, under the same key.
--
-- A carried row is one that came so. Its key is another register's, or this
-- one's from a disk that died, so it does not end with the row's number and
-- has an index of its own.

ALTER TABLE charges ADD COLUMN carried INTEGER NOT NULL DEFAULT 0 CHECK (carried IN (0, 1));
CREATE UNIQUE INDEX charges_carried ON charges (key) WHERE carried = 1;
CREATE TRIGGER charges_hands BEFORE UPDATE OF carried ON charges WHEN NEW.carried <> OLD.carried
BEGIN SELECT RAISE(ABORT, 'whose charge it is never changes'); END;

-- The device of a carried proof is its key: its code may have been taken here
-- as well, and the wallet pays one of the two.
ALTER TABLE proofs ADD COLUMN carried INTEGER NOT NULL DEFAULT 0 CHECK (carried IN (0, 1));
ALTER TABLE proofs ADD COLUMN signature BLOB NOT NULL DEFAULT x'';   -- of the register that took it
ALTER TABLE proofs ADD COLUMN certificate BLOB NOT NULL DEFAULT x''; -- of the key that signed it
ALTER TABLE proofs ADD COLUMN moved_at INTEGER NOT NULL DEFAULT 0; -- when it left with a queue file
CREATE TRIGGER proofs_hands BEFORE UPDATE OF carried ON proofs
BEGIN SELECT RAISE(ABORT, 'a proof is never changed'); END;

-- What is outstanding, counted as it comes and goes, so that a long queue costs
-- an acceptance no more than a short one. What was carried here is no risk that
-- this register took, and is counted for itself.
CREATE TABLE exposure (
    carried INTEGER NOT NULL PRIMARY KEY CHECK (carried IN (0, 1)),
    charges INTEGER NOT NULL CHECK (charges >= 0),
    minor   INTEGER NOT NULL CHECK (minor >= 0)
) STRICT, WITHOUT ROWID;

INSERT INTO exposure SELECT 0, count(*), coalesce(sum(amount), 0) FROM proofs WHERE outstanding = 1;
INSERT INTO exposure VALUES (1, 0, 0);

CREATE TRIGGER proofs_come AFTER INSERT ON proofs WHEN NEW.outstanding = 1
BEGIN UPDATE exposure SET charges = charges + 1, minor = minor + NEW.amount WHERE carried = NEW.carried; END;
CREATE TRIGGER proofs_go AFTER UPDATE OF outstanding ON proofs WHEN NEW.outstanding <> OLD.outstanding
BEGIN
    UPDATE exposure SET charges = charges + NEW.outstanding - OLD.outstanding, minor = minor + (NEW.outstanding - OLD.outstanding) * NEW.amount WHERE carried = NEW.carried;
END;

DROP INDEX proofs_outstanding;
CREATE INDEX proofs_oldest ON proofs (carried, at) WHERE outstanding = 1;
