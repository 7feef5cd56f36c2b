package api

import (
	"errors"
	"strings"

	"github.com/achledger/achledger/domain"
)

// AnswerNames are the names of an answer's fields in requests that choose its
// code and nothing else.
var AnswerNames = strings.NewReplacer("/ReturnCode", "/code", "/ReasonCode", "/code")

// Respelled renames the fields of a refusal for a surface that spells them
// differently; the domain uses ACH Connect's names.
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
