package paycode_test

import (
	"fmt"

	"github.com/posagent/posagent/agent/paycode"
)

func ExampleClassifier_Classify() {
	c, err := paycode.New(paycode.Rules{
		Reject: []paycode.RejectRule{{ID: "goods", Match: `^(\d{8}|\d{13})$`, Why: paycode.Product}},
		Digits: []paycode.DigitsRule{{ID: "own", Match: `^97\d{18}$`, Wallet: "own"}},
	}, []string{"own"})
	if err != nil {
		fmt.Println(err)
		return
	}
	code, err := c.Classify("]Q1", []byte("97012345678901234567\r"))
	fmt.Println(code.Wallet, code.Text, err)
	_, err = c.Classify("", []byte("4901234567894"))
	fmt.Println(err)
	// Output:
	// own 970123…67 <nil>
	// code refused: product by rule goods
}
