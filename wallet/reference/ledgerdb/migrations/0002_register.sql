-- The days of a register are read by pages. Through the time alone each page
-- read the day of all registers. Whose a key is stands in its first two parts;
-- of one that was blocked before it was seen, nothing else is known.
ALTER TABLE standing ADD COLUMN register TEXT
    GENERATED ALWAYS AS (substr(key, 1, instr(key, '-') + instr(substr(key, instr(key, '-') + 1), '-'))) VIRTUAL;

CREATE INDEX standing_register ON standing (register, at);

DROP INDEX standing_at;
