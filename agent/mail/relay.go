package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
	"unicode"
)

// sendTime is the most that one letter takes, all in all.
const sendTime = 45 * time.Second

// mostHeard is how much a relay says at the most, handshakes included: its lines
// have no end that net/smtp would see to.
const mostHeard = 256 << 10 // bytes

// Relay is who takes the letters.
type Relay struct {
	Address  string // host:port
	Implicit bool   // TLS from the first byte (port 465), not by STARTTLS
	From     string
	To       []string
	User     string                 // empty: it asks nobody who they are
	Password func() (string, error) // read at each letter, so that it changes without a restart; never logged
	Roots    func() ([]byte, error) // PEM of who signs its certificate; nil: the system's
}

// ErrNoTLS means that a relay on another machine offers no TLS.
var ErrNoTLS = errors.New("the relay offers no STARTTLS, so nothing was sent: switch it on there, or use a relay on this machine")

// Send brings a letter to the relay once. nil means that the relay has taken it
// for all who are to get it.
func (r Relay) Send(ctx context.Context, l Letter) error {
	for _, a := range append([]string{r.From}, r.To...) {
		if _, err := ReadAddress(a); err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
	}
	text, err := l.bytes(r.From, r.To)
	if err != nil {
		return err
	}
	if len(r.To) == 0 {
		return fmt.Errorf("%w: nobody is to get it", ErrRefused)
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", r.Address)
	if err != nil {
		return fmt.Errorf("connect to the relay: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	return heard(r.talk(&patient{Conn: conn, left: mostHeard}, text))
}

// talk is the whole conversation on one connection.
func (r Relay) talk(conn net.Conn, text []byte) error {
	host, _, err := net.SplitHostPort(r.Address)
	if err != nil {
		return err
	}
	here := onThisMachine(conn)
	secure, err := r.tls(host)
	if err != nil {
		return err
	}
	if r.Implicit {
		conn = tls.Client(conn, secure)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	if err := c.Hello(literal(conn.LocalAddr())); err != nil {
		return fmt.Errorf("hello: %w", err)
	}
	offered, _ := c.Extension("STARTTLS")
	switch {
	case r.Implicit:
	case here && r.Roots == nil: // nobody listens in between, and such relays sign for themselves
	case !offered:
		return ErrNoTLS
	default:
		if err := c.StartTLS(secure); err != nil {
			return fmt.Errorf("STARTTLS: %w", err)
		}
	}
	if err := r.login(c, host); err != nil {
		return err
	}
	return r.hand(c, text)
}

// login tells the relay who this is.
func (r Relay) login(c *smtp.Client, host string) error {
	if r.User == "" {
		return nil
	}
	password, err := r.Password()
	if err != nil {
		return fmt.Errorf("the password cannot be used: %w", err)
	}
	if offered, ways := c.Extension("AUTH"); !offered || !strings.Contains(" "+ways+" ", " PLAIN ") {
		return errors.New("the relay takes no user and password this way (AUTH PLAIN): leave user empty, or use another port")
	}
	if err := c.Auth(smtp.PlainAuth("", r.User, password, host)); err != nil {
		var answer *textproto.Error
		if errors.As(err, &answer) { // what it says could be what it was told
			return fmt.Errorf("the relay does not take the user and password (%d)", answer.Code)
		}
		return fmt.Errorf("sign in: %w", err)
	}
	return nil
}

// hand gives the letter over.
func (r Relay) hand(c *smtp.Client, text []byte) error {
	if err := c.Mail(r.From); err != nil {
		return fmt.Errorf("from %s: %w", r.From, err)
	}
	for _, to := range r.To {
		if err := c.Rcpt(to); err != nil {
			return fmt.Errorf("to %s: %w", to, err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("letter: %w", err)
	}
	_ = c.Quit() // it has taken the letter, whatever comes now
	return nil
}

func (r Relay) tls(host string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	if r.Roots != nil {
		pem, err := r.Roots()
		if err != nil {
			return nil, fmt.Errorf("the authority of the relay's certificate: %w", err)
		}
		if c.RootCAs = x509.NewCertPool(); !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("the authority of the relay's certificate is in no PEM form")
		}
	}
	return c, nil
}

// patient is a connection to somebody who is not listened to for ever.
type patient struct {
	net.Conn
	left int
}

func (p *patient) Read(b []byte) (int, error) {
	if p.left <= 0 {
		return 0, fmt.Errorf("the relay said more than %d bytes, and was left", mostHeard)
	}
	n, err := p.Conn.Read(b[:min(len(b), p.left)])
	p.left -= n
	return n, err
}

// onThisMachine looks at the address that was really dialled, whatever name led
// there.
func onThisMachine(conn net.Conn) bool {
	tcp, ok := conn.RemoteAddr().(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// literal is how a machine without a name says hello (RFC 5321, 4.1.3).
func literal(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	switch {
	case !ok:
		return "localhost"
	case tcp.IP.To4() == nil:
		return "[IPv6:" + tcp.IP.String() + "]"
	}
	return "[" + tcp.IP.String() + "]"
}

// heard is an error as one short line: a relay's words go to logs and pages.
func heard(err error) error {
	if err == nil || errors.Is(err, ErrNoTLS) {
		return err
	}
	if errors.Is(err, io.EOF) {
		return errors.New("the relay hung up")
	}
	text := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, err.Error()))
	return errors.New(string(text[:min(len(text), 300)]))
}
