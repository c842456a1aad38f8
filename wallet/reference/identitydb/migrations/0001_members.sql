-- Who the customers of the wallet are. Secrets lie here as digests, but for the
-- second factors, which must be worked with.

CREATE TABLE member (
    id         TEXT    PRIMARY KEY CHECK (id <> ''),
    customer   TEXT    NOT NULL UNIQUE CHECK (customer <> ''),
    contact    TEXT    NOT NULL UNIQUE CHECK (contact <> ''),
    password   TEXT    NOT NULL,
    totp       TEXT    NOT NULL,
    step       INTEGER NOT NULL,
    had_phone  INTEGER NOT NULL CHECK (had_phone IN (0, 1)),
    frozen     INTEGER NOT NULL, -- when; 0: it is not
    no_top_up  INTEGER NOT NULL,
    new_to     TEXT    NOT NULL,
    new_at     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (password = '' OR totp <> '') -- never a password alone
) STRICT, WITHOUT ROWID;
CREATE INDEX member_frozen  ON member (frozen) WHERE frozen <> 0;
CREATE INDEX member_no_top_up ON member (no_top_up);
CREATE INDEX member_moving ON member (new_at) WHERE new_to <> '';
CREATE TRIGGER member_stays BEFORE DELETE ON member BEGIN SELECT RAISE(ABORT, 'a member is never deleted'); END;
CREATE TRIGGER member_stands BEFORE UPDATE OF id, customer ON member
WHEN NEW.id <> OLD.id OR NEW.customer <> OLD.customer
BEGIN SELECT RAISE(ABORT, 'whose account it is never changes'); END;
CREATE TRIGGER member_step BEFORE UPDATE OF step ON member
WHEN NEW.step < OLD.step AND NEW.totp = OLD.totp
BEGIN SELECT RAISE(ABORT, 'a code that was used stays used'); END;

CREATE TABLE proof (
    contact TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    code    TEXT    NOT NULL,
    tries   INTEGER NOT NULL CHECK (tries >= 0), -- left
    until   INTEGER NOT NULL,
    PRIMARY KEY (contact, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE ticket (
    hash     TEXT    PRIMARY KEY,
    contact  TEXT    NOT NULL,
    member   TEXT    NOT NULL,
    password TEXT    NOT NULL,
    totp     TEXT    NOT NULL,
    until    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    id     TEXT    PRIMARY KEY,
    hash   TEXT    NOT NULL UNIQUE,
    secret TEXT    NOT NULL,
    member TEXT    NOT NULL REFERENCES member,
    agent  TEXT    NOT NULL,
    source TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    seen   INTEGER NOT NULL,
    strong INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_member ON session (member, at);
CREATE INDEX session_seen   ON session (seen);

CREATE TABLE passkey (
    id     BLOB    PRIMARY KEY,
    member TEXT    NOT NULL REFERENCES member,
    data   TEXT    NOT NULL,
    at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_member ON passkey (member);

CREATE TABLE phone (
    n         INTEGER PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE CHECK (length(id) = 64),
    member    TEXT    NOT NULL REFERENCES member,
    key       BLOB    NOT NULL,
    algorithm INTEGER NOT NULL,
    label     TEXT    NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('active', 'waiting', 'ended')),
    at        INTEGER NOT NULL,
    cool      INTEGER NOT NULL -- until when it pays little; 0: it does not cool
) STRICT;
CREATE UNIQUE INDEX phone_one ON phone (member) WHERE state = 'active';
CREATE INDEX phone_member     ON phone (member);
CREATE INDEX phone_cools      ON phone (cool) WHERE state = 'active' AND cool <> 0;
CREATE TRIGGER phone_ended BEFORE UPDATE ON phone WHEN OLD.state = 'ended' AND NEW.state <> 'ended'
BEGIN SELECT RAISE(ABORT, 'a phone that has ended does not come back'); END;

CREATE TABLE tries (
    what   TEXT    PRIMARY KEY,
    count  INTEGER NOT NULL,
    since  INTEGER NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tries_since ON tries (since);

CREATE TABLE notice (
    n      INTEGER PRIMARY KEY,
    member TEXT    NOT NULL REFERENCES member,
    kind   TEXT    NOT NULL,
    text   TEXT    NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_member ON notice (member, n);
