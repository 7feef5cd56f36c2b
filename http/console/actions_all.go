package console

import (
	"net/http"

	"github.com/achledger/achledger/domain"
)

// clientScopes are the scopes that a client's credential may have.
var clientScopes = []choice{{"originate", "originate"}, {"read", "read"}, {"vault", "vault"}, {"download", "download"}, {"reveal", "reveal: full account numbers"}}

var reason = input{Name: "reason", Label: "Reason, kept in the log", Kind: "text", Needed: true, Most: 200}

// actions maps a name to its action; a POST to /console/do/NAME/SUBJECT runs
// it.
var actions = map[string]action{
	"hold":     {scope: domain.ScopeOpsWork, path: "/v1/ops/events/:subject/hold", fields: []input{reason}, button: "Hold", done: "It is held.", note: "It goes into no file until somebody approves it."},
	"approve":  {scope: domain.ScopeOpsApprove, queue: "held", path: "/v1/ops/events/:subject/approve", fields: []input{reason}, button: "Approve", done: "It is approved and leaves with the next file.", note: "It leaves with its client's next file."},
	"ask-back": {scope: domain.ScopeOpsWork, path: "/v1/ops/clients/:client/transactions/:subject/return_requests", fields: []input{reason}, button: "Record the request", done: "The request is recorded. Now contact the receiving bank.", note: "On the client's behalf, for an entry sent in error. The ledger records the request and its deadline of ten banking days. It sends nothing: contact the receiving bank yourself."},
	"reject":   {scope: domain.ScopeOpsWork, queue: "held", path: "/v1/ops/events/:subject/reject", fields: []input{reason}, button: "Reject", grave: true, done: "It is rejected.", note: "It never leaves. This cannot be undone."},

	"confirm": {scope: domain.ScopeOpsApprove, queue: "delivery", path: "/v1/ops/files/:subject/confirm", button: "The bank has it", done: "It is recorded that the bank has the file.", note: "Ask the bank first. The file is not sent again."},
	"resend":  {scope: domain.ScopeOpsApprove, queue: "delivery", path: "/v1/ops/files/:subject/resend", button: "Send it again", grave: true, done: "The file is being sent again.", note: "Do this only if the bank says that it does not have the file. A file that the bank has twice is paid twice."},
	"release": {scope: domain.ScopeOpsApprove, path: "/v1/ops/files/:subject/release", button: "Take it back", grave: true, done: "The file is taken back.", fields: []input{
		reason, {Name: "then", Label: "Its entries", Kind: "choice", Choices: []choice{{"wait", "wait for another file"}, {"reject", "are rejected"}}},
		{Name: "not_carried", Label: "The client did not take it to its bank (download files)", Kind: "check"},
	}, note: "It is not sent. Its entries wait for another file or are rejected, as you choose. Possible only before its delivery starts."},

	"judge": {scope: domain.ScopeOpsWork, queue: "quarantine", path: "/v1/ops/inbound/:subject/judge", button: "Judge it again", done: "The file is judged again.", fields: []input{
		reason, {Name: "batch", Label: "Batch number, to judge only one", Kind: "number"}, {Name: "as_is", Label: "Let it in as it is, although it breaks a rule (its totals must agree)", Kind: "check"},
	}, note: "It is checked again by the rules as they are now. If it keeps them, its entries are applied at once."},
	"dismiss-file": {scope: domain.ScopeOpsWork, queue: "quarantine", path: "/v1/ops/inbound/:subject/dismiss", fields: []input{reason}, button: "Dismiss", grave: true, done: "It is dismissed.", note: "It leaves the queue, and nothing that is in quarantine is applied. Do this once the bank has sent it again, correctly, or if it is none of the bank's files. It can still be judged again."},
	"assign": {scope: domain.ScopeOpsWork, queue: "unmatched", path: "/v1/ops/unmatched/:subject/assign", button: "Assign", done: "The entry is assigned.", fields: []input{
		{Name: "client", Label: "Client", Kind: "client", Needed: true, Most: 200}, {Name: "transaction_id", Label: "Id of the transaction, if it answers one", Kind: "text", Most: 64},
	}, note: "The client sees it as its own from then on, and can answer it. This cannot be undone."},
	"return": {scope: domain.ScopeOpsWork, queue: "unmatched", path: "/v1/ops/unmatched/:subject/return", button: "Return", grave: true, done: "The entry goes back to its sender with the next file.", fields: []input{{Name: "code", Label: "Return code, such as R03", Kind: "text", Needed: true, Most: 3}}, note: "Its money goes back to the bank that sent it. This cannot be undone."},
	"decide": {scope: domain.ScopeOpsWork, queue: "decisions", path: "/v1/ops/inbound-decisions/:subject", button: "Decide", grave: true, done: "It is decided.", note: "On the client's behalf. The first decision counts.", fields: []input{
		{Name: "decision", Label: "The payment", Kind: "choice", Choices: []choice{{"pay", "is paid"}, {"return", "goes back"}}},
		{Name: "code", Label: "Return code, if not the account's default", Kind: "text", Most: 3},
	}},
	"dismiss": {scope: domain.ScopeOpsWork, queue: "unmatched", path: "/v1/ops/unmatched/:subject/dismiss", button: "Dismiss", grave: true, done: "The entry is dismissed.", fields: []input{reason}, note: "It leaves the queue, and nothing else is done about it."},

	"approve-file": {scope: domain.ScopeOpsApprove, queue: "held-files", path: "/v1/ops/files/:subject/approve", fields: []input{reason}, button: "Approve", done: "The file is approved and leaves.", note: "It leaves as it is, with all its entries."},

	"approve-request":  {scope: domain.ScopeOpsApprove, queue: "approvals", path: "/v1/ops/approvals/:subject/approve", fields: []input{{Name: "digest", Kind: "hidden"}}, button: "Approve", done: "It is approved and done.", note: "It is done at once, and recorded under both names."},
	"refuse-request":   {scope: domain.ScopeOpsApprove, queue: "approvals", path: "/v1/ops/approvals/:subject/refuse", fields: []input{reason}, button: "Refuse", grave: true, done: "It is refused.", note: "Nothing of it is done. Whoever asked can ask again."},
	"withdraw-request": {scope: domain.ScopeOpsRead, queue: "approvals", path: "/v1/ops/approvals/:subject/withdraw", button: "Withdraw", done: "It is withdrawn.", note: "Nothing of it is done. You can ask again."},

	"add-person": {scope: domain.ScopeOpsAdmin, path: "/v1/ops/operators", button: "Add", note: "The person can sign in once the owner of the data folder has made a link.", done: "The person is added. The owner of the data folder makes the sign-in link: achledger operators link.", fields: []input{
		{Name: "email", Label: "E-mail address", Kind: "text", Needed: true, Most: 128}, {Name: "name", Label: "Name", Kind: "text", Most: 100},
		{Name: "roles", Label: "Roles", Kind: "checks", Choices: roleChoices}, reason,
	}},
	"change-person": {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/operators/:subject", button: "Change", done: "The person is changed.", fields: []input{
		{Name: "name", Label: "Name", Kind: "text", Most: 100, Clears: true}, {Name: "roles", Label: "Roles", Kind: "checks", Choices: roleChoices}, reason,
	}, note: "A change of roles takes effect at once, in open sessions too."},
	"disable-person":  {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/operators/:subject", button: "Disable", grave: true, done: "The person is disabled.", fields: []input{{Name: "enabled", Kind: "hidden", Value: "false"}, reason}, note: "The person is signed out at once. Credentials that the person answers for stay valid: revoke them as well."},
	"enable-person":   {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/operators/:subject", button: "Enable", done: "The person is enabled.", fields: []input{{Name: "enabled", Kind: "hidden", Value: "true"}, reason}, note: "The person can sign in again, with the roles shown here."},
	"sign-out-person": {scope: domain.ScopeOpsAdmin, path: "/v1/ops/operators/:subject/sign-out", button: "End the sessions", done: "The sessions are ended.", fields: []input{reason}, note: "The person can sign in again. If a phone or password was lost, the owner of the data folder must also make a new link."},

	"end-session": {scope: domain.ScopeOpsAdmin, path: "/v1/ops/sessions/:key/end", button: "End the session", done: "The session is ended.", fields: []input{{Name: "key", Label: "Session", Kind: "choice", Needed: true}, reason}, note: "Whoever uses it is signed out at once, but can sign in again."},

	"policy": {scope: domain.ScopeOpsAdmin, version: (*surface).policyVersion, method: http.MethodPut, path: "/v1/ops/policy", button: "Change", done: "The policy is changed.", fields: []input{
		{Name: "four_eyes", Label: "Two people", Kind: "yesno", Choices: []choice{{"true", "are needed"}, {"false", "are not needed"}}},
		{Name: "release_above_cents", Label: "One person may release alone up to, in dollars", Kind: "dollars", Most: 14},
		{Name: "approval_expires", Label: "How long a request waits (24h, 90m)", Kind: "text", Most: 12}, reason,
	}, note: "While two people are needed, changing the policy needs two as well."},
	"lift": {scope: domain.ScopeOpsApprove, path: "/v1/ops/clients/:client/companies/:subject/lift", button: "Lift the stop", done: "The stop is lifted: its new entries leave again.", fields: []input{reason}, note: "Entries that are held stay held until somebody approves them. New entries leave again."},

	"open-client":    {scope: domain.ScopeOpsAdmin, path: "/v1/ops/clients", fields: []input{{Name: "settings", Label: "Settings", Kind: "json", Needed: true}}, button: "Add", done: "The client is added.", note: "Its first credential is shown once."},
	"change-client":  {scope: domain.ScopeOpsAdmin, version: (*surface).clientVersion, method: http.MethodPatch, path: "/v1/ops/clients/:subject", fields: []input{{Name: "settings", Label: "Settings", Kind: "json", Needed: true}}, button: "Change", done: "The settings are changed.", note: "These settings replace the current ones. A masked receiving account stays as it is."},
	"configure-bank": {scope: domain.ScopeOpsAdmin, version: (*surface).bankVersion, method: http.MethodPut, path: "/v1/ops/odfis/:subject", fields: []input{{Name: "settings", Label: "Settings", Kind: "json", Needed: true}}, button: "Set", done: "The bank is set up.", note: "These settings replace the current ones."},
	"issue-credential": {scope: domain.ScopeOpsAdmin, path: "/v1/ops/clients/:subject/credentials", button: "Issue", done: "The credential is issued.", fields: []input{
		{Name: "name", Label: "Name", Kind: "text", Most: 100}, {Name: "owner", Label: "Who answers for it", Kind: "text", Most: 128}, {Name: "scopes", Label: "Scopes", Kind: "checks", Choices: clientScopes},
	}, note: "Its secret is shown once."},
	"revoke-credential": {scope: domain.ScopeOpsAdmin, method: http.MethodDelete, path: "/v1/ops/credentials/:key", button: "Revoke", grave: true, done: "The credential is revoked.", fields: []input{{Name: "key", Label: "Credential", Kind: "choice", Needed: true}}, note: "Its tokens and feeds end at once. This cannot be undone."},

	"suspend": {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/clients/:subject", button: "Suspend", grave: true, done: "The client is suspended.", fields: []input{
		{Name: "suspended", Kind: "hidden", Value: "true"}, {Name: "suspended_reason", Label: reason.Label, Kind: "text", Needed: true, Most: reason.Most},
	}, note: "Its credentials can originate nothing, and no file is cut for it."},
	"resume": {scope: domain.ScopeOpsAdmin, method: http.MethodPatch, path: "/v1/ops/clients/:subject", button: "Resume", done: "The client is active again.", fields: []input{{Name: "suspended", Kind: "hidden", Value: "false"}}, note: "Its credentials can originate again, and what waits leaves with its next file."},

	"clock": {scope: domain.ScopeOpsWork, method: http.MethodPut, path: "/v1/simulations/clock", button: "Move the clock", done: "The clock was moved, and everything due in between was done.", fields: []input{
		{Name: "advance", Label: "Forward by", Kind: "choice", Choices: []choice{{"15m", "15 minutes"}, {"1h", "1 hour"}, {"6h", "6 hours"}, {"24h", "1 day"}, {"72h", "3 days"}}},
	}},
	"play-acknowledge": {scope: domain.ScopeOpsWork, path: "/v1/simulations/files/:subject/acknowledge", button: "Answer", done: "The operator answered.", fields: []input{
		{Name: "result", Label: "The operator", Kind: "choice", Choices: []choice{{"accepted", "accepts it"}, {"rejected", "rejects it"}, {"pended", "holds it back"}, {"duplicate", "has it already"}}},
	}},
	"play-return":     {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/return", button: "Return", done: "The bank returned it.", fields: []input{{Name: "code", Label: "Return code", Kind: "text", Value: "R03", Needed: true, Most: 3}}},
	"play-correction": {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/correction", button: "Send", done: "The bank sent a notification of change.", fields: []input{{Name: "code", Label: "Change code", Kind: "text", Value: "C01", Needed: true, Most: 3}, {Name: "data", Label: "Corrected data", Kind: "text", Value: "30488174419", Needed: true, Most: 29}}},
	"play-dishonor":   {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/dishonor", button: "Dishonor", done: "The bank dishonored our return.", fields: []input{{Name: "code", Label: "Code", Kind: "text", Value: "R68", Needed: true, Most: 3}}},
	"play-contest":    {scope: domain.ScopeOpsWork, path: "/v1/simulations/transactions/:subject/contest", button: "Contest", done: "The bank contests our dishonor.", fields: []input{{Name: "code", Label: "Code", Kind: "text", Value: "R73", Needed: true, Most: 3}}},
}
