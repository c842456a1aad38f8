package handover

// Encode and Decode are a queue file without its seal, for the tests.
func Encode(f File) ([]byte, error)    { return encode(f) }
func Decode(text []byte) (File, error) { return decode(text) }
