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
	RefundMore Action = "refund_more" // give more money back than the limit of [people], and approve that
	CloseDay   Action = "close_day"   // close a business day for good (Z)
	Configure  Action = "configure"   // see and change the settings
	Users      Action = "users"       // add and disable operators, and change what they may do
	Devices    Action = "devices"     // choose devices and set them up
	Flash      Action = "flash"       // put another image on the terminal
)

// Actions are all actions, the everyday ones first.
var Actions = []Action{Sell, TopUp, Reprint, Look, TestDevice, Resolve, Override, Refund, RefundMore, CloseDay, Configure, Users, Devices, Flash}

// may is the whole of who may do what. What is not in it is forbidden. Nobody
// with a PIN of fewer than six digits gives money out, and the engineer, who
// comes from outside, touches none.
var may = map[Role]map[Action]bool{
	Cashier: {Sell: true, TopUp: true, Reprint: true, Look: true, TestDevice: true},
	Manager: {
		Sell: true, TopUp: true, Reprint: true, Look: true, TestDevice: true, Resolve: true, Override: true,
		Refund: true, RefundMore: true, CloseDay: true, Configure: true, Users: true, Devices: true,
	},
	Engineer: {Look: true, TestDevice: true, Configure: true, Devices: true, Flash: true},
}

// Can tells whether a role may do something. An unknown role or action may
// not.
func Can(r Role, a Action) bool { return may[r][a] }
