package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/achledger/achledger/cmd/internal/cluster"
	"github.com/achledger/achledger/cmd/internal/folder"
)

// client is the settings of a client whose every payment leaves in a file of
// its own, at once.
var client = map[string]any{
	"name": "Harbor Gym", "company_name": "HARBOR GYM", "company_identifications": []string{"1840000017"},
	"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD"}, "batching": map[string]any{"max_entries": 1},
	"file": map[string]any{
		"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
		"immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK",
	},
}

// onePayment is the payment that is sent here, and in the printed instructions.
const onePayment = `{"StandardEntryClassCode":"PPD","TransactionType":"push","ToRouting":"121042882","ToAccount":"30488174411","ToAccountType":"checking","ToName":"Ada Marsh","Description":"PAYROLL","Amount":12.34}`

// pay creates the client, sends a payment through the proxy and waits for the
// file in which it leaves. It returns the client's credential.
func pay(ctx context.Context, c *cluster.Cluster) (harbor folder.Credential, err error) {
	a := newAPI(c.Base, c.Ops)
	if err := a.open(ctx, client); err != nil {
		return harbor, err
	}
	var paid struct{ TransactionID string }
	status, text := a.ask(ctx, a.client, "POST", "/api/transaction", jsonType, onePayment, &paid)
	if status != http.StatusCreated {
		return harbor, fmt.Errorf("send a payment: %d %s", status, text)
	}
	fmt.Printf("Payment %s was accepted.\n", paid.TransactionID)
	file, err := c.FirstFile(ctx)
	if err != nil {
		return harbor, err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return harbor, err
	}
	fmt.Printf("It leaves in %s:\n\n%s\n", filepath.Base(file), content)
	return a.client, nil
}
