package virtual

import (
	"fmt"
	"time"
)

// Say sends bytes to the register as they are, whatever sense they make.
func (p *Printer) Say(b []byte) error {
	for len(b) > 0 {
		n := min(256, len(b))
		if err := p.cable.SetWriteDeadline(time.Now().Add(answerPatience)); err != nil {
			return fmt.Errorf("the virtual printer talks to nobody: %w", err)
		}
		k, err := p.cable.Write(b[:n])
		if err != nil {
			return fmt.Errorf("the virtual printer was not heard out: %w", err)
		}
		b = b[k:]
	}
	return nil
}
