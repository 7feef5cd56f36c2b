package demo

import (
	"context"
	"net/http"
)

// enough is the number of entries that make a file.
const enough = 9

// openClient opens the client Harbor Gym.
func openClient(ctx context.Context, s *story) error {
	var opened struct {
		ID         string `json:"client_id"`
		Credential struct{ Key, Secret string }
	}
	status, err := s.ops.do(ctx, http.MethodPost, "/v1/ops/clients", map[string]any{
		"name": "Harbor Gym", "company_name": "HARBOR GYM", "company_identifications": []string{"1840000017"},
		"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD", "CCD", "WEB"}, "default_sec_code": "PPD",
		"batching":           map[string]any{"max_entries": enough, "windows": []string{"10:15", "14:30", "16:30", "22:30"}},
		"receiving_accounts": []string{duesAccount},
		"file": map[string]string{
			"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK",
		},
	}, &opened)
	if err != nil {
		return err
	}
	s.id, s.client = opened.ID, caller{s.Base, opened.Credential.Key, opened.Credential.Secret}
	s.say(`   POST /v1/ops/clients
   %d  client %s, with a credential of its own

   A file of this client is cut as soon as %d entries wait, or at 10:15, 14:30,
   16:30 and 22:30 in New York.
`, status, s.id, enough)
	return nil
}
