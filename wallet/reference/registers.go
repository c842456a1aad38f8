package reference

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/posagent/posagent/wallet/wire"
)

// register is the common name of a client certificate: STORE-TERMINAL.
type register string

var registerForm = regexp.MustCompile(`^[0-9A-Za-z]+-[0-9A-Za-z]+$`)

// caller is who calls, by the certificate that TLS has verified before any
// handler runs, and its key; or why it may not.
func caller(r *http.Request) (register, crypto.PublicKey, string) {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return "", nil, "a client certificate is needed"
	}
	shown := r.TLS.VerifiedChains[0][0]
	if !registerForm.MatchString(shown.Subject.CommonName) {
		return "", nil, "the certificate's common name must be STORE-TERMINAL"
	}
	return register(shown.Subject.CommonName), shown.PublicKey, ""
}

// meet has the books remember with which key a register calls, before anything
// is answered: what has a bulletin, and so may take codes without a network,
// was met.
func (s *Server) meet(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if reg, key, no := caller(r); no == "" {
			if err := s.opts.Ledger.MeetRegister(string(reg), key); err != nil {
				s.log.Error("the key of a register cannot be kept", "register", string(reg), "error", err)
				problem(w, http.StatusServiceUnavailable, wire.ProblemBusy, "the books cannot be written at the moment: ask again")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// known tells a call who calls.
func (s *Server) known(call func(register, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		reg, _, no := caller(r)
		if no != "" {
			problem(w, http.StatusForbidden, wire.ProblemForbidden, no)
			return
		}
		if s.faults.refuses() {
			problem(w, http.StatusServiceUnavailable, wire.ProblemBusy, "the wallet refuses all calls for now")
			return
		}
		call(reg, w, r)
	}
}

func (reg register) owns(key string) bool { return strings.HasPrefix(key, string(reg)+"-") }

// mayBringIn tells whether a request is a forward of another register of the
// same store. Whether that one has signed it is for the books to say.
func (reg register) mayBringIn(r wire.ChargeRequest) bool {
	store, _, _ := strings.Cut(string(reg), "-")
	took := register(r.Store + "-" + r.Terminal)
	return r.Mode == wire.Forwarded && r.Store == store && registerForm.MatchString(string(took)) && took.owns(r.Key)
}

func (s *Server) forbid(w http.ResponseWriter, reg register, key, nonce string) {
	s.log.Warn("a register asked for a key that is not its own", "register", string(reg), "key", key)
	problemTo(w, nonce, http.StatusForbidden, wire.ProblemForbidden,
		fmt.Sprintf("register %s may only use its own store and terminal, and keys that begin with %s-; of other registers of its store it may only bring in forwards", reg, reg))
}

// introduced meets the register that signed a forward by the certificate that
// came along, as if it had connected: whoever holds the key could.
func (s *Server) introduced(r wire.ChargeRequest) error {
	if len(r.TerminalCertificate) == 0 {
		return nil
	}
	chain, err := x509.ParseCertificates(r.TerminalCertificate)
	if err != nil || len(chain) == 0 {
		return errors.New("terminal_certificate is no X.509 certificate in DER")
	}
	above := x509.NewCertPool()
	for _, c := range chain[1:] {
		above.AddCert(c)
	}
	// At a moment when it was valid: it may have ended while its register was
	// without a network, and the time at which it signed is not proved.
	_, err = chain[0].Verify(x509.VerifyOptions{
		Roots: s.opts.ClientCAs, Intermediates: above, CurrentTime: chain[0].NotBefore, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if took := r.Store + "-" + r.Terminal; err != nil || chain[0].Subject.CommonName != took {
		return fmt.Errorf("terminal_certificate is not one of register %s, signed by the registers' authority", took)
	}
	if err := s.opts.Ledger.MeetRegister(chain[0].Subject.CommonName, chain[0].PublicKey); err != nil {
		return errNotMet
	}
	return nil
}

var errNotMet = errors.New("the books cannot be written at the moment: ask again")
