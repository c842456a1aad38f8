-- The books of the ledger. What the rules promise is locked a second time here:
-- a customer never falls below zero, a transaction is never changed, a key is
-- never forgotten, and a standing answer changes only as it may.

CREATE TABLE account (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    class    text   NOT NULL CHECK (class IN ('float', 'customer', 'store', 'hold', 'reserve')),
    name     text   NOT NULL CHECK (name <> ''),
    currency text   NOT NULL CHECK (currency <> ''),
    balance  bigint NOT NULL DEFAULT 0, -- minor units; of a float or a store: beside what its tallies say
    UNIQUE (class, name, currency),
    CHECK (class NOT IN ('customer', 'hold', 'reserve') OR balance >= 0)
) WITH (fillfactor = 80);

-- Of the float and of stores many transactions have a part at the same moment,
-- and none of them asks for the balance: they add to one of several rows.
CREATE TABLE tally (
    account bigint   NOT NULL REFERENCES account,
    shard   smallint NOT NULL,
    balance bigint   NOT NULL,
    PRIMARY KEY (account, shard)
) WITH (fillfactor = 40);

CREATE SEQUENCE txn_id INCREMENT BY 64; -- taken in blocks

CREATE TABLE txn (
    id    bigint PRIMARY KEY,
    key   text   NOT NULL, -- that it belongs to; empty for an opening and for a certificate
    cause text   NOT NULL CHECK (cause IN ('opening', 'charge', 'reversal', 'hold', 'release', 'refund', 'topup', 'reserve')),
    at    bigint NOT NULL  -- nanoseconds since 1970, UTC
);

-- A key moves money once and undoes it once.
CREATE UNIQUE INDEX txn_once ON txn (key, cause) WHERE key <> '';

CREATE TABLE posting (
    txn      bigint   NOT NULL REFERENCES txn,
    n        smallint NOT NULL,
    account  bigint   NOT NULL, -- not checked against account, whose rows are never removed
    amount   bigint   NOT NULL CHECK (amount <> 0),
    currency text     NOT NULL,
    PRIMARY KEY (txn, n)
);

CREATE TABLE standing (
    n             bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key           text    NOT NULL UNIQUE,
    register      text    NOT NULL GENERATED ALWAYS AS (split_part(key, '-', 1) || '-' || split_part(key, '-', 2) || '-') STORED,
    kind          text    NOT NULL CHECK (kind IN ('charge', 'refund', 'topup')),
    status        text    NOT NULL CHECK (status IN ('approved', 'declined', 'pending', 'reversed')),
    amount        bigint  NOT NULL CHECK (amount > 0),
    currency      text    NOT NULL,
    store         text    NOT NULL,
    terminal      text    NOT NULL,
    code          bytea   NOT NULL CHECK (length(code) = 32), -- SHA-256; zero for a refund
    serial        bytea   NOT NULL CHECK (length(serial) = 8),
    charge_key    text    NOT NULL CHECK (charge_key = '' OR kind = 'refund'),
    blocked       boolean NOT NULL,
    kept          boolean NOT NULL, -- a reversal was refused for ever
    customer      text    NOT NULL,
    reason        text    NOT NULL,
    receipt       text    NOT NULL,
    points_used   bigint  NOT NULL CHECK (points_used BETWEEN 0 AND amount),
    points_earned bigint  NOT NULL CHECK (points_earned >= 0),
    points_left   bigint  NOT NULL CHECK (points_left >= 0),
    balance       bigint  NOT NULL CHECK (balance >= 0), -- of a top-up: what the customer had afterwards
    at            bigint  NOT NULL,
    until         bigint  NOT NULL CHECK ((until <> 0) = (status = 'pending')), -- when it runs out
    changed       bigint  NOT NULL
) WITH (fillfactor = 90);

CREATE INDEX standing_pending  ON standing (until) WHERE status = 'pending';
CREATE INDEX standing_refunds  ON standing (charge_key) WHERE charge_key <> '';
CREATE INDEX standing_customer ON standing (customer, at) WHERE customer <> '';
CREATE INDEX standing_register ON standing (register, at);

CREATE TABLE code (
    hash     bytea  PRIMARY KEY CHECK (length(hash) = 32), -- SHA-256
    customer text   NOT NULL,
    expires  bigint NOT NULL,
    used_by  text   NOT NULL -- empty while fresh
) WITH (fillfactor = 70);
CREATE INDEX code_expires ON code (expires);

CREATE TABLE device (
    n         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id        bytea  NOT NULL UNIQUE CHECK (length(id) = 32), -- SHA-256 of the key
    customer  text   NOT NULL,
    token     bytea  NOT NULL CHECK (length(token) = 8),
    algorithm bigint NOT NULL,
    key       bytea  NOT NULL,
    since     bigint NOT NULL,
    ended     bigint NOT NULL -- 0 while it is the customer's phone
);
CREATE UNIQUE INDEX device_one ON device (customer) WHERE ended = 0;
CREATE INDEX device_customer   ON device (customer);

