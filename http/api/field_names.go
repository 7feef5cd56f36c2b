package api

import (
	"errors"
	"strings"

	"github.com/achledger/achledger/domain"
)

// Respelled is a refusal with its fields spelled as another surface spells
// them; the domain names them as ACH Connect does.
func Respelled(err error, names *strings.Replacer) error {
	var r *domain.Refusal
	if !errors.As(err, &r) {
		return err
	}
	again := domain.Refusal{Code: r.Code, Reason: r.Reason}
	for _, f := range r.Fields {
		f.Pointer = names.Replace(f.Pointer)
		again.Fields = append(again.Fields, f)
	}
	return &again
}
