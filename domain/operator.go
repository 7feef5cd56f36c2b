package domain

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Roles of an operator: a viewer reads, an operator processes the queues and
// holds items, an approver also releases them, an admin changes clients, banks,
// credentials and policy; a revealer sees whole account numbers, each with a
// recorded reason.
const (
	RoleViewer   = "viewer"
	RoleOperator = "operator"
	RoleApprover = "approver"
	RoleAdmin    = "admin"
	RoleRevealer = "revealer"
)

// Roles are all roles that an operator can have.
var Roles = []string{RoleViewer, RoleOperator, RoleApprover, RoleAdmin, RoleRevealer}

// scopesOf says what each role may do, in the scopes of credentials.
var scopesOf = map[string][]string{
	RoleViewer:   {ScopeOpsRead},
	RoleOperator: {ScopeOpsRead, ScopeOpsWork},
	RoleApprover: {ScopeOpsRead, ScopeOpsWork, ScopeOpsApprove},
	RoleAdmin:    {ScopeOpsRead, ScopeOpsAdmin},
	RoleRevealer: {ScopeOpsRead, ScopeReveal},
}

// RolesWith are the roles that include a scope.
func RolesWith(scope string) (roles []string) {
	for _, role := range Roles {
		if slices.Contains(scopesOf[role], scope) {
			roles = append(roles, role)
		}
	}
	return roles
}

// Operator is a person who runs the ledger.
type Operator struct {
	Email    string // in lower case: the person's id, also in events
	Name     string
	Roles    []string
	Disabled bool
	AddedAt  time.Time
	Position int64 // in the log, of the newest event about the person
	// DisabledAt is the position at which the person was disabled last; 0: never.
	// LostAt is that at which the person lost a role.
	DisabledAt, LostAt int64
}

// Scopes are what the person may do.
func (o Operator) Scopes() (scopes []string) {
	for _, role := range o.Roles {
		for _, scope := range scopesOf[role] {
			if !slices.Contains(scopes, scope) {
				scopes = append(scopes, scope)
			}
		}
	}
	return scopes
}

// Operators are the people who run the ledger. They are all in one stream: they
// are few, and whether two can approve depends on all of them.
type Operators struct {
	Version int64
	People  []Operator // in the order in which they were added
}

// OperatorsStream is the stream of the people who run the ledger.
const OperatorsStream = "operators/ledger"

// Events of the people who run the ledger. Their passwords and app secrets are
// not in the log.
type (
	// OperatorAdded records a new person.
	OperatorAdded struct {
		Email string   `json:"email"`
		Name  string   `json:"name"`
		Roles []string `json:"roles"`

		Reason string `json:"reason,omitempty"`
	}
	// OperatorChanged replaces the data of a person. A person who is disabled is
	// signed out at once and can do nothing.
	OperatorChanged struct {
		Email    string   `json:"email"`
		Name     string   `json:"name"`
		Roles    []string `json:"roles"`
		Disabled bool     `json:"disabled,omitempty"`
		Reason   string   `json:"reason,omitempty"`
	}
	// ApproversRequired records that four eyes was switched on, in the same append
	// as the change of the policy. A change of the people at the same moment meets
	// this event in its stream and is decided again, or makes the policy's change
	// be decided again: two who can approve remain either way.
	ApproversRequired struct {
		Approvers int `json:"approvers"` // how many people can approve
	}
)

// Type names each event in the log.
func (OperatorAdded) Type() string     { return "operator.added" }
func (OperatorChanged) Type() string   { return "operator.changed" }
func (ApproversRequired) Type() string { return "operator.approvers_required" }

func init() { register(empty[OperatorAdded], empty[OperatorChanged], empty[ApproversRequired]) }

// Evolve applies one event of the people's stream.
func (o *Operators) Evolve(f Fact) {
	o.Version = f.Version
	switch e := f.Event.(type) {
	case *OperatorAdded:
		o.People = append(o.People, Operator{Email: e.Email, Name: e.Name, Roles: e.Roles, AddedAt: f.Meta.At, Position: f.Position})
	case *OperatorChanged:
		if i := o.index(e.Email); i >= 0 {
			p := &o.People[i]
			if e.Disabled && !p.Disabled {
				p.DisabledAt = f.Position
			}
			if slices.ContainsFunc(p.Roles, func(role string) bool { return !slices.Contains(e.Roles, role) }) {
				p.LostAt = f.Position
			}
			p.Name, p.Roles, p.Disabled, p.Position = e.Name, e.Roles, e.Disabled, f.Position
		}
	}
}

func (o Operators) index(email string) int {
	email = NormalEmail(email)
	return slices.IndexFunc(o.People, func(p Operator) bool { return p.Email == email })
}

