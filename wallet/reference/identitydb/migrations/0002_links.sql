-- Who members are at other services. A subject there is one member here.

CREATE TABLE link (
    other   TEXT    NOT NULL CHECK (other <> ''),
    subject TEXT    NOT NULL CHECK (subject <> ''),
    member  TEXT    NOT NULL REFERENCES member (id),
    at      INTEGER NOT NULL,
    PRIMARY KEY (other, subject),
    UNIQUE (member, other)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER link_stands BEFORE UPDATE ON link BEGIN SELECT RAISE(ABORT, 'who a subject is never changes: end the link, and make another'); END;
