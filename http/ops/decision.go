package ops

import (
	"encoding/json"

	"github.com/achledger/achledger/domain/guard"
)

// decisionSecret returns the secret that verifies the questions to an engine,
// for the answer to a call that sets the engine's address; otherwise empty. No
// other answer has it.
func (s *surface) decisionSecret(input []byte, engine string) (string, error) {
	var body struct {
		Decision *guard.DecisionHook `json:"decision"`
	}
	if err := json.Unmarshal(input, &body); err != nil || body.Decision == nil || body.Decision.URL == "" {
		return "", nil // cannot happen: the body was already read strictly
	}
	return s.Ledger.ShownDecisionSecret(engine, body.Decision.URL)
}
