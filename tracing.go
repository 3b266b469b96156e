package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// traces sends what a request, a job and all that they lead to took, to a collector. Names and
// attributes are fixed words, patterns of routes, numbers and ids of requests: nothing of a person.
type traces struct {
	tracer trace.Tracer
}

// tracesEnd is how long the end of danyuan may wait for the collector.
const tracesEnd = 3 * time.Second

// trace begins to send a share of what goes on to an address; "" is nothing. A collector that is slow or
// down costs traces, and nothing else.
func (h *house) trace(ctx context.Context, url string, share float64) error {
	if url == "" {
		return nil
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { h.log.WarnContext(ctx, "traces can't be sent", slog.String("error", err.Error())) }))
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimSuffix(url, "/")+"/v1/traces"))
	if err != nil {
		return err
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(share))),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "danyuan"), attribute.String("service.version", version()))),
	)
	h.watch.traces = &traces{provider.Tracer("danyuan")}
	h.close = append(h.close, func() error {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), tracesEnd)
		defer cancel()
		if err := provider.Shutdown(ending); err != nil {
			h.log.WarnContext(ending, "the last traces could not be sent", slog.String("error", err.Error()))
		}
		return nil
	})
	return nil
}

// begin begins a span. One that is no root and has nobody above it is not worth one: the outbox alone
// asks the database each second whether something is due.
func (t *traces) begin(ctx context.Context, name string, root bool, attributes ...attribute.KeyValue) (context.Context, func(outcome string, failed bool)) {
	if t == nil || !root && !trace.SpanContextFromContext(ctx).IsValid() {
		return ctx, func(string, bool) {}
	}
	kind := trace.SpanKindInternal
	switch {
	case root:
		kind = trace.SpanKindServer
	case strings.HasPrefix(name, "wechat "):
		kind = trace.SpanKindClient
	}
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(kind), trace.WithAttributes(attributes...))
	return ctx, func(outcome string, failed bool) {
		span.SetAttributes(attribute.String("danyuan.outcome", outcome))
		if failed {
			span.SetStatus(codes.Error, outcome)
		}
		span.End()
	}
}
