package agent

// Noticed is told when another part of the program finds something wrong. code
// is one of agent/health.
func (r *Register) Noticed(code, subject, detail string) { r.trouble(code, subject, detail) }

// Mended is told when it is right again.
func (r *Register) Mended(code, subject string) { r.clear(code, subject) }
