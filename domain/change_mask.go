package domain

import (
	"strconv"

	"github.com/achledger/achledger/domain/nacha"
)

// MaskChange is the corrected data of a notification of change as it may be
// shown: an account number in it is masked, and data that cannot be read is
// masked whole.
func MaskChange(code, data string, iat bool) string {
	change, err := nacha.ParseChange(code, data, iat)
	switch {
	case err != nil:
		return "*****" + Tail(data)
	case change.Account == "":
		return data
	}
	masked := "*****" + Tail(change.Account)
	if change.Routing != "" {
		masked = change.Routing + " " + masked
	}
	if change.Code != 0 {
		masked += " " + strconv.Itoa(int(change.Code))
	}
	return masked
}
