-- The keys with which registers were met: what one of them has signed may be
-- brought in by another when its disk is dead.
CREATE TABLE register_key (
    n        INTEGER PRIMARY KEY,
    register TEXT    NOT NULL CHECK (instr(register, '-') > 1), -- STORE-TERMINAL
    key      BLOB    NOT NULL CHECK (length(key) > 0), -- PKIX, DER
    since    INTEGER NOT NULL,
    UNIQUE (register, key)
) STRICT;

CREATE TRIGGER register_key_stays BEFORE UPDATE ON register_key BEGIN SELECT RAISE(ABORT, 'a key that a register was met with stays its key'); END;
CREATE TRIGGER register_key_kept  BEFORE DELETE ON register_key BEGIN SELECT RAISE(ABORT, 'a key that a register was met with is never forgotten'); END;
