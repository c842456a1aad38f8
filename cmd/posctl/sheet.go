package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// byteOrderMark makes Excel read a CSV file as UTF-8.
const byteOrderMark = "\ufeff"

// sheet is a new CSV file for Excel. Words come from outside: a wallet's name,
// a till's number. Excel and its kin take one that begins like a formula for a
// formula, and it may then send the sheet away; so it gets an apostrophe in
// front, which they do not show in a cell.
type sheet struct {
	out *draft
	csv *csv.Writer
}

func newSheet(path string, head ...string) (*sheet, error) {
	out, err := newFile(path)
	if err != nil {
		return nil, err
	}
	s := &sheet{out: out, csv: csv.NewWriter(out.file)}
	s.csv.UseCRLF = true // as RFC 4180 and Excel have it
	if _, err := io.WriteString(out.file, byteOrderMark); err != nil {
		return nil, s.drop(err)
	}
	return s, s.csv.Write(head)
}

// row adds words and numbers: string, int or int64.
func (s *sheet) row(cells ...any) error {
	line := make([]string, 0, len(cells))
	for _, cell := range cells {
		switch cell := cell.(type) {
		case string:
			line = append(line, harmless(cell))
		case int:
			line = append(line, strconv.Itoa(cell))
		case int64:
			line = append(line, strconv.FormatInt(cell, 10))
		default:
			return fmt.Errorf("a cell of type %T is not for a sheet", cell)
		}
	}
	return s.csv.Write(line)
}

// harmless is a word that no spreadsheet takes for a formula. The wide forms of
// Japanese keyboards count as well.
func harmless(word string) string {
	if strings.IndexAny(strings.TrimLeft(word, " \u3000"), "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + word
	}
	return word
}

// drop removes a sheet that is not whole, because of err.
func (s *sheet) drop(err error) error {
	s.out.drop()
	return fmt.Errorf("write %s: %w", s.out.path, err)
}

func (s *sheet) close() error {
	s.csv.Flush()
	if err := errors.Join(s.csv.Error(), s.out.file.Sync()); err != nil {
		return s.drop(err)
	}
	return s.out.file.Close()
}
