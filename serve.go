package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"danyuan/api"
	"danyuan/config"
	"danyuan/demo"
	"danyuan/service"
)

// serve is the command that serves.
type serve struct{ config.Serve }

// Run serves until the context ends, then lets requests and jobs finish within StopTimeout.
func (c *serve) Run(ctx context.Context) error {
	h, err := open(ctx, c.Settings, c.PoolSize)
	if err != nil {
		return err
	}
	defer func() { _ = h.Close() }()
	h.log.InfoContext(ctx, "settings", slog.Any("serve", c.Serve))
	if c.Demo() {
		if _, err := h.fill(ctx, demo.Plan{}, nil); err != nil {
			return err
		}
	}
	handler, err := c.api(h)
	if err != nil {
		return err
	}
	var listen net.ListenConfig
	l, err := listen.Listen(ctx, "tcp", c.Address())
	if err != nil {
		return err
	}
	h.reachable(c.PublicURL, "http://"+l.Addr().String())
	if c.Demo() {
		if err := h.greet(ctx, os.Stdout, "http://"+l.Addr().String()); err != nil {
			h.log.WarnContext(ctx, "the greeting could not be printed", slog.String("error", err.Error()))
		}
	}
	return c.until(ctx, h, l, handler)
}

func (c *serve) api(h *house) (http.Handler, error) {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return api.New(api.Options{
		Service: h.s, Limits: h.cache, Log: h.log, Metrics: metrics, MetricsToken: c.MetricsToken, Demo: c.Demo(), TrustedProxies: c.TrustedProxies, PublicURL: c.PublicURL,
		Ready: map[string]func(context.Context) error{"database": h.db.Ping, "cache": h.cache.Ping},
	})
}

// until serves requests and does jobs until the context ends.
func (c *serve) until(ctx context.Context, h *house, l net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: c.ReadTimeout, WriteTimeout: c.WriteTimeout, IdleTimeout: c.IdleTimeout,
		MaxHeaderBytes: 32 << 10, ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelWarn),
	}
	var background sync.WaitGroup
	background.Go(func() { h.s.FollowChanges(ctx) })
	background.Go(func() {
		h.db.Keys().Follow(ctx, func(err error) {
			h.log.WarnContext(ctx, "the keys can't be read again", slog.String("error", err.Error()))
		})
	})
	background.Go(func() { h.s.Work(ctx, c.Workers) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	h.log.InfoContext(ctx, "listening", slog.String("address", l.Addr().String()))
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.StopTimeout)
	defer cancel()
	err := server.Shutdown(stopping)
	done := make(chan struct{})
	go func() { background.Wait(); close(done) }()
	select {
	case <-done:
	case <-stopping.Done():
		err = errors.Join(err, errors.New("jobs did not finish in time; they will be done again"))
	}
	return err
}

// greet tells a person who tries the demo where to look and whom to be, as far as that is there: people
// play with the demo, and it must start again whatever they have done. The error is that of the reading
// or writing, for the log.
func (h *house) greet(ctx context.Context, out io.Writer, at string) error {
	personas, err := h.s.Personas(ctx)
	if err != nil {
		return err
	}
	page := "现在没有有效的单元码"
	code, err := demo.UnitCode(ctx, h.db)
	if err != nil {
		return err
	}
	if code != "" {
		page = at + "/v1/units/" + code
	}
	var b strings.Builder
	fmt.Fprintf(&b, `
单元 danyuan —— 演示模式:人和电话都是虚构的,微信由本机模拟,只在本机可以访问。

  接口说明  %[1]s/docs
  单元页    %[2]s
  演示人物  %[1]s/demo/personas
  手机上的微信  %[3]s/messages?openid=demo-chief

扮演其中一位:

`, at, page, h.fake.URL()+"/phone")
	for _, p := range personas {
		fmt.Fprintf(&b, "  demo:%-20s %s\n", p.ID, describe(p))
	}
	fmt.Fprintf(&b, `
  curl -sX POST %s/v1/login -H 'Content-Type: application/json' \
       -H "Idempotency-Key: $(date +%%s%%N)" -d '{"code":"demo:chief"}'

`, at)
	_, err = io.WriteString(out, b.String())
	return err
}

// describe says in a few words who a persona is.
func describe(p service.Persona) string {
	if p.Name == "" {
		return "还没有绑定的新住户,手机号 " + demo.NewcomerPhone
	}
	parts := []string{p.Name}
	for _, r := range p.Roles {
		parts = append(parts, r.Node+" "+r.Title)
	}
	if len(p.Roles) == 0 {
		parts = append(parts, p.Place+" 居民")
	}
	return strings.Join(parts, ",")
}
