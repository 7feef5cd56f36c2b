package node

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/achledger/achledger/http/client"
)

// The client that is generated from the OpenAPI document does what a caller does,
// each step through another of three nodes.
func TestTheGeneratedClientRunsAgainstThreeNodes(t *testing.T) {
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil), c.serve(nil)}
	leader(t, nodes)
	nodes[0].at("2026-11-24T14:40:00Z")
	ctx, ops := t.Context(), apiOf(t, nodes[1], nodes[1].ops.Key, nodes[1].ops.Secret)

	settings := client.ClientSettings{
		Name: new("Harbor Gym"), CompanyName: new("HARBOR GYM"), CompanyIdentifications: &[]string{"1840000017"},
		ODFIRoutingNumbers: &[]string{"231380104"}, SecCodes: &[]client.ClientSettingsSecCodes{client.ClientSettingsSecCodesPPD},
		Batching: &client.ClientSettings_Batching{MaxEntries: new(int64(2))},
	}
	_, err := ops.CreateClientWithResponse(ctx, nil, settings)
	if problem := problemOf(err); problem.Status != 400 || problem.Errors == nil {
		t.Fatalf("a client whose files have no head is taken on: %v", err)
	}
	settings.File = &client.ClientSettings_File{
		ImmediateDestination: new("061000146"), ImmediateDestinationName: new("FEDERAL RESERVE BANK"),
		ImmediateOrigin: new("231380104"), ImmediateOriginName: new("LANTERN SAVINGS BANK"),
	}
	opened, err := ops.CreateClientWithResponse(ctx, nil, settings)
	if err != nil || opened.JSON201 == nil {
		t.Fatalf("a client is not taken on: %v", err)
	}
	issued, err := ops.IssueClientCredentialWithResponse(ctx, opened.JSON201.ClientID, nil, client.NewCredential{
		Scopes: []client.Scope{client.ScopeOriginate, client.ScopeRead, client.ScopeReveal},
	})
	if err != nil || issued.JSON201 == nil {
		t.Fatalf("a credential is not issued: %v", err)
	}
	key, secret := issued.JSON201.Key, issued.JSON201.Secret

	// One payment and its repeats, through three nodes. Another payment under the same
	// id is refused.
	pay := client.Proposal{
		TransactionID:          new(uuid.New()),
		StandardEntryClassCode: client.ProposalStandardEntryClassCodePPD, TransactionType: client.ProposalTransactionTypePush,
		ToRouting: "121042882", ToAccount: "30488174411", ToAccountType: client.ProposalToAccountTypeChecking,
		ToName: "Ada Marsh", Description: new("PAYROLL"), Amount: client.Cents(194210),
	}
	for i, node := range nodes {
		answer, err := apiOf(t, node, key, secret).OriginateWithResponse(ctx, nil, pay)
		if err != nil || (answer.JSON201 != nil) != (i == 0) || (answer.JSON200 != nil) != (i > 0) {
			t.Fatalf("payment %d answers %v", i, err)
		}
	}
	second := pay
	second.Amount = client.Cents(1)
	mine := apiOf(t, nodes[2], key, secret)
	_, err = mine.OriginateWithResponse(ctx, nil, second)
	if problem := problemOf(err); problem.Status != 409 || !strings.Contains(err.Error(), problem.Message) {
		t.Errorf("another amount under the same name: %v", err)
	}
	second.TransactionID = new(uuid.New())
	if _, err := mine.OriginateWithResponse(ctx, nil, second); err != nil {
		t.Fatal(err)
	}

	// The file, polled until it exists, and its bytes.
	var files *client.ListFilesResponse
	eventually(t, "the file is in the list", func() bool {
		files, err = mine.ListFilesWithResponse(ctx, nil)
		return err == nil && len(files.JSON200.Data) == 1
	})
	file := files.JSON200.Data[0]
	var bytes *client.DownloadFileResponse
	eventually(t, "the file can be had", func() bool {
		bytes, err = apiOf(t, nodes[0], key, secret).DownloadFileWithResponse(ctx, file.ID)
		return err == nil
	})
	if file.CreditCents != 194211 || !strings.Contains(string(bytes.Body), "0000194210") {
		t.Errorf("the file of %d cents is %s", file.CreditCents, bytes.Body)
	}

	// The bank returns the first payment, and every node shows that.
	id := pay.TransactionID.String()
	eventually(t, "the payment can be returned", func() bool {
		_, err = ops.SimulateReturnWithResponse(ctx, id, client.SimulateReturnJSONRequestBody{Code: "R03"})
		return err == nil
	})
	for _, node := range nodes {
		answer, err := apiOf(t, node, key, secret).GetTransactionWithResponse(ctx, id)
		if err != nil || answer.JSON200.Status != client.TransactionStatusReturned || *answer.JSON200.Amount != "1942.10" {
			t.Errorf("the payment is %+v, %v", answer.JSON200, err)
		}
	}
	events, err := mine.ListEventsWithResponse(ctx, &client.ListEventsParams{Type: new("transaction.returned")})
	if err != nil || len(events.JSON200.Data) != 1 || events.JSON200.Data[0].Position == 0 {
		t.Errorf("its event is %+v, %v", events, err)
	}
	if _, err := apiOf(t, nodes[0], key, "wrong").GetTransactionWithResponse(ctx, id); problemOf(err).Status != 401 {
		t.Errorf("a wrong secret: %v", err)
	}
}

// apiOf makes a client for a node.
func apiOf(t *testing.T, node *running, key, secret string) *client.ClientWithResponses {
	t.Helper()
	api, err := client.New(node.Base, key, secret)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

// problemOf returns the problem of a refused call; empty for any other error.
func problemOf(err error) client.Problem {
	var problem *client.Problem
	if !errors.As(err, &problem) {
		return client.Problem{}
	}
	return *problem
}
