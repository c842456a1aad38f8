-- The last bulletin of each wallet, as it came. It is no money: what it says
-- can only stop and narrow. A lower version never replaces a higher one.

CREATE TABLE bulletins (
    wallet   TEXT    NOT NULL PRIMARY KEY CHECK (wallet <> ''),
    version  INTEGER NOT NULL CHECK (version > 0),
    content  BLOB    NOT NULL CHECK (length(content) = 32), -- SHA-256 of what is signed
    signed   BLOB    NOT NULL CHECK (length(signed) > 0),   -- the whole envelope
    taken_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER bulletins_stay BEFORE DELETE ON bulletins
BEGIN SELECT RAISE(ABORT, 'a bulletin holds until a higher version comes'); END;
CREATE TRIGGER bulletins_rise BEFORE UPDATE ON bulletins
WHEN NEW.wallet <> OLD.wallet OR NEW.version <= OLD.version
BEGIN SELECT RAISE(ABORT, 'the version of a bulletin only rises'); END;
