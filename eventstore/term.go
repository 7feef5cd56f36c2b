package eventstore

import "context"

type termKey struct{}

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
