package amountlink

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Version is the first character of every text.
const Version = '1'

// Op is what a register asks for.
type Op string

// What a register may ask for. There is no refund and no decision among them.
const (
	OpSale    Op = "SL" // prepare a sale, or look at the one of this sequence and amount
	OpCancel  Op = "CN" // have it undone
	OpInquire Op = "IQ" // what became of it
	OpReprint Op = "RP" // print its receipt once more
	OpStatus  Op = "ST" // are you there?
)

// Result is the answer in two letters.
type Result string

// The results of a sale, and of what is not one.
const (
	Approved   Result = "AP"
	Declined   Result = "DC"
	Cancelled  Result = "CA" // undone, or being undone: it can never be approved any more
	NotKnown   Result = "UK" // the wallet has not answered; the agent goes on asking
	InProgress Result = "IP" // the customer is to show a code, or to confirm
	Queued     Result = "QU" // taken without a network, to be collected; never say "approved"
	Unpaid     Result = "UP" // taken without a network, and the wallet paid nothing: the manager's matter
	NotFound   Result = "NF" // no sale has this sequence
	Ready      Result = "OK" // of a status or a reprint
	Refused    Result = "RF" // nothing was done; Trouble says why
)

// Trouble is why a request was refused, in three digits.
type Trouble string

// The troubles.
const (
	NoTrouble      Trouble = "000"
	WrongText      Trouble = "100" // the text is not one of this version, or a field is not right
	UnknownOp      Trouble = "101"
	NoTraining     Trouble = "102" // the training flag is set, and the agent is not in training
	OtherSale      Trouble = "103" // the sequence stands for another amount or reference
	WrongAmount    Trouble = "104"
	NotNow         Trouble = "105" // the agent is busy or cannot sell: ask again
	NotCancellable Trouble = "106" // it does not stand at the register any more
	NotPrinted     Trouble = "107" // there is no receipt, no printer or no paper
)

// Request is what a register sends: 35 characters.
//
//	1  version   "1"
//	2  op
//	4  sequence  digits; the register's own number of the sale
//	1  training  "0" or "1"
//	9  amount    digits, yen, tax included; zeros where there is none
//	2  wait      digits, seconds that the answer may wait for a change: 00 to 30
//	16 reference printable ASCII, blanks behind it; the register's own receipt number, may be blank
type Request struct {
	Op        Op
	Sequence  int
	Training  bool
	Amount    int64
	Wait      int
	Reference string
}

// maxWait is how many seconds an answer waits at most.
const maxWait = 30

var errText = errors.New("the text is not a request of this version")

// ParseRequest reads the text of a frame.
func ParseRequest(text string) (Request, error) {
	if len(text) != 35 || text[0] != Version || strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
		return Request{}, errText
	}
	q := Request{Op: Op(text[1:3]), Training: text[7] == '1', Reference: strings.TrimRight(text[19:], " ")}
	sequence, err1 := number(text[3:7])
	amount, err2 := number(text[8:17])
	wait, err3 := number(text[17:19])
	if err := errors.Join(err1, err2, err3); err != nil {
		return Request{}, err
	}
	if text[7] != '0' && text[7] != '1' || wait > maxWait {
		return Request{}, errText
	}
	q.Sequence, q.Amount, q.Wait = int(sequence), amount, int(wait)
	return q, nil
}

// Text is the request as it goes over the line.
func (q Request) Text() string {
	return fmt.Sprintf("%c%-2.2s%04d%s%09d%02d%-16.16s", Version, q.Op, q.Sequence, flag(q.Training), q.Amount, q.Wait, q.Reference)
}

// Answer is what the agent sends: 72 characters.
//
//	1  version   "1"
//	2  op        of the request
//	4  sequence
//	2  result
//	1  goods     "1": hand them over; "0": do not
//	1  final     "1": nothing changes any more; "0": ask again
//	1  training
//	9  amount    of the sale; zeros where there is none
//	3  trouble
//	16 wallet    the wallet's id, blanks behind it
//	32 key       of the charge, as on the receipt, blanks behind it
type Answer struct {
	Op       Op
	Sequence int
	Result   Result
	Goods    bool
	Final    bool
	Training bool
	Amount   int64
	Trouble  Trouble
	Wallet   string
	Key      string
}

// Text is the answer as it goes over the line.
func (a Answer) Text() string {
	return fmt.Sprintf("%c%-2.2s%04d%-2.2s%s%s%s%09d%-3.3s%-16.16s%-32.32s", Version, a.Op, a.Sequence, a.Result,
		flag(a.Goods), flag(a.Final), flag(a.Training), a.Amount, a.Trouble, a.Wallet, a.Key)
}

// ParseAnswer reads the text of an answer, for registers and tests.
func ParseAnswer(text string) (Answer, error) {
	if len(text) != 72 || text[0] != Version {
		return Answer{}, errText
	}
	sequence, err1 := number(text[3:7])
	amount, err2 := number(text[12:21])
	return Answer{
		Op: Op(text[1:3]), Sequence: int(sequence), Result: Result(text[7:9]), Goods: text[9] == '1', Final: text[10] == '1', Training: text[11] == '1',
		Amount: amount, Trouble: Trouble(text[21:24]), Wallet: strings.TrimRight(text[24:40], " "), Key: strings.TrimRight(text[40:], " "),
	}, errors.Join(err1, err2)
}

func number(digits string) (int64, error) {
	if strings.Trim(digits, "0123456789") != "" {
		return 0, errText
	}
	return strconv.ParseInt(digits, 10, 64)
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}
