package identitydb

import (
	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/identity"
)

const selectLink = "SELECT other, subject, member, at FROM link "

func link(r sqlite.Row) identity.Link {
	return identity.Link{Other: r.Text(0), Subject: r.Text(1), Member: r.Text(2), At: when(r.Int(3))}
}

func (t tx) Link(other, subject string) (identity.Link, error) {
	return one(t, link, selectLink+"WHERE other = ? AND subject = ?", other, subject)
}

func (t tx) Links(member string) ([]identity.Link, error) {
	return all(t, link, selectLink+"WHERE member = ? ORDER BY other", member)
}

func (t tx) PutLink(l identity.Link) error {
	return t.exec("INSERT INTO link (other, subject, member, at) VALUES (?, ?, ?, ?)", l.Other, l.Subject, l.Member, stamp(l.At))
}

func (t tx) DropLinks(member, other string) error {
	return t.exec("DELETE FROM link WHERE member = ? AND (other = ? OR ? = '')", member, other, other)
}
