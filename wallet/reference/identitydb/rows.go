package identitydb

import (
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/offline/sqlite"
	"github.com/posagent/posagent/wallet/reference/identity"
)

const selectMember = "SELECT id, customer, contact, password, totp, step, had_phone, frozen, no_top_up, new_to, new_at, created_at FROM member "

func member(r sqlite.Row) identity.Member {
	return identity.Member{
		ID: r.Text(0), Customer: r.Text(1), Contact: r.Text(2), Password: r.Text(3), TOTP: r.Text(4), Step: r.Int(5), HadPhone: r.Bool(6),
		Frozen: when(r.Int(7)), NoTopUp: when(r.Int(8)), NewTo: r.Text(9), NewAt: when(r.Int(10)), CreatedAt: when(r.Int(11)),
	}
}

func (t tx) Member(id string) (identity.Member, error) {
	return one(t, member, selectMember+"WHERE id = ?", id)
}

func (t tx) MemberBy(contact string) (identity.Member, error) {
	return one(t, member, selectMember+"WHERE contact = ?", contact)
}

func (t tx) Moving(now time.Time) ([]identity.Member, error) {
	return all(t, member, selectMember+"WHERE new_to <> '' AND new_at <= ?", stamp(now))
}

func (t tx) PutMember(m identity.Member) error {
	return t.exec(`INSERT INTO member (id, customer, contact, password, totp, step, had_phone, frozen, no_top_up, new_to, new_at, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, contact = excluded.contact, password = excluded.password, totp = excluded.totp,
			step = excluded.step, had_phone = excluded.had_phone, frozen = excluded.frozen, no_top_up = excluded.no_top_up, new_to = excluded.new_to, new_at = excluded.new_at`,
		m.ID, m.Customer, m.Contact, m.Password, m.TOTP, m.Step, m.HadPhone, stamp(m.Frozen), stamp(m.NoTopUp), m.NewTo, stamp(m.NewAt), stamp(m.CreatedAt))
}

func (t tx) Proof(contact string, kind identity.ProofKind) (identity.Proof, error) {
	return one(t, func(r sqlite.Row) identity.Proof {
		return identity.Proof{Contact: contact, Kind: kind, Code: r.Text(0), Left: int(r.Int(1)), Until: when(r.Int(2))}
	}, "SELECT code, tries, until FROM proof WHERE contact = ? AND kind = ?", contact, string(kind))
}

func (t tx) PutProof(p identity.Proof) error {
	return t.exec(`INSERT INTO proof (contact, kind, code, tries, until) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (contact, kind) DO UPDATE SET code = excluded.code, tries = excluded.tries, until = excluded.until`,
		p.Contact, string(p.Kind), p.Code, p.Left, stamp(p.Until))
}

func (t tx) DropProof(contact string, kind identity.ProofKind) error {
	return t.exec("DELETE FROM proof WHERE contact = ? AND kind = ?", contact, string(kind))
}

func (t tx) Ticket(hash string) (identity.Ticket, error) {
	return one(t, func(r sqlite.Row) identity.Ticket {
		return identity.Ticket{Hash: hash, Contact: r.Text(0), Member: r.Text(1), Password: r.Text(2), TOTP: r.Text(3), Until: when(r.Int(4))}
	}, "SELECT contact, member, password, totp, until FROM ticket WHERE hash = ?", hash)
}

func (t tx) PutTicket(k identity.Ticket) error {
	return t.exec(`INSERT INTO ticket (hash, contact, member, password, totp, until) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET password = excluded.password, totp = excluded.totp`,
		k.Hash, k.Contact, k.Member, k.Password, k.TOTP, stamp(k.Until))
}

func (t tx) DropTicket(hash string) error { return t.exec("DELETE FROM ticket WHERE hash = ?", hash) }

const selectSession = "SELECT id, hash, secret, member, agent, source, at, seen, strong FROM session "

func session(r sqlite.Row) identity.Session {
	return identity.Session{
		ID: r.Text(0), Hash: r.Text(1), Secret: r.Text(2), Member: r.Text(3), Agent: r.Text(4), From: r.Text(5),
		At: when(r.Int(6)), Seen: when(r.Int(7)), Strong: when(r.Int(8)),
	}
}

func (t tx) Session(hash string) (identity.Session, error) {
	return one(t, session, selectSession+"WHERE hash = ?", hash)
}

func (t tx) Sessions(of string) ([]identity.Session, error) {
	return all(t, session, selectSession+"WHERE member = ? ORDER BY at DESC", of)
}

func (t tx) PutSession(s identity.Session) error {
	return t.exec(`INSERT INTO session (id, hash, secret, member, agent, source, at, seen, strong) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, strong = excluded.strong`,
		s.ID, s.Hash, s.Secret, s.Member, s.Agent, s.From, stamp(s.At), stamp(s.Seen), stamp(s.Strong))
}