CREATE TABLE certificate (
    n         bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    serial    bytea   NOT NULL UNIQUE CHECK (length(serial) = 8 AND serial <> '\x0000000000000000'),
    device    bytea   NOT NULL REFERENCES device (id),
    customer  text    NOT NULL,
    token     bytea   NOT NULL CHECK (length(token) = 8),
    most      bigint  NOT NULL CHECK (most > 0), -- the cumulative maximum, minor units
    currency  text    NOT NULL,
    not_after bigint  NOT NULL,
    denied    bigint  NOT NULL, -- 0 while it is good
    until     bigint  NOT NULL, -- what is left goes back after this
    released  boolean NOT NULL
);
CREATE INDEX certificate_due    ON certificate (until) WHERE NOT released;
CREATE INDEX certificate_device ON certificate (device);

CREATE TABLE used (
    device   bytea   NOT NULL CHECK (length(device) = 32),
    counter  bigint  NOT NULL,
    key      text    NOT NULL,
    register text    NOT NULL,
    amount   bigint  NOT NULL CHECK (amount > 0),
    currency text    NOT NULL,
    forward  boolean NOT NULL,
    at       bigint  NOT NULL,
    PRIMARY KEY (device, counter)
);
CREATE INDEX used_forward ON used (register, at) WHERE forward;

CREATE TABLE register_key (
    n        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    register text   NOT NULL CHECK (strpos(register, '-') > 1), -- STORE-TERMINAL
    key      bytea  NOT NULL CHECK (length(key) > 0), -- PKIX, DER
    since    bigint NOT NULL,
    UNIQUE (register, key)
);

CREATE TABLE wish (
    customer   text    PRIMARY KEY CHECK (customer <> ''),
    use_points boolean NOT NULL
);

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER txn_stays     BEFORE UPDATE OR DELETE OR TRUNCATE ON txn     EXECUTE FUNCTION refuse('a transaction is never changed');
CREATE TRIGGER posting_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON posting EXECUTE FUNCTION refuse('a posting is never changed');
CREATE TRIGGER standing_kept BEFORE DELETE OR TRUNCATE ON standing EXECUTE FUNCTION refuse('a key is never forgotten');
CREATE TRIGGER used_stays    BEFORE UPDATE OR DELETE OR TRUNCATE ON used EXECUTE FUNCTION refuse('a used code stays used');
CREATE TRIGGER register_key_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON register_key EXECUTE FUNCTION refuse('a key that a register was met with is never changed');

CREATE TRIGGER standing_final BEFORE UPDATE ON standing FOR EACH ROW
WHEN (OLD.status <> NEW.status AND NOT (OLD.status = 'approved' AND NEW.status = 'reversed' AND NOT OLD.kept) AND OLD.status <> 'pending')
EXECUTE FUNCTION refuse('a standing answer only changes from pending, or from approved to reversed');

CREATE FUNCTION bounded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.amount + (SELECT coalesce(sum(amount), 0) FROM standing WHERE charge_key = NEW.charge_key AND charge_key <> '' AND status = 'approved' AND key <> NEW.key)
       > coalesce((SELECT amount FROM standing WHERE key = NEW.charge_key AND kind = 'charge' AND status = 'approved' AND currency = NEW.currency), 0) THEN
        RAISE EXCEPTION 'refunds never exceed their charge' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_bounded BEFORE INSERT ON standing FOR EACH ROW
WHEN (NEW.kind = 'refund' AND NEW.status = 'approved') EXECUTE FUNCTION bounded();

CREATE FUNCTION unrefunded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM standing WHERE charge_key = OLD.key AND charge_key <> '' AND status = 'approved') THEN
        RAISE EXCEPTION 'a charge with refunds is not reversed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refunded_stays BEFORE UPDATE ON standing FOR EACH ROW
WHEN (OLD.status = 'approved' AND NEW.status = 'reversed') EXECUTE FUNCTION unrefunded();

CREATE TRIGGER device_ended BEFORE UPDATE ON device FOR EACH ROW
WHEN (OLD.ended <> 0 AND NEW.ended = 0) EXECUTE FUNCTION refuse('a phone that was replaced does not come back');
CREATE TRIGGER certificate_denied BEFORE UPDATE ON certificate FOR EACH ROW
WHEN (OLD.denied <> 0 AND NEW.denied <> OLD.denied OR OLD.released AND NOT NEW.released)
EXECUTE FUNCTION refuse('what was denied or has gone back stays so');
