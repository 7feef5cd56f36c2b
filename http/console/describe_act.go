package console

import (
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
)

// describeAct describes what somebody did, and to what.
func (s *surface) describeAct(f domain.Fact) (what, about cell) {
	kind, id, _ := strings.Cut(f.Stream, "/")
	switch kind {
	case "transaction":
		client, transaction, _ := strings.Cut(id, "/")
		t, _ := describeTransaction(f)
		return say(t.what).sub(t.detail), linked("transaction "+transaction, transactionPath(client, transaction))
	case "file":
		t, _ := describeFile()(f)
		return say(t.what).sub(t.detail), linked("file "+id, Path+"/files/"+id)
	case "approval":
		return say(s.describeRequest(f)), linked("request", Path+"/approvals/"+id)
	case "client":
		return say(eventWords(f)), linked("client "+id, Path+"/clients/"+id)
	case "bank":
		return say(eventWords(f)), linked("bank "+id, Path+"/banks/"+id)
	case "inbound":
		return say(eventWords(f)), linked("file from the bank", Path+"/inbound/"+id)
	case "unmatched":
		return say(eventWords(f)), linked("entry from the bank", Path+"/unmatched/"+id)
	case "policy":
		return say("Changed the policy"), linked("policy", Path+"/policy")
	default:
		return describeAudit(f)
	}
}

// describeAudit describes who viewed what, and who signed in.
func describeAudit(f domain.Fact) (what, about cell) {
	switch e := f.Event.(type) {
	case *domain.PersonSignedIn:
		return say("Signed in").sub("by " + methodText(e.Method) + ", from " + e.Address), say("")
	case *domain.PersonSetUp:
		return say("Set a password and an app"), say("")
	case *domain.LinkMade:
		return say("Made a sign-in link"), linked(e.Operator, personPath(e.Operator))
	case *domain.SessionsEnded:
		return say("Ended the sessions of").sub(e.Reason), linked(e.Operator, personPath(e.Operator))
	case *domain.SessionEnded:
		return say("Ended a session of").sub(e.Reason), linked(e.Operator, personPath(e.Operator))
	case *domain.OperatorAdded:
		return say("Added a person").sub(strings.Join(e.Roles, ", ")), linked(e.Email, personPath(e.Email))
	case *domain.OperatorChanged:
		return say("Changed a person").sub(strings.Join(e.Roles, ", ")), linked(e.Email, personPath(e.Email))
	case *domain.RequestRefused:
		return say("Was refused").sub(e.Method + " " + e.Route), say("")
	case *domain.AccountRevealed:
		return say("Saw a full account number").sub(e.Reason), linked(e.What+" "+e.ID, Path+"/search?q="+e.ID)
	case *domain.FileRead:
		return say("Downloaded a file"), linked("file "+e.FileID, Path+"/files/"+e.FileID)
	default:
		return say(eventWords(f)), say("")
	}
}

// describeRequest describes an action on a request that needs two people.
func (s *surface) describeRequest(f domain.Fact) string {
	switch e := f.Event.(type) {
	case *domain.ApprovalAsked:
		return "Asked: " + actText(e.Action)
	case *domain.ApprovalGiven:
		return "Approved what " + e.Maker + " asked for"
	case *domain.ApprovalRefused:
		return fmt.Sprintf("Refused it.%s", sentence(e.Reason))
	default:
		return eventWords(f)
	}
}

// eventWords turns an event's type into words.
func eventWords(f domain.Fact) string {
	return capital(strings.NewReplacer(".", ": ", "_", " ").Replace(strings.TrimPrefix(f.Event.Type(), "audit.")))
}
