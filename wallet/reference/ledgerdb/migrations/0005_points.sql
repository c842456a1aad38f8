-- Promotional points, which are a currency of their own in the same accounts:
-- what a key moved of them, and whether a customer pays with them.
ALTER TABLE standing ADD COLUMN points_used   INTEGER NOT NULL DEFAULT 0 CHECK (points_used BETWEEN 0 AND amount);
ALTER TABLE standing ADD COLUMN points_earned INTEGER NOT NULL DEFAULT 0 CHECK (points_earned >= 0);
ALTER TABLE standing ADD COLUMN points_left   INTEGER NOT NULL DEFAULT 0 CHECK (points_left >= 0);

CREATE TABLE wish (
    customer   TEXT    PRIMARY KEY CHECK (customer <> ''),
    use_points INTEGER NOT NULL CHECK (use_points IN (0, 1))
) STRICT, WITHOUT ROWID;
