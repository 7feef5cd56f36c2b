package api

import (
	"errors"

	"github.com/achledger/achledger/domain/text"
)

// Decimal is an amount written as a string or as a number, digit by digit.
type Decimal string

// UnmarshalJSON keeps the text of a number, or the content of a string.
func (d *Decimal) UnmarshalJSON(value []byte) error {
	if s, ok := Unquote(string(value)); ok {
		*d = Decimal(s)
		return nil
	}
	*d = Decimal(value)
	return nil
}

// Cents reads an amount with exactly two decimals, as the vault requires.
func (d Decimal) Cents() (int64, error) {
	cents, err := text.ParseDollars(string(d))
	if err == nil && text.FormatDollars(cents) != string(d) {
		err = errors.New("must be an amount with two decimals, for instance 2.00")
	}
	return cents, err
}
