package console

import (
	"net/http"

	"github.com/achledger/achledger/domain"
)

// clientScopes are the scopes that a client's credential may have.
var clientScopes = []choice{{"originate", "originate"}, {"read", "read"}, {"vault", "vault"}, {"download", "download"}, {"reveal", "reveal: account numbers whole"}}

var reason = input{Name: "reason", Label: "Reason, kept in the log", Kind: "text", Needed: true, Most: 200}

// actions maps a name to its action; a POST to /console/do/NAME/SUBJECT runs
// it.
var actions = map[string]action{
	"hold":     {scope: domain.ScopeOpsWork, path: "/v1/ops/events/:subject/hold", fields: []input{reason}, button: "Hold", done: "It is held.", note: "It leaves in no file until somebody approves it."},
	"approve":  {scope: domain.ScopeOpsApprove, path: "/v1/ops/events/:subject/approve", fields: []input{reason}, button: "Approve", done: "It is approved and leaves with the next file.", note: "It leaves with the next file of its client."},
	"ask-back": {scope: domain.ScopeOpsWork, path: "/v1/ops/clients/:client/transactions/:subject/return_requests", fields: []input{reason}, button: "Ask it back", done: "It is asked back; the request waits for the receiving bank.", note: "In the client's place, for an entry sent in error. The ledger records the request and its ten banking days; ask the receiving bank as you ask it for other things."},
	"reject":   {scope: domain.ScopeOpsWork, path: "/v1/ops/events/:subject/reject", fields: []input{reason}, button: "Reject", grave: true, done: "It is rejected.", note: "It never leaves. This cannot be taken back."},

	"confirm": {scope: domain.ScopeOpsApprove, path: "/v1/ops/files/:subject/confirm", button: "The bank has it", done: "It is recorded that the bank has the file.", note: "Ask the bank first. The file is not sent again."},
	"resend":  {scope: domain.ScopeOpsApprove, path: "/v1/ops/files/:subject/resend", button: "Send it again", grave: true, done: "The file is being sent again.", note: "Only if the bank says that it does not have it: what the bank has twice, it pays twice."},
	"release": {scope: domain.ScopeOpsApprove, path: "/v1/ops/files/:subject/release", button: "Take it back", grave: true, done: "The file is taken back.", fields: []input{
		reason, {Name: "then", Label: "Its entries", Kind: "choice", Choices: []choice{{"wait", "wait for another file"}, {"reject", "are rejected"}}},
		{Name: "not_carried", Label: "The client did not take it to its bank (download files)", Kind: "check"},
	}, note: "Only a file whose delivery has not begun."},

	"judge": {scope: domain.ScopeOpsWork, path: "/v1/ops/inbound/:subject/judge", button: "Judge it again", done: "The file is judged again.", fields: []input{
		reason, {Name: "batch", Label: "Only this batch", Kind: "number"}, {Name: "as_is", Label: "Let it in as it is: its totals hold", Kind: "check"},
	}},
	"assign": {scope: domain.ScopeOpsWork, path: "/v1/ops/unmatched/:subject/assign", button: "Assign", done: "The entry has its place.", fields: []input{
		{Name: "client", Label: "Client", Kind: "text", Needed: true, Most: 32}, {Name: "transaction_id", Label: "Transaction, if it answers one", Kind: "text", Most: 64},
	}},
	"return": {scope: domain.ScopeOpsWork, path: "/v1/ops/unmatched/:subject/return", button: "Return", grave: true, done: "The entry goes back to its sender with the next file.", fields: []input{{Name: "code", Label: "Return code", Kind: "text", Needed: true, Most: 3}}},
	"decide": {scope: domain.ScopeOpsWork, path: "/v1/ops/inbound-decisions/:subject", button: "Decide", grave: true, done: "It is decided.", note: "In the client's place. The first decision counts.", fields: []input{
		{Name: "decision", Label: "The payment", Kind: "choice", Choices: []choice{{"pay", "is paid"}, {"return", "goes back"}}},
		{Name: "code", Label: "Return code, if not the account's", Kind: "text", Most: 3},
	}},
	"dismiss": {scope: domain.ScopeOpsWork, path: "/v1/ops/unmatched/:subject/dismiss", button: "Dismiss", grave: true, done: "The entry is dismissed.", fields: []input{reason}, note: "Nothing is done about the entry."},

	"approve-file": {scope: domain.ScopeOpsApprove, path: "/v1/ops/files/:subject/approve", fields: []input{reason}, button: "Approve", done: "The file is approved and leaves.", note: "It leaves as it is, with all its entries."},

	"approve-request":  {scope: domain.ScopeOpsApprove, path: "/v1/ops/approvals/:subject/approve", fields: []input{{Name: "digest", Kind: "hidden"}}, button: "Approve", done: "It is approved and done.", note: "It is done at once, in the name of both of you."},
	"refuse-request":   {scope: domain.ScopeOpsApprove, path: "/v1/ops/approvals/:subject/refuse", fields: []input{reason}, button: "Refuse", grave: true, done: "It is refused."},
	"withdraw-request": {scope: domain.ScopeOpsRead, path: "/v1/ops/approvals/:subject/withdraw", button: "Withdraw", done: "It is withdrawn."},

	"add-person": {scope: domain.ScopeOpsAdmin, path: "/v1/ops/operators", button: "Add", done: "The person is added. The owner of the data folder makes the sign-in link: achledger operators link.", fields: []input{
		{Name: "email", Label: "E-mail address", Kind: "text", Needed: true, Most: 128}, {Name: "name", Label: "Name", Kind: "text", Most: 100},
		{Name: "roles", Label: "Roles", Kind: "checks", Choices: roleChoices}, reason,
	}},
	"change-person": {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/operators/:subject", button: "Change", done: "The person is changed.", fields: []input{
		{Name: "name", Label: "Name", Kind: "text", Most: 100}, {Name: "roles", Label: "Roles", Kind: "checks", Choices: roleChoices}, reason,
	}, note: "Another role counts at once, in sessions that are open too."},
	"disable-person":  {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/operators/:subject", button: "Disable", grave: true, done: "The person can do nothing any more.", fields: []input{{Name: "enabled", Kind: "hidden", Value: "false"}, reason}, note: "The person is signed out at once. Credentials that the person answers for are to be revoked by themselves."},
	"enable-person":   {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/operators/:subject", button: "Enable", done: "The person may work again.", fields: []input{{Name: "enabled", Kind: "hidden", Value: "true"}, reason}},
	"sign-out-person": {scope: domain.ScopeOpsAdmin, path: "/v1/ops/operators/:subject/sign-out", button: "End the sessions", done: "The sessions are ended.", fields: []input{reason}, note: "The person can sign in again. A lost phone or password takes a new link besides, which the owner of the data folder makes."},

	"end-session": {scope: domain.ScopeOpsAdmin, path: "/v1/ops/sessions/:key/end", button: "End the session", done: "The session is ended.", fields: []input{{Name: "key", Label: "Session", Kind: "choice", Needed: true}, reason}, note: "Whoever uses it is signed out at once, and can sign in again."},

	"policy": {scope: domain.ScopeOpsAdmin, method: http.MethodPut, path: "/v1/ops/policy", button: "Change", done: "The policy is changed.", fields: []input{
		{Name: "four_eyes", Label: "Two people", Kind: "yesno", Choices: []choice{{"true", "are needed"}, {"false", "are not needed"}}},
		{Name: "release_above_cents", Label: "One person may release alone up to, in dollars", Kind: "dollars", Most: 14},
		{Name: "approval_expires", Label: "A request waits for the other person (24h, 90m)", Kind: "text", Most: 12}, reason,
	}, note: "While two people are needed, so they are for this."},
	"lift": {scope: domain.ScopeOpsApprove, path: "/v1/ops/clients/:client/companies/:subject/lift", button: "Lift it", done: "Its entries leave again.", fields: []input{reason}, note: "What is held stays held until somebody approves it; what comes from now on leaves."},

	"open-client":    {scope: domain.ScopeOpsAdmin, path: "/v1/ops/clients", fields: []input{{Name: "settings", Label: "Settings", Kind: "json", Needed: true}}, button: "Take it on", done: "The client is taken on.", note: "Its first credential is shown once."},
	"change-client":  {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/clients/:subject", fields: []input{{Name: "settings", Label: "Settings", Kind: "json", Needed: true}}, button: "Change", done: "The settings are changed.", note: "What stands here replaces what holds now. A receiving account that is masked stays as it is."},
	"configure-bank": {scope: domain.ScopeOpsAdmin, method: http.MethodPut, path: "/v1/ops/odfis/:subject", fields: []input{{Name: "settings", Label: "Settings", Kind: "json", Needed: true}}, button: "Set", done: "The bank is set up.", note: "What stands here replaces what holds now."},
	"issue-credential": {scope: domain.ScopeOpsAdmin, path: "/v1/ops/clients/:subject/credentials", button: "Issue", done: "The credential is issued.", fields: []input{
		{Name: "name", Label: "Name", Kind: "text", Most: 100}, {Name: "owner", Label: "Who answers for it", Kind: "text", Most: 128}, {Name: "scopes", Label: "Scopes", Kind: "checks", Choices: clientScopes},
	}, note: "Its secret is shown once."},
	"revoke-credential": {scope: domain.ScopeOpsAdmin, method: http.MethodDelete, path: "/v1/ops/credentials/:key", button: "Revoke", grave: true, done: "The credential is revoked.", fields: []input{{Name: "key", Label: "Credential", Kind: "choice", Needed: true}}, note: "Its tokens and feeds end at once. This cannot be taken back."},

	"suspend": {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/clients/:subject", button: "Suspend", grave: true, done: "The client is suspended.", fields: []input{{Name: "suspended", Kind: "hidden", Value: "true"}}, note: "Its credentials originate nothing, and nothing of it is cut."},
	"resume":  {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/clients/:subject", button: "Resume", done: "The client may work again.", fields: []input{{Name: "suspended", Kind: "hidden", Value: "false"}}},

	"clock": {scope: domain.ScopeOpsWork, method: http.MethodPut, path: "/v1/simulations/clock", button: "Move the clock", done: "The clock was moved, and what fell due on the way was done.", fields: []input{
		{Name: "advance", Label: "By", Kind: "choice", Choices: []choice{{"15m", "15 minutes"}, {"1h", "1 hour"}, {"6h", "6 hours"}, {"24h", "1 day"}, {"72h", "3 days"}}},
	}},
	"play-acknowledge": {scope: domain.ScopeOpsWork, path: "/v1/simulations/files/:subject/acknowledge", button: "Answer", done: "The operator answered.", fields: []input{
		{Name: "result", Label: "The operator", Kind: "choice", Choices: []choice{{"accepted", "accepts it"}, {"rejected", "rejects it"}, {"pended", "holds it back"}, {"duplicate", "has it already"}}},
	}},
	"play-return":     {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/return", button: "Return", done: "The bank returned it.", fields: []input{{Name: "code", Label: "Return code", Kind: "text", Value: "R03", Needed: true, Most: 3}}},
	"play-correction": {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/correction", button: "Send", done: "The bank sent a notification of change.", fields: []input{{Name: "code", Label: "Change code", Kind: "text", Value: "C01", Needed: true, Most: 3}, {Name: "data", Label: "Corrected data", Kind: "text", Value: "30488174419", Needed: true, Most: 29}}},
	"play-dishonor":   {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/dishonor", button: "Dishonor", done: "The bank dishonored our return.", fields: []input{{Name: "code", Label: "Code", Kind: "text", Value: "R68", Needed: true, Most: 3}}},
	"play-contest":    {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/contest", button: "Contest", done: "The bank contests our dishonor.", fields: []input{{Name: "code", Label: "Code", Kind: "text", Value: "R73", Needed: true, Most: 3}}},
}
