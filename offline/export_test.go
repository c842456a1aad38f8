package offline

import "github.com/posagent/posagent/offline/sqlite"

// SearchStatements are the SQL texts by which a search is answered, with their
// arguments.
func SearchStatements(c *sqlite.Conn, q Search) (sql []string, args [][]any, err error) {
	q.Limit = 50
	by, err := tx{c}.seeking(q)
	if err != nil {
		return nil, nil, err
	}
	end := Place{}
	if by.most > 0 {
		top := q.top()
		sql, args = append(sql, farOff), append(args, []any{q.bottom(), top.At, top.Seq, by.most - 1})
		end = Place{At: 1, Seq: 1}
	}
	page, with := by.page(q, end)
	return append(sql, page), append(args, with), nil
}

// PlainPage reads the newest rows by the primary key, and nothing else: what
// SQLite itself takes for a page.
func (s *Store) PlainPage(rows int) (n int, err error) {
	err = s.db.View(func(c *sqlite.Conn) error {
		for _, err := range c.Query(selectCharge+"ORDER BY seq DESC LIMIT ?", rows) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}
