package api

import "context"

type actingKey struct{}

// ActingAs is the context of a request that a surface makes of the API in this
// process, for a person who signed in there. It asks for no credential, and
// what is allowed is what the person's roles allow. No request that comes from
// outside has such a context.
func ActingAs(ctx context.Context, who Caller) context.Context {
	return context.WithValue(ctx, actingKey{}, who)
}

func actingAs(ctx context.Context) (who Caller, ok bool) {
	who, ok = ctx.Value(actingKey{}).(Caller)
	return who, ok
}
