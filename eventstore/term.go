package eventstore

import "context"

type (
	termKey   struct{}
	switchKey struct{}
	leadKey   struct{}
)

// UnderTerm notes in the context that what is written under it is the leader's
// to write, in a term of its own: Append refuses it with ErrNotLeader once
// another term has begun. A store with one node takes no notice.
func UnderTerm(ctx context.Context, term int64) context.Context {
	return context.WithValue(ctx, termKey{}, term)
}

// TermOf is the term of a context, 0 without one.
func TermOf(ctx context.Context) int64 {
	term, _ := ctx.Value(termKey{}).(int64)
	return term
}

// UnderSwitch notes in the context that what is written under it lets files
// leave, and the version at which the delivery switch allowed that: Append
// refuses it with ErrDeliveryOff once the switch was changed. A store with one
// node takes no notice, nor does any store of version 0.
func UnderSwitch(ctx context.Context, version int64) context.Context {
	return context.WithValue(ctx, switchKey{}, version)
}

// SwitchOf is the version of the switch in a context, 0 without one.
func SwitchOf(ctx context.Context) int64 {
	version, _ := ctx.Value(switchKey{}).(int64)
	return version
}

// WithLead gives the context a way to find out whether this node still leads.
func WithLead(ctx context.Context, leads func(context.Context) error) context.Context {
	return context.WithValue(ctx, leadKey{}, leads)
}

// StillLeads is asked before each step outside the log that only the leader may
// do: the log refuses a leader that was replaced while it was stopped, the bank
// does not. Without a way to find out, nobody else can lead.
func StillLeads(ctx context.Context) error {
	if leads, ok := ctx.Value(leadKey{}).(func(context.Context) error); ok {
		return leads(ctx)
	}
	return nil
}
