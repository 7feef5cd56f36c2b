package workers

import (
	"context"
	"encoding/json"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

var tracer = otel.Tracer("github.com/achledger/achledger/workers")

// traced begins the span of a step of a file's life; end closes it with the
// outcome. Both do nothing where tracing is off.
func traced(ctx context.Context, step, file string) (_ context.Context, end func(*error)) {
	ctx, span := tracer.Start(ctx, step, trace.WithAttributes(attribute.String("achledger.file", file)))
	return ctx, func(err *error) {
		if *err != nil {
			span.SetStatus(codes.Error, (*err).Error())
		}
		span.End()
	}
}

// maxLinks bounds the number of payments to which a file's trace is linked.
const maxLinks = 32

// linkPayments links the span of a file to the traces of its first payments, so
// that each can be found from the other.
func linkPayments(ctx context.Context, l *ledger.Ledger, file domain.File) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() || len(file.Ranges) == 0 {
		return
	}
	first := file.Ranges[0].First
	last := min(file.Ranges[0].Last, first+maxLinks-1)
	_ = l.Store.ReadHistories(ctx, domain.TransactionFiled{}.Type(), first, last, func(events []eventstore.Recorded) error { // missing links do no harm
		var meta domain.Meta
		if json.Unmarshal(events[0].Meta, &meta) == nil {
			if link, ok := ledger.Traced(meta.TraceParent); ok {
				span.AddLink(link)
			}
		}
		return nil
	})
}
