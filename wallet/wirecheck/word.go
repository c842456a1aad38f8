package wirecheck

import (
	"fmt"
	"net/http"
	"time"

	"github.com/posagent/posagent/wallet/bulletin"
	"github.com/posagent/posagent/wallet/wire"
)

// bulletinChecks are the chapter on the bulletin.
func bulletinChecks() []check {
	return []check{
		{name: "bulletin", rule: "bulletin", says: "the bulletin is what the contract says, and a register that has it is told so", try: func(p *probe) {
			tag := p.bulletin()
			if tag == "" {
				return
			}
			start := time.Now()
			r := p.bulletinAfter(tag, "")
			p.judge(r, "304, at once", r.err == nil && r.status == http.StatusNotModified && time.Since(start) < 2*time.Second)
			start = time.Now()
			r = p.bulletinAfter(tag, "1s")
			took := time.Since(start).Round(time.Millisecond)
			p.judge(r, "304 within 1 s and a little", r.err == nil && r.status == http.StatusNotModified && took < 4*time.Second, "after "+took.String())
			r = p.bulletinAfter("", "1s")
			p.judge(r, "200: it is another one than none", r.err == nil && r.status == http.StatusOK)
			for _, wait := range []string{"2m", "-1s", "soon"} {
				p.problem(p.bulletinAfter(tag, wait), http.StatusBadRequest, wire.ProblemInvalid)
			}
		}},
		{name: "bulletin-signature", rule: "bulletin", needs: needsBulletinKey, says: "the bulletin is signed by a pinned key, for this wallet and this store", try: func(p *probe) {
			r := p.bulletinAfter("", "")
			if r.status == http.StatusNotFound {
				p.lacks = "a wallet with bulletins: this one has none"
				return
			}
			store, _ := p.own.place()
			_, err := bulletin.Open(r.body, p.o.BulletinKeys, p.o.Wallet, store)
			p.judge(r, "a signed bulletin", err == nil, because(err)...)
		}},
	}
}

func needsBulletinKey(o Options) string {
	if len(o.BulletinKeys) == 0 || o.Wallet == "" {
		return "the key that signs bulletins and the wallet's id (--bulletin-key and --wallet)"
	}
	return ""
}

// bulletin judges the bulletin as it comes, and returns its ETag.
func (p *probe) bulletin() string {
	r := p.bulletinAfter("", "")
	if r.status == http.StatusNotFound {
		p.problemOf(r, "", http.StatusNotFound)
		p.lacks = "a wallet with bulletins: this one has none"
		return ""
	}
	b, err := bulletin.Peek(r.body)
	tag := r.header.Get("ETag")
	p.judge(r, "200 with a bulletin and an ETag of at most 128 characters", r.err == nil && r.status == http.StatusOK && err == nil && tag != "" && len(tag) <= 128, because(err)...)
	if err == nil {
		p.note(r.sent, "it has not expired", "it expires "+b.Expires.Format(time.RFC3339), !b.Expired(time.Now()))
	}
	again := p.bulletinAfter("", "")
	p.note(again.sent, "the same bytes for the same ETag", fmt.Sprintf("ETag %s, then %s", tag, again.header.Get("ETag")),
		again.header.Get("ETag") != tag || string(again.body) == string(r.body))
	return tag
}

func because(err error) []string {
	if err == nil {
		return nil
	}
	return []string{err.Error()}
}

func (p *probe) bulletinAfter(tag, wait string) reply {
	path := wire.PathBulletin
	if wait != "" {
		path += "?wait=" + wait
	}
	out := reply{sent: "GET " + path}
	req, err := http.NewRequestWithContext(p.ctx, "GET", p.base+path, nil)
	if err != nil {
		return reply{err: err}
	}
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
		out.sent += " If-None-Match: " + tag
	}
	return p.own.do(req, out)
}
