-- What an auditor asks for: charges by date, amount and counterparty. What
-- these indexes hold never changes once a charge is there, so a charge pays for
-- them when it begins and never again.
--
-- Newest first, and the amount beside it, so that a search by both reads the
-- rows that it shows and no others.
CREATE INDEX charges_prepared ON charges (prepared_at, seq, amount);

-- What waits for a manager: few, however many charges there are.
CREATE INDEX charges_left ON charges (prepared_at, seq) WHERE state IN ('owed', 'unpaid');

-- The same three columns as before, the number first: it is unique as it was,
-- and found without its day.
DROP INDEX sales_reference;
CREATE UNIQUE INDEX sales_reference ON sales (reference, business_date, source) WHERE reference <> '';