// Find finds a person, disabled or not, by e-mail address in any letter case.
func (o Operators) Find(email string) (Operator, bool) {
	i := o.index(email)
	if i < 0 {
		return Operator{}, false
	}
	return o.People[i], true
}

// fewestApprovers is how many people must be able to approve while two people
// are needed: one asks and another approves.
const fewestApprovers = 2

// Approvers counts the people who can approve.
func (o Operators) Approvers() (n int) {
	for _, p := range o.People {
		if p.Approves() {
			n++
		}
	}
	return n
}

// Approves reports whether the person can approve what another one asks for.
func (o Operator) Approves() bool { return approves(o.Roles, o.Disabled) }

func approves(roles []string, disabled bool) bool {
	return !disabled && slices.Contains(roles, RoleApprover)
}

// NormalEmail spells an e-mail address in the one way in which it is stored.
func NormalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// emailForm accepts what can be part of a path and of a log line. Whether mail
// arrives there is not checked.
var emailForm = regexp.MustCompile(`^[a-z0-9._%+-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*$`)

const longestEmail = 128

func checkPerson(f *fields, email, name string, roles []string) {
	if len(email) > longestEmail || !emailForm.MatchString(email) {
		f.bad("/email", "email", "must be an e-mail address of at most %d characters", longestEmail)
	}
	if utf8.RuneCountInString(name) > maxLabel || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		f.bad("/name", "length", "must be at most %d printable characters", maxLabel)
	}
	if len(roles) == 0 {
		f.bad("/roles", "required", "at least one of %s", strings.Join(Roles, ", "))
	}
	for i, role := range roles {
		switch {
		case !slices.Contains(Roles, role):
			f.bad("/roles", "role", "%.20q is not one of %s", role, strings.Join(Roles, ", "))
		case slices.Contains(roles[:i], role):
			f.bad("/roles", "duplicate", "role %q is named twice", role)
		}
	}
}

// longestReason bounds the reason for a change, in characters.
const longestReason = 200

func checkReason(f *fields, reason string) {
	if utf8.RuneCountInString(reason) > longestReason {
		f.bad("/reason", "length", "at most %d characters", longestReason)
	}
}

// AddOperator adds a person.
type AddOperator struct {
	Email, Name string
	Roles       []string
	Reason      string
}

// Decide adds a person once; the same again changes nothing.
func (c AddOperator) Decide(now Operators) ([]Event, error) {
	c.Email = NormalEmail(c.Email)
	var f fields
	checkPerson(&f, c.Email, c.Name, c.Roles)
	checkReason(&f, c.Reason)
	if err := f.refusal(); err != nil {
		return nil, err
	}
	known, ok := now.Find(c.Email)
	switch {
	case !ok:
		return []Event{OperatorAdded{Email: c.Email, Name: c.Name, Roles: c.Roles, Reason: c.Reason}}, nil
	case known.Name == c.Name && slices.Equal(known.Roles, c.Roles) && !known.Disabled:
		return nil, nil
	default:
		return nil, Refuse(Conflict, "there is an operator %[1]s already: change or enable that one under People in the console, or with PATCH /v1/ops/operators/%[1]s", c.Email)
	}
}

// ChangeOperator changes the given fields of a person and keeps the others.
type ChangeOperator struct {
	Email   string
	Name    *string
	Roles   []string // nil: as they are
	Enabled *bool
	Reason  string

	FourEyes bool // the policy needs two people at present
}

// Decide changes a person. While two people are needed, two must remain who can
// approve: with one left, nobody could approve what that one asks for, the end
// of the policy included.
func (c ChangeOperator) Decide(now Operators) ([]Event, error) {
	known, ok := now.Find(c.Email)
	if !ok {
		return nil, Refuse(NotFound, "there is no operator %.80q", c.Email)
	}
	to := OperatorChanged{Email: known.Email, Name: known.Name, Roles: known.Roles, Disabled: known.Disabled, Reason: c.Reason}
	if c.Name != nil {
		to.Name = *c.Name
	}
	if c.Roles != nil {
		to.Roles = c.Roles
	}
	if c.Enabled != nil {
		to.Disabled = !*c.Enabled
	}
	var f fields
	checkPerson(&f, to.Email, to.Name, to.Roles)
	checkReason(&f, c.Reason)
	if err := f.refusal(); err != nil {
		return nil, err
	}
	if to.Name == known.Name && slices.Equal(to.Roles, known.Roles) && to.Disabled == known.Disabled {
		return nil, nil
	}
	stops := approves(known.Roles, known.Disabled) && !approves(to.Roles, to.Disabled)
	if c.FourEyes && stops && now.Approvers() <= fewestApprovers {
		return nil, Refuse(Conflict, "four eyes is on, and without %s fewer than two people could approve: give another person the role approver first", known.Email)
	}
	return []Event{to}, nil
}
