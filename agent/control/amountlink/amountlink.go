// Package amountlink lets an old register ask for sales in short texts: the
// amount link of Japanese registers, over a serial line, a connection or files.
// A Desk answers texts; a Line carries them in frames (STX, ETX, block check)
// with ENQ, ACK, NAK, EOT, timers and repeats. It opens nothing and holds no
// sale, and it cannot give money back or decide a doubt: Sales has no such call.
// docs/integrator/register-link.md tells it to whoever writes the register.
//
// Invariant: a sequence stands for one sale of its business day, however often
// it is sent, and whatever bytes come from a line, a Line holds one frame of
// them.
package amountlink