func (t tx) DropSession(id string) error { return t.exec("DELETE FROM session WHERE id = ?", id) }

const selectPasskey = "SELECT id, member, data, at FROM passkey "

func passkey(r sqlite.Row) identity.Passkey {
	return identity.Passkey{ID: append([]byte(nil), r.Blob(0)...), Member: r.Text(1), Data: []byte(r.Text(2)), At: when(r.Int(3))}
}

func (t tx) Passkey(id []byte) (identity.Passkey, error) {
	return one(t, passkey, selectPasskey+"WHERE id = ?", id)
}

func (t tx) Passkeys(of string) ([]identity.Passkey, error) {
	return all(t, passkey, selectPasskey+"WHERE member = ? ORDER BY at", of)
}

func (t tx) PutPasskey(p identity.Passkey) error {
	return t.exec("INSERT INTO passkey (id, member, data, at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data WHERE member = excluded.member",
		p.ID, p.Member, string(p.Data), stamp(p.At))
}

func (t tx) DropPasskeys(of string) error {
	return t.exec("DELETE FROM passkey WHERE member = ?", of)
}

const selectPhone = "SELECT id, member, key, algorithm, label, state, at, cool FROM phone "

func phone(r sqlite.Row) identity.Phone {
	return identity.Phone{
		ID: r.Text(0), Member: r.Text(1), Key: append([]byte(nil), r.Blob(2)...), Algorithm: oda.Algorithm(r.Int(3)), Label: r.Text(4),
		State: identity.PhoneState(r.Text(5)), At: when(r.Int(6)), Cool: when(r.Int(7)),
	}
}

func (t tx) Phone(id string) (identity.Phone, error) {
	return one(t, phone, selectPhone+"WHERE id = ?", id)
}

func (t tx) Phones(of string) ([]identity.Phone, error) {
	return all(t, phone, selectPhone+"WHERE member = ? ORDER BY n", of)
}

func (t tx) PutPhone(p identity.Phone) error {
	return t.exec(`INSERT INTO phone (id, member, key, algorithm, label, state, at, cool) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, cool = excluded.cool`,
		p.ID, p.Member, p.Key, int64(p.Algorithm), p.Label, string(p.State), stamp(p.At), stamp(p.Cool))
}

func (t tx) Guarded(since time.Time) (frozen []identity.Member, fresh []identity.Phone, err error) {
	if frozen, err = all(t, member, selectMember+"WHERE frozen <> 0 OR no_top_up > ?", stamp(since)); err != nil {
		return nil, nil, err
	}
	fresh, err = all(t, phone, selectPhone+"WHERE state = 'active' AND (cool > ? OR at > ?)", stamp(since), stamp(since))
	return frozen, fresh, err
}

func (t tx) Tries(what string) (identity.Tries, error) {
	return one(t, func(r sqlite.Row) identity.Tries {
		return identity.Tries{What: what, Count: int(r.Int(0)), Since: when(r.Int(1)), Until: when(r.Int(2))}
	}, "SELECT count, since, until FROM tries WHERE what = ?", what)
}

func (t tx) PutTries(k identity.Tries) error {
	return t.exec("INSERT INTO tries (what, count, since, until) VALUES (?, ?, ?, ?) ON CONFLICT (what) DO UPDATE SET count = excluded.count, since = excluded.since, until = excluded.until",
		k.What, k.Count, stamp(k.Since), stamp(k.Until))
}

func (t tx) Notices(of string, n int) ([]identity.Notice, error) {
	return all(t, func(r sqlite.Row) identity.Notice {
		return identity.Notice{Member: of, Kind: r.Text(0), Text: r.Text(1), At: when(r.Int(2))}
	}, "SELECT kind, text, at FROM notice WHERE member = ? ORDER BY n DESC LIMIT ?", of, n)
}

func (t tx) AddNotice(n identity.Notice) error {
	return t.exec("INSERT INTO notice (member, kind, text, at) VALUES (?, ?, ?, ?)", n.Member, n.Kind, n.Text, stamp(n.At))
}

// Sweep leaves wrong tries for a day: a wait is an hour at most.
func (t tx) Sweep(now time.Time) error {
	for sql, before := range map[string]time.Time{
		"DELETE FROM proof WHERE until < ?":  now,
		"DELETE FROM ticket WHERE until < ?": now,
		"DELETE FROM session WHERE seen < ?": now.AddDate(0, 0, -31),
		"DELETE FROM tries WHERE since < ?":  now.AddDate(0, 0, -1),
	} {
		if err := t.exec(sql, stamp(before)); err != nil {
			return err
		}
	}
	return nil
}
