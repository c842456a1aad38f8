package configs

// setting is all there is to know of one key: how it is read, what it is when
// nobody sets it, and what the annotated default and the reference say of it.
// Exactly one of value, table and rows is filled.
type setting struct {
	key      string
	about    string // for the engineer who edits the file; lines by \n
	sample   string // TOML for the annotated default, where the default says nothing
	required bool
	secret   bool   // never shown, not even in a complaint
	from     string // where the default comes from, when a section chose it

	value value
	table []setting // of a [section]
	rows  *rows     // of a [[section]]
}

// value reads one key into the variable that it was made for, and shows it.
type value struct {
	want string          // what is taken, for the reference and for complaints
	read func(*node, no) // reads, checks, stores
	show func() string   // the variable as TOML
}

// no is how a value refuses: at a node, with what is wrong and a hint.
type no func(n *node, text, hint string)

// rows is a list of tables. A row is known by one of its keys, by which a file
// of conf.d adds to a row of another file.
type rows struct {
	by     string
	make   func(n int)           // makes room for n rows
	first  func(i int, n *node)  // looks at row i before its settings are made; nil: need not
	row    func(i int) []setting // the settings of row i
	sample func() []setting      // the settings of a row for the annotated default
}

// rowsOf is the list behind a slice.
func rowsOf[T any](into *[]T, by string, settings func(*T) []setting) *rows {
	return &rows{
		by:     by,
		make:   func(n int) { *into = make([]T, n) },
		row:    func(i int) []setting { return settings(&(*into)[i]) },
		sample: func() []setting { return settings(new(T)) },
	}
}

// after is the same list with a look at each row before it is read.
func (r *rows) after(look func(i int, n *node)) *rows {
	r.first = look
	return r
}
