package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

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

// harbor is the credential of the new client.
var harbor folder.Credential

// pay creates the client, sends a payment through the proxy and waits for the
// file in which it leaves.
func pay(ctx context.Context, c *cluster.Cluster) error {
	body, err := json.Marshal(client)
	if err != nil {
		return err
	}
	var opened struct{ Credential folder.Credential }
	if err := post(ctx, c.Base+"/v1/ops/clients", c.Ops, string(body), &opened); err != nil {
		return fmt.Errorf("add a client: %w", err)
	}
	harbor = opened.Credential
	var paid struct{ TransactionID string }
	if err := post(ctx, c.Base+"/api/transaction", harbor, onePayment, &paid); err != nil {
		return fmt.Errorf("send a payment: %w", err)
	}
	fmt.Printf("Payment %s was accepted.\n", paid.TransactionID)
	file, err := c.FirstFile(ctx)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	fmt.Printf("It leaves in %s:\n\n%s\n", filepath.Base(file), content)
	return nil
}

func post(ctx context.Context, url string, who folder.Credential, body string, answer any) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.SetBasicAuth(who.Key, who.Secret)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("%s: %s", response.Status, text)
	}
	return json.Unmarshal(text, answer)
}
