// Package client calls the API of achledger from Go.
//
// api.gen.go is made from the OpenAPI document, and a test fails while the two
// differ: every route is a method of ClientWithResponses, every body a type.
// New signs each request with a key and its secret, and makes of every refusal
// an error that is a *Problem:
//
//	ledger, err := client.New("https://ledger.example", key, secret)
//	…
//	answer, err := ledger.OriginateWithResponse(ctx, nil, client.Proposal{…, Amount: client.Cents(194217)})
//	var problem *client.Problem
//	switch {
//	case errors.As(err, &problem) && !problem.Repeat(): // the ledger says no: problem.Code, problem.Errors
//	case err != nil: // no answer, or none that says: send the same TransactionID again, it happens once
//	default: // answer.JSON201, or answer.JSON200 where it was there before
//	}
//
// A follower of the log reads ListEvents from the position it has kept;
// StreamEvents, whose answer does not end, is read from the response of the
// method without WithResponse.
package client
