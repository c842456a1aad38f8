package authorize

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Page is what came of a Fetch.
type Page struct {
	Status int       // HTTP status; 0 when there was none
	Tag    string    // the answer's ETag
	Date   time.Time // what the wallet's clock showed; zero when it did not say
	Body   []byte    // of a 200
}

// longestTag is the longest ETag that is sent back, in bytes.
const longestTag = 128

// Fetch reads something that moves no money, such as a bulletin, unless the
// wallet still has what is known by the tag have. It takes at most so many
// bytes, and as long as ctx lets it.
func (l *Line) Fetch(ctx context.Context, path, have string, most int64) (Page, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.base+path, nil)
	if err != nil {
		return Page{}, err
	}
	if have != "" {
		req.Header.Set("If-None-Match", have)
	}
	resp, err := l.client.Load().Do(req)
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	if err != nil {
		return Page{}, err
	}
	defer resp.Body.Close()
	page := Page{Status: resp.StatusCode}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		page.Date = date
	}
	if page.Status != http.StatusOK {
		return page, nil
	}
	if tag := resp.Header.Get("ETag"); len(tag) <= longestTag {
		page.Tag = tag // net/http has refused what is no header
	}
	page.Body, err = io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch {
	case err != nil:
		return Page{}, fmt.Errorf("read the wallet's answer: %w", err)
	case int64(len(page.Body)) > most:
		return Page{}, fmt.Errorf("the wallet's answer is longer than %d bytes", most)
	}
	return page, nil
}
