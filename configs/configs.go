// Package configs is what people set: it reads the configuration of the
// register and of the wallet daemon, the rules of codes and the profiles of
// devices, all of them TOML, and tells everything that is wrong with them at
// once, each with its line. It opens no device and no socket, and it keeps no
// secret: keys are named by file, PINs and tokens are stored as hashes.
//
// Invariant: a configuration that Load returns is whole and within its limits;
// nothing unknown, misspelt or half-set gets through, and what a key means is
// written down once, in the table that reads it.
package configs
