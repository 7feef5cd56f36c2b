package domain_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// A link that was canceled ends what its receiver agreed to: no item that needs an
// authorization is made over it any more, and what takes back still is.
func TestWhatMayBeMadeOverARelationship(t *testing.T) {
	for status, tt := range map[domain.RelationshipStatus]struct {
		refused, says string
	}{
		domain.RelationshipQueued:                                {"", ""},
		domain.RelationshipPending:                               {"", ""},
		domain.RelationshipApproved:                              {"", ""},
		domain.RelationshipApproved + " and refused by its bank": {"its bank returned the prenote as R03", "may not be used: its bank returned the prenote as R03"},
		domain.RelationshipRejected:                              {"", "may not be used: three wrong tries"},
		domain.RelationshipCancelRequested:                       {"", "was canceled, and the receiver's authorization with it"},
		domain.RelationshipCanceled:                              {"", "was canceled, and the receiver's authorization with it"},
	} {
		r := domain.Relationship{ID: "r1", Status: status, Reason: "three wrong tries"}
		if got := r.NoMore(tt.refused); (got == "") != (tt.says == "") || !strings.Contains(got, tt.says) {
			t.Errorf("%s: %q, want %q", status, got, tt.says)
		}
	}
	for kind, needs := range map[domain.ItemKind]bool{
		domain.Origination: true, domain.Retry: true, domain.ReturnFee: true,
		domain.Reversal: false, domain.Dishonor: false, domain.RefusedChange: false, domain.ReturnRequest: false,
		domain.Return: false, domain.Correction: false, domain.Contest: false,
	} {
		if kind.NeedsAuthorization() != needs {
			t.Errorf("%s needs an authorization: %v", kind, !needs)
		}
	}
}

// A transfer that came back is not corrected over a link that was canceled.
func TestACorrectedTransferNeedsALinkThatStands(t *testing.T) {
	linked := domain.AccountLinked{RelationshipID: "r1", Account: "f", OwnerName: "John Doe", AccountType: "checking"}
	made := domain.TransferMade{TransactionID: "t1", RelationshipID: "r1", Direction: domain.IncomingTransfer}
	for name, tt := range map[string]struct {
		last domain.Event
		want domain.Code
	}{
		"it stands":               {domain.LinkApproved{RelationshipID: "r1"}, ""},
		"its end was asked for":   {domain.LinkCancelRequested{RelationshipID: "r1"}, domain.RuleBroken},
		"it was canceled":         {domain.LinkCanceled{RelationshipID: "r1"}, domain.RuleBroken},
		"its account was refused": {domain.LinkRejected{RelationshipID: "r1", Reason: "R03"}, domain.RuleBroken},
	} {
		_, err := domain.CorrectTransfer{TransactionID: "t2", Corrects: "t1"}.Decide(holderAfter(t, linked, made, tt.last))
		if got := domain.CodeOf(err); got != tt.want {
			t.Errorf("%s: %q (%v), want %q", name, got, err, tt.want)
		}
	}
}

// Whatever waits and needs an authorization is rejected when the bank refuses the
// account; what takes back, and what left, stays.
func TestWhatWaitsOverARefusedAccountIsRejected(t *testing.T) {
	var tx domain.Transaction
	for _, i := range []domain.Item{
		{ID: "left", Kind: domain.Origination, Direction: domain.ToFed, State: domain.Filed},
		{ID: "retry", Kind: domain.Retry, Direction: domain.ToFed, State: domain.Pending},
		{ID: "fee", Kind: domain.ReturnFee, Direction: domain.ToFed, State: domain.Held},
		{ID: "reversal", Kind: domain.Reversal, Direction: domain.ToFed, State: domain.Pending},
		{ID: "dishonor", Kind: domain.Dishonor, Direction: domain.ToFed, State: domain.Pending},
	} {
		tx.Items = append(tx.Items, &i)
	}
	events, err := domain.RefuseOver{Reason: "R03"}.Decide(tx)
	must(t, err)
	var rejected []string
	for _, e := range events {
		rejected = append(rejected, e.(domain.TransactionRejected).ItemID)
	}
	if strings.Join(rejected, " ") != "retry fee" {
		t.Errorf("rejected: %v", rejected)
	}
}
