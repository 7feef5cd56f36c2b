package api

import (
	"testing"

	"github.com/achledger/achledger/domain"
)

// A webhook can ask for every state that a file is shown in.
func TestEveryShownStateOfAFileIsATypeOfMessage(t *testing.T) {
	for _, state := range shownStates {
		terms := domain.WebhookTerms{URL: "https://hooks.example/", Types: []string{"file." + string(ShownAs(state))}}
		if _, err := (domain.OpenWebhook{ID: "w", Terms: terms}).Decide(domain.Webhook{}); err != nil {
			t.Errorf("%s: %v", state, err)
		}
	}
}
