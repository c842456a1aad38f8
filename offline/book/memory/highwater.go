package memory

import (
	"sync"

	"github.com/posagent/posagent/offline/book"
)

// HighWater is a mark that outlives every store of the process, as the file
// beside the shop's database outlives a restored copy. The zero value has no
// mark yet.
type HighWater struct {
	mu   sync.Mutex
	mark book.Mark
}

// Load is the mark last saved.
func (h *HighWater) Load() (book.Mark, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mark, nil
}

// Save keeps the mark.
func (h *HighWater) Save(m book.Mark) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mark = m
	return nil
}
