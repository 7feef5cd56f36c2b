package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

var tracer = otel.Tracer("github.com/achledger/achledger/http")

// traced begins the span of a request, in the caller's trace if the request
// names one, and returns the function that ends it. Without tracing it does
// nothing.
func (s *Kit) traced(c echo.Context, id string) (end func()) {
	if !s.Traced {
		return func() {}
	}
	r := c.Request()
	ctx := otel.GetTextMapPropagator().Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("http.request.method", r.Method), attribute.String("achledger.request_id", id)))
	c.SetRequest(r.WithContext(ctx))
	return func() {
		route, status := c.Path(), c.Response().Status
		span.SetName(r.Method + " " + route)
		span.SetAttributes(attribute.String("http.route", route), attribute.Int("http.response.status_code", status),
			attribute.String("achledger.client", stateOf(c).who.Client))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, http.StatusText(status))
		}
		span.End()
	}
}
