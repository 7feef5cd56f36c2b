package eventstore

import "context"

type (
	termKey        struct{}
	switchKey      struct{}
	leaderCheckKey struct{}
)

// UnderTerm marks writes under the context as the leader's, in its term: Append
// refuses them with ErrNotLeader once another term has begun. A store with one
// node ignores it.
func UnderTerm(ctx context.Context, term int64) context.Context {
	return context.WithValue(ctx, termKey{}, term)
}

// TermOf returns the term of a context, 0 without one.
func TermOf(ctx context.Context) int64 {
	term, _ := ctx.Value(termKey{}).(int64)
	return term
}

// UnderSwitch marks writes under the context as letting files leave, with the
// version at which the delivery switch allowed that: Append refuses them with
// ErrDeliveryOff once the switch was changed. A store with one node ignores it,
// and every store ignores version 0.
func UnderSwitch(ctx context.Context, version int64) context.Context {
	return context.WithValue(ctx, switchKey{}, version)
}

// SwitchOf returns the version of the switch in a context, 0 without one.
func SwitchOf(ctx context.Context) int64 {
	version, _ := ctx.Value(switchKey{}).(int64)
	return version
}

// WithLeaderCheck adds to the context a function that determines whether this node
// still leads.
func WithLeaderCheck(ctx context.Context, check func(context.Context) error) context.Context {
	return context.WithValue(ctx, leaderCheckKey{}, check)
}

// CheckLeader is called before each step outside the log that only the leader
// may do: the log refuses the writes of a leader that was replaced while it was
// stopped, but the bank does not. Without a function in the context no other
// node can lead.
func CheckLeader(ctx context.Context) error {
	if check, ok := ctx.Value(leaderCheckKey{}).(func(context.Context) error); ok {
		return check(ctx)
	}
	return nil
}
