package virtual

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
)

// patience is how long a scanner waits for a register that does not read. A
// real one does not wait at all: what its buffer cannot take is lost.
const patience = 2 * time.Second

// Scanner is a code scanner on two lines: at one a register reads, at the
// other a visitor writes what the scanner shall see, such as
//
//	printf '9712345678\r' > visitor
type Scanner struct {
	model   profile.Scanner
	line    *Line // to the register
	visitor *Line
	log     *slog.Logger

	sending sync.Mutex // one code at a time, so that none is mixed into another
}

// NewScanner makes a plugged scanner that frames codes as its model does. link
// is the path for the register, visitor the path for whoever plays customer.
func NewScanner(link, visitor string, model profile.Scanner, log *slog.Logger) (*Scanner, error) {
	line, err := NewLine(link)
	if err != nil {
		return nil, err
	}
	far, err := NewLine(visitor)
	if err != nil {
		return nil, errors.Join(err, line.Close())
	}
	return &Scanner{model: model, line: line, visitor: far, log: log}, nil
}

// Path is where the register reads.
func (s *Scanner) Path() string { return s.line.Path() }

// VisitorPath is where a visitor writes. The bytes go on as they are: without
// the end mark of the model they are half a code.
func (s *Scanner) VisitorPath() string { return s.visitor.Path() }

// Run carries what visitors write to the register until ctx ends; then both
// lines are closed.
func (s *Scanner) Run(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = s.Close() })
	defer stop()
	buf := make([]byte, 4096)
	for {
		n, err := s.visitor.Read(buf)
		if errors.Is(err, io.EOF) {
			return ctx.Err()
		}
		if err != nil {
			return err
		}
		if err := s.Send(buf[:n]); err != nil {
			s.log.Warn("a visitor's bytes did not reach the register", "bytes", n, "error", err)
		}
	}
}

// Close ends both lines for good.
func (s *Scanner) Close() error { return errors.Join(s.line.Close(), s.visitor.Close()) }

// Unplug pulls the register's cable.
func (s *Scanner) Unplug() error { return s.line.Unplug() }

// Plug puts the register's cable back.
func (s *Scanner) Plug() error { return s.line.Plug() }

// Scan reads a QR code with this text.
func (s *Scanner) Scan(text string) error { return s.ScanAs("]Q1", text) }

// ScanAs reads a code of another symbology, such as "]C0" for Code 128. The
// identifier goes out only if the model sends identifiers.
func (s *Scanner) ScanAs(aim, text string) error { return s.Send(Frame(s.model, aim, text)) }

// Send puts bytes on the line as they are.
func (s *Scanner) Send(p []byte) error {
	s.sending.Lock()
	defer s.sending.Unlock()
	if err := s.line.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	_, err := s.line.Write(p)
	return err
}

// Noise sends what a bad cable or a wrong speed makes of codes: half of one, a
// break on the line, framing errors, and no end of anything.
func (s *Scanner) Noise() error { return s.Send(noise()) }

// Flood sends so many bytes of noise, as fast as the line takes them.
func (s *Scanner) Flood(bytes int) error {
	for bytes > 0 {
		p := noise()
		if err := s.Send(p); err != nil {
			return err
		}
		bytes -= len(p)
	}
	return nil
}

func noise() []byte {
	half := []byte("]Q1971203")
	lineBreak := make([]byte, 64) // NULs
	wrongSpeed := bytes.Repeat([]byte{0xFF, 0xFE, 0x80, 0x00, 0xF8}, 20)
	return bytes.Join([][]byte{half, lineBreak, wrongSpeed}, nil)
}

// Frame is the bytes by which a model sends a code.
func Frame(model profile.Scanner, aim, text string) []byte {
	var out []byte
	if model.AIM {
		out = append(out, aim...)
	}
	for _, m := range model.Marks {
		if mark, means, _ := strings.Cut(m, "="); means == aim {
			out = append(out, mark...)
		}
	}
	if model.Digits > 0 && !strings.HasPrefix(aim, "]E") {
		longest := 99
		if model.Digits == 4 {
			longest = 9999
		}
		out = fmt.Appendf(out, "%0*d", model.Digits, min(len(text), longest))
	}
	out = append(out, text...)
	end := endOf(model)
	covered := len(out)
	if out = append(out, end...); model.BCC == "all" {
		covered = len(out)
	}
	if model.BCC == "all" || model.BCC == "data" {
		var bcc byte
		for _, b := range out[:covered] {
			bcc ^= b
		}
		out = append(out, bcc)
	}
	if scanner.Header(model.Header) == scanner.STX {
		out = append([]byte{0x02}, out...)
	}
	return out
}

func endOf(model profile.Scanner) string {
	switch scanner.End(model.End) {
	case scanner.LF:
		return "\n"
	case scanner.CRLF:
		return "\r\n"
	case scanner.Tab:
		return "\t"
	case scanner.ETX:
		return "\x03"
	case scanner.Gap:
		return ""
	}
	return "\r"
}
