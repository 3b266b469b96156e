package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"danyuan/api"
	built "danyuan/client"
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
	if err := h.trace(ctx, c.TraceURL, c.TraceShare); err != nil {
		return err
	}
	if c.Demo() {
		if _, err := h.fill(ctx, demo.Plan{}, nil); err != nil {
			return err
		}
	}
	a, err := c.api(h)
	if err != nil {
		return err
	}
	l, err := c.listen(ctx)
	if err != nil {
		return err
	}
	private, err := c.listenPrivately(ctx)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	h.reachable(c.PublicURL, "http://"+l.Addr().String())
	if c.Demo() {
		if err := h.greet(ctx, os.Stdout, "http://"+l.Addr().String()); err != nil {
			h.log.WarnContext(ctx, "the greeting could not be printed", slog.String("error", err.Error()))
		}
	}
	return c.until(ctx, h, a, l, private)
}

func (c *serve) api(h *house) (*api.API, error) {
	h.watch.watchHouse(h, c.DataDir)
	var vouched string
	if c.CloudRun.On {
		vouched = c.WeChat.AppID
	}
	return api.New(api.Options{
		Service: h.s, Limits: h.cache, Log: h.log, Metrics: h.watch.registry, MetricsToken: c.MetricsToken, MetricsApart: c.PrivateAddress != "",
		Demo: c.Demo(), Pages: built.H5(), Console: built.Console(), TrustedProxies: c.TrustedProxies, PublicURL: c.PublicURL, VouchedApp: vouched,
		Busy: c.Busy, Waiting: c.Waiting, Patience: c.Patience,
		Ready: map[string]func(context.Context) error{"database": h.db.Ping}, Useful: map[string]func(context.Context) error{"cache": h.cache.Ping},
		Watch: h.watch.requests(),
	})
}

// until serves requests and does jobs until the context ends. Then it is announced that this server
// stops, and everything is served as before for DrainTime; then nothing new is taken, and what is under
// way is finished.
func (c *serve) until(ctx context.Context, h *house, a *api.API, l, private net.Listener) error {
	answering, deaf := context.WithCancel(context.WithoutCancel(ctx))
	defer deaf()
	var background sync.WaitGroup
	background.Go(func() { keepRoom(answering) })
	background.Go(func() { h.s.FollowChanges(answering) })
	background.Go(func() {
		h.db.Keys().Follow(answering, func(err error) {
			h.log.WarnContext(ctx, "the keys can't be read again", slog.String("error", err.Error()))
		})
	})
	background.Go(func() { h.s.Work(ctx, c.Workers) })
	public, profiles := c.answer(ctx, h, l, a, c.WriteTimeout), &answerer{}
	if private != nil {
		profiles = c.answer(ctx, h, private, a.Private(), longestProfile)
		defer func() { _ = profiles.server.Close() }()
	}
	h.tell(ctx, daemon.SdNotifyReady)
	select {
	case err := <-public.ended:
		return err
	case err := <-profiles.ended:
		return err
	case <-ctx.Done():
	}
	a.Drain()
	h.tell(ctx, daemon.SdNotifyStopping)
	h.log.InfoContext(ctx, "stopping")
	draining := time.NewTimer(c.DrainTime)
	defer draining.Stop()
	select {
	case err := <-public.ended:
		return err
	case <-draining.C:
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.StopTimeout)
	defer cancel()
	err := public.stop(stopping)
	deaf()
	return errors.Join(err, finished(stopping, &background))
}

// finished waits for what runs in the background.
func finished(ctx context.Context, background *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() { background.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("jobs did not finish in time; they will be done again")
	}
}

// greet tells a person who tries the demo where to look and whom to be, as far as that is there: people
// play with the demo, and it must start again whatever they have done. The error is that of the reading
// or writing, for the log.
func (h *house) greet(ctx context.Context, out io.Writer, at string) error {
	personas, err := h.s.Personas(ctx)
	if err != nil {
		return err
	}
	const none = "现在没有有效的单元码"
	page, data := none, none
	code, err := demo.UnitCode(ctx, h.db)
	if err != nil {
		return err
	}
	if code != "" {
		page, data = at+"/#/pages/unit/index?scene="+code, at+"/v1/units/"+code
	}
	var b strings.Builder
	fmt.Fprintf(&b, `
单元 danyuan —— 演示模式:人和电话都是虚构的,微信由本机模拟,只在本机可以访问。

  打开网页        %[1]s/
  单元码,可打印  %[1]s/demo/codes
  一个单元页      %[2]s
  这一页的数据    %[4]s
  接口说明        %[1]s/docs
  演示人物        %[1]s/demo/personas
  手机上的微信    %[3]s/messages?openid=demo-chief

扮演其中一位:

`, at, page, h.fake.URL()+"/phone", data)
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
		return "还没有绑定的新住户，手机号 " + demo.NewcomerPhone
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
