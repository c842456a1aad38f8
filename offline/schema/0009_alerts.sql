-- What the shop was told of. It is no money. An entry of the journal goes with
-- every change of a row.

CREATE TABLE alerts (
    id       INTEGER PRIMARY KEY CHECK (id > 0),
    code     TEXT    NOT NULL CHECK (code <> ''), -- of the catalogue of troubles
    subject  TEXT    NOT NULL,                    -- the device, wallet or certificate; empty: the register
    detail   TEXT    NOT NULL,                    -- numbers, for people
    level    INTEGER NOT NULL,                    -- how bad; it only rises
    raised   INTEGER NOT NULL,
    reminded INTEGER NOT NULL,                    -- when it was last told, raised included
    cleared  INTEGER NOT NULL,                    -- 0: it stands
    seen     INTEGER NOT NULL,                    -- when somebody acknowledged it; 0: nobody has
    seen_by  TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX alerts_stand ON alerts (code, subject) WHERE cleared = 0;
CREATE TRIGGER alerts_stay BEFORE DELETE ON alerts
BEGIN SELECT RAISE(ABORT, 'an alert is never deleted'); END;
