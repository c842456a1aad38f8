// Prints the bytes that receiptline makes of the receipt on standard input,
// for the printer language that the first argument names.
const { readFileSync } = require('node:fs');
const { transform } = require('receiptline');

const bytes = transform(readFileSync(0, 'utf8'), {
    cpl: 48, encoding: 'cp932', command: process.argv[2], spacing: false, cutting: true
});
process.stdout.write(Buffer.from(bytes, 'binary'));
