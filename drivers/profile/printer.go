package profile

// Printer is what a receipt printer model can do.
type Printer struct {
	Model    string `toml:"model"`
	Language string `toml:"language"` // "escpos" or "star"
	Columns  int    `toml:"columns"`  // half-width characters on a line
	Dots     int    `toml:"dots"`     // printable width in dots
	DPI      int    `toml:"dpi"`      // dots per inch, across

	Kanji      string `toml:"kanji"`      // "cp932" (Shift-JIS), "jis" (JIS X 0208 in kanji mode) or "none"
	IBM        string `toml:"ibm"`        // form of the doubled IBM kanji: "ibm" (FA-FC) or "nec" (ED, EE)
	CodePage   int    `toml:"code_page"`  // number of the code table with half-width katakana
	Unmappable string `toml:"unmappable"` // characters it lacks: "replace", "draw" (as a picture) or "refuse"

	QR     bool   `toml:"qr"`     // its own QR command works
	Raster string `toml:"raster"` // how pictures are sent; see the language
	Slice  int    `toml:"slice"`  // most rows that one picture command carries

	Cut      bool   `toml:"cut"`
	PulseOn  int    `toml:"pulse_on"`  // drawer, milliseconds
	PulseOff int    `toml:"pulse_off"` // drawer, milliseconds
	Sensor   string `toml:"sensor"`    // level of the drawer's sensor that means open: "high", "low", or "none" when it is not wired

	Status  bool   `toml:"status"`  // answers questions about its state
	Answers string `toml:"answers"` // form of its answers: "epson", "sii" or "star"
	Confirm string `toml:"confirm"` // how it says "printed": "processid", "gsr", "dc2q", "etx", "etb" or "none"

	Flow  string `toml:"flow"`  // on a serial line: "none", "xonxoff", "rtscts" or "dtrdsr"
	Chunk int    `toml:"chunk"` // bytes handed to the wire at once

	Names []string `toml:"names"` // how the model names itself; the beginning of the name is enough

	USB []string `toml:"usb"` // ids that such a printer may have, "04b8" of a maker or "04b8:0202" of a model

	// Others are the profiles to choose from when the printer has told its
	// name; they are given for a profile of an unknown printer only.
	Others []Printer `toml:"-"`
}
