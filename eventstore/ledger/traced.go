package ledger

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/achledger/achledger/eventstore"
)

var tracer = otel.Tracer("github.com/achledger/achledger/eventstore/ledger")

// Append writes what Encode returned, in a span of its own if the context belongs
// to a trace.
func (l *Ledger) Append(ctx context.Context, appends []eventstore.Append) (eventstore.Result, error) {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return l.Store.Append(ctx, appends...)
	}
	ctx, span := tracer.Start(ctx, "commit")
	defer span.End()
	at, err := l.Store.Append(ctx, appends...)
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
		return at, err
	}
	span.SetAttributes(attribute.Int64("achledger.first_position", at.First), attribute.Int64("achledger.last_position", at.Last))
	return at, nil
}

// traceOf returns the trace of the context in the form of the header
// traceparent; empty if there is none.
func traceOf(ctx context.Context) string {
	if !trace.SpanContextFromContext(ctx).IsSampled() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier.Get("traceparent")
}

// Traced is a link to the trace under which an event was written; ok is false
// if there was none.
func Traced(traceParent string) (link trace.Link, ok bool) {
	if traceParent == "" {
		return link, false
	}
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{"traceparent": traceParent})
	of := trace.SpanContextFromContext(ctx)
	return trace.Link{SpanContext: of}, of.IsValid()
}
