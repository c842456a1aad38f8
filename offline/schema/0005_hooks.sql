-- How far each webhook has come in the journal. It is no money: a row that is
-- lost only begins anew.

CREATE TABLE webhooks (
    name  TEXT    NOT NULL PRIMARY KEY CHECK (name <> ''),
    n     INTEGER NOT NULL CHECK (n >= 0), -- the last entry of the journal that it took or did not want
    since INTEGER NOT NULL,                -- the one behind it has failed since then; 0: it has not
    off   TEXT    NOT NULL                 -- why nothing is sent any more; empty: it is
) STRICT, WITHOUT ROWID;
