-- Points of a wallet's customer: what of an approved charge they paid, what was
-- granted for it, and what the customer had then; of a refund, what came back.

ALTER TABLE charges ADD COLUMN points_used   INTEGER NOT NULL DEFAULT 0 CHECK (points_used BETWEEN 0 AND amount);
ALTER TABLE charges ADD COLUMN points_earned INTEGER NOT NULL DEFAULT 0 CHECK (points_earned >= 0);
ALTER TABLE charges ADD COLUMN points_left   INTEGER NOT NULL DEFAULT 0 CHECK (points_left >= 0);
