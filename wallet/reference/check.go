package reference

import (
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// maxCode is the longest payer code: twice the 512 bytes that EMVCo asks of
// readers (QR Code Specification, Consumer-Presented Mode).
const maxCode = 1024

// What the fields of a request may be. A key is at most 32 characters: WeChat
// Pay's out_trade_no is the narrowest of the wallets a register may know.
var (
	keyForm      = regexp.MustCompile(`^[0-9A-Za-z-]{1,32}$`)
	currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)
	codeForm     = regexp.MustCompile(`^[ -~]+$`)
	nonceForm    = regexp.MustCompile(`^[!-~]{1,64}$`)
)

// checkCharge tells all that is wrong with a request. It never quotes the
// code: a live one is worth money.
func checkCharge(r wire.ChargeRequest) error {
	var errs []error
	switch r.Mode {
	case wire.Online, wire.Forwarded:
		errs = append(errs, checkShown(r.Key, r.Amount, r.Currency, r.Nonce, r.Code, r.ValidUntil))
	case wire.Presented:
		errs = append(errs, checkPresented(r))
	default:
		errs = append(errs, fmt.Errorf("mode is %.40q, but must be online, forwarded or presented", r.Mode))
	}
	if len(r.TerminalCertificate) > maxCertificate || len(r.TerminalCertificate) > 0 && r.Mode != wire.Forwarded {
		errs = append(errs, fmt.Errorf("terminal_certificate is for forwards, and has at most %d bytes", maxCertificate))
	}
	return errors.Join(errs...)
}

// maxCertificate is well above a certificate and those above it.
const maxCertificate = 12 << 10

func checkTopup(r wire.TopupRequest) error {
	return checkShown(r.Key, r.Amount, r.Currency, r.Nonce, r.Code, r.ValidUntil)
}

func checkRefund(r wire.RefundRequest) error {
	errs := []error{checkKey(r.Key), checkKey(r.ChargeKey), checkAmount(r.Amount, r.Currency), checkNonce(r.Nonce, false)}
	if r.Key == r.ChargeKey {
		errs = append(errs, errors.New("a refund has a key of its own, other than its charge's"))
	}
	return errors.Join(errs...)
}

// checkShown is for what a customer shows a code for.
func checkShown(key string, amount int64, currency, nonce, code string, validUntil time.Time) error {
	errs := []error{checkKey(key), checkAmount(amount, currency), checkNonce(nonce, false)}
	if len(code) > maxCode || !codeForm.MatchString(code) {
		errs = append(errs, fmt.Errorf("code must be 1 to %d printable ASCII characters", maxCode))
	}
	if validUntil.IsZero() {
		errs = append(errs, errors.New("valid_until is missing"))
	}
	return errors.Join(errs...)
}

// checkPresented is for what the register shows a code for.
func checkPresented(r wire.ChargeRequest) error {
	errs := []error{checkKey(r.Key), checkAmount(r.Amount, r.Currency), checkNonce(r.Nonce, false)}
	if r.Code != "" {
		errs = append(errs, errors.New("a charge that is presented has no code"))
	}
	if r.ValidUntil.IsZero() {
		errs = append(errs, errors.New("valid_until is missing"))
	}
	return errors.Join(errs...)
}

func checkKind(k wire.Kind) error {
	switch k {
	case "", wire.KindCharge, wire.KindRefund, wire.KindTopup:
		return nil
	}
	return fmt.Errorf("kind %.40q must be charge, refund or topup", k)
}

func checkKey(key string) error {
	if !keyForm.MatchString(key) {
		return fmt.Errorf("key %q must be 1 to 32 of 0-9, A-Z, a-z and -", key)
	}
	return nil
}

func checkAmount(minor int64, currency string) error {
	if minor <= 0 {
		return fmt.Errorf("amount is %d, but must be above 0", minor)
	}
	if !currencyForm.MatchString(currency) {
		return fmt.Errorf("currency %q must be an ISO 4217 code such as JPY", currency)
	}
	return nil
}

func checkNonce(nonce string, mayBeEmpty bool) error {
	if nonce == "" && mayBeEmpty || nonceForm.MatchString(nonce) {
		return nil
	}
	return errors.New("nonce must be 1 to 64 printable ASCII characters without spaces")
}
