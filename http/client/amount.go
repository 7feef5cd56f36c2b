package client

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Amount is dollars as the API writes them, "1942.17": digits and at most two
// decimals. It is not a float, which cannot hold cents exactly.
type Amount string

// Cents returns the Amount of a number of cents.
func Cents(cents int64) Amount {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return Amount(fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100))
}

// Cents returns the amount in whole cents, or an error if it is not an amount.
func (a Amount) Cents() (int64, error) {
	dollars, cents, _ := strings.Cut(string(a), ".")
	if len(cents) > 2 {
		return 0, fmt.Errorf("%q has more than two decimals", string(a))
	}
	n, err := strconv.ParseInt(dollars+(cents + "00")[:2], 10, 64)
	if err != nil || dollars == "" || strings.ContainsAny(cents, "+-") {
		return 0, fmt.Errorf("%q is not an amount of dollars", string(a))
	}
	return n, nil
}

// MarshalJSON writes a JSON number with these digits.
func (a Amount) MarshalJSON() ([]byte, error) {
	if _, err := a.Cents(); err != nil {
		return nil, err
	}
	return []byte(a), nil
}

// UnmarshalJSON accepts a number or a string.
func (a *Amount) UnmarshalJSON(data []byte) error {
	var number json.Number // also accepts a string that holds a number
	if err := json.Unmarshal(data, &number); err != nil {
		return err
	}
	*a = Amount(number)
	return nil
}
