-- What a customer did is read on the phone, and added up where a new phone pays
-- little in a day.
CREATE INDEX standing_customer ON standing (customer, at) WHERE customer <> '';
