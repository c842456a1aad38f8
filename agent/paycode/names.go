package paycode

// Name is what a tag of a consumer-presented code is called (EMVCo QRCPS-CPM
// 1.1, tables 4.2 to 4.6; EMV Book 3, Annex A), empty when it has no name here.
func (t Tag) Name() string {
	for _, n := range tagNames {
		if n.tag == t {
			return n.name
		}
	}
	return ""
}

// tagNames are those of the specification, and what Payments Japan adds.
var tagNames = [...]struct {
	tag  Tag
	name string
}{
	{0x85, "Payload Format Indicator"}, {0x61, "Application Template"}, {0x62, "Common Data Template"},
	{0x63, "Application Specific Transparent Template"}, {0x64, "Common Data Transparent Template"},
	{0x4F, "Application Definition File (ADF) Name"}, {0x50, "Application Label"}, {0x57, "Track 2 Equivalent Data"},
	{0x5A, "Application PAN"}, {0x5F20, "Cardholder Name"}, {0x5F2D, "Language Preference"}, {0x5F50, "Issuer URL"},
	{0x9F08, "Application Version Number"}, {0x9F19, "Token Requestor ID"}, {0x9F24, "Payment Account Reference"},
	{0x9F25, "Last 4 Digits of PAN"}, {0x99, "Free Area (JPQR)"},
}
