package agent

import (
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/drivers/scanner"
)

// choose is the payment code of a scan. A picture may show others beside it: a
// member's card, a poster, the shop's own code. The one nearest to the middle
// that is a payment code is taken; two different ones are refused, because
// nobody can know whose money is meant.
func (r *Register) choose(scan scanner.Scan) (paycode.Code, error) {
	code, err := r.parts.Codes.Classify(scan.AIM, scan.Data)
	for _, c := range scan.Beside {
		other, no := r.parts.Codes.Classify(c.AIM, c.Data)
		switch {
		case no != nil:
		case err != nil:
			code, err = other, nil
		case other.Text != code.Text:
			return paycode.Code{}, &Refused{Why: "picture.several"}
		}
	}
	return code, err
}
