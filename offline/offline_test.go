package offline_test

import (
	"testing"

	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/storetest"
)

func openBooks(t testing.TB, dir string) *offline.Store {
	t.Helper()
	s, err := offline.Open(dir, offline.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestConforms(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (book.Store, func() book.Store) {
		dir := t.TempDir()
		s := openBooks(t, dir)
		return s, func() book.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			return openBooks(t, dir)
		}
	})
}
