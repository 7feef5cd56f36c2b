package api

import "context"

type actingKey struct{}

// ActingAs marks a context for a request that a surface makes of the API within
// this process, for a person who signed in there. Such a request carries no
// credential; the person's roles say what it may do. No request from outside
// has such a context.
func ActingAs(ctx context.Context, who Caller) context.Context {
	return context.WithValue(ctx, actingKey{}, who)
}

func actingAs(ctx context.Context) (who Caller, ok bool) {
	who, ok = ctx.Value(actingKey{}).(Caller)
	return who, ok
}
