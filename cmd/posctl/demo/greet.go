package demo

import (
	"fmt"
	"io"
)

// greet tells a visitor where everything is and what to try first.
func greet(w io.Writer, f Facts, p place) {
	fmt.Fprintf(w, `
posagent demo: the real agent and wallet, virtual devices, no real money
デモ: 本物の端末ソフトと仮想の機器です。実際のお金は動きません。

  Cashier    %s/pos      PIN %s   (manager PIN %s)
  Phone      %s       a customer's phone: sign up, pay, freeze; letters to it are printed below
  Customer   %s
  Scanner    %s
  Printer    %s.png and .txt: the last receipt
  Display    %s: what the customer reads
  API        %s/v1 with token %s
  Facts      %s

  Try it, in another terminal:
    1. open the cashier page, sign in, enter an amount
    2. bin/posctl demo code --dir %[12]s --scan     a customer shows a code to the scanner
       bin/posctl demo code --dir %[12]s --png code.png     or a picture, to upload on the page
       bin/posctl demo code --dir %[12]s --signed           or one that the phone has signed, also without the wallet
       bin/posctl demo scan CODE --dir %[12]s         or the one on the phone's page is read by the scanner
       bin/posctl demo pay --dir %[12]s               or the phone reads the code that the register shows
    3. bin/posctl demo wallet fault silent --dir %[12]s   (then: none)
       bin/posctl demo wallet stop-switch pay on --dir %[12]s   (then: off)
       bin/posctl demo device paper-out printer0 --dir %[12]s
       bin/posctl devices --dir %[12]s
    4. bin/posctl charges --dir %[12]s

Ctrl-C stops everything.
`, f.AgentURL, f.CashierPIN, f.ManagerPIN, f.PhoneURL, f.DisplayURL, f.ScannerPath, f.PrinterCapture, f.DisplayText, f.AgentURL, f.APIToken, p.facts(), p.dir)
}
