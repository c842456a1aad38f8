package operator

// Action is something that not everybody may do.
type Action string

const (
	Sell       Action = "sell"        // open and cancel a sale, give a code
	TopUp      Action = "topup"       // turn cash into money of a customer's wallet
	Reprint    Action = "reprint"     // print a receipt once more
	Look       Action = "look"        // see charges, devices and troubles
	TestDevice Action = "test_device" // print a test page, try the scanner
	Resolve    Action = "resolve"     // decide what became of a doubtful charge
	Override   Action = "override"    // let one sale pass a limit of what is taken without a network
	Refund     Action = "refund"      // give money back
	Configure  Action = "configure"   // see and change the settings
)

// Actions are all actions, the everyday ones first.
var Actions = []Action{Sell, TopUp, Reprint, Look, TestDevice, Resolve, Override, Refund, Configure}

// may is the whole of who may do what. What is not in it is forbidden.
var may = map[Role]map[Action]bool{
	Cashier: {Sell: true, TopUp: true, Reprint: true, Look: true, TestDevice: true},
	Manager: {Sell: true, TopUp: true, Reprint: true, Look: true, TestDevice: true, Resolve: true, Override: true, Refund: true, Configure: true},
}

// Can tells whether a role may do something. An unknown role or action may
// not.
func Can(r Role, a Action) bool { return may[r][a] }
