package api

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// Repeated refuses a text that contains the account number of the transaction
// it is about. If the client's keys were destroyed this cannot be checked, and
// the text is accepted.
func Repeated(l *ledger.Ledger, t domain.Transaction, pointer, text string) error {
	if text == "" || !t.Exists() {
		return nil
	}
	number, err := l.OpenAccount(t.Client, t.Account)
	if seal.NotCheckable(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return RefuseRepetitions(Repetitions(number, pointer, text))
}

// Repetitions returns an error for each text that contains an account number.
// Texts come in pairs: pointer and content.
func Repetitions(number string, texts ...string) (list []domain.FieldError) {
	for i := 0; i+1 < len(texts); i += 2 {
		if domain.Repeats(number, texts[i+1]) {
			list = append(list, domain.Repetition(texts[i]))
		}
	}
	return list
}

// RefuseRepetitions refuses fields that contain an account number; nil for
// none.
func RefuseRepetitions(list []domain.FieldError) error {
	if len(list) == 0 {
		return nil
	}
	return &domain.Refusal{Code: domain.RuleBroken, Fields: list}
}
