package sqlite

// OpenWith opens with other settings than the durable ones, to prove that the
// read-back refuses them.
func OpenWith(o Options, query string) (*DB, error) {
	o.query = query
	return Open(o)
}
