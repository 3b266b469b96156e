package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"

	"danyuan/api"
	"danyuan/blob"
	"danyuan/cache"
	"danyuan/config"
	"danyuan/demo"
	"danyuan/model"
	"danyuan/service"
	"danyuan/wechat"
	"danyuan/wechat/fake"
)

// house is everything that a command works with, opened from the settings.
type house struct {
	log   *slog.Logger
	db    *model.DB
	cache *cache.Cache
	s     *service.Service
	fake  *fake.Server   // plays WeChat; nil in service
	watch *watching      // measures what goes on
	close []func() error // in the order in which they were opened
}

// open opens the keys, the database, the cache and WeChat. In demo mode WeChat is a fake in this process.
func open(ctx context.Context, set config.Settings, pool int) (*house, error) {
	h := &house{log: logger(set), watch: newWatching()}
	slog.SetDefault(h.log) // for what libraries say
	if err := os.MkdirAll(set.DataDir, 0o700); err != nil {
		return nil, err
	}
	keys, err := loadKeys(set)
	if err != nil {
		return nil, err
	}
	if h.db, err = model.Open(ctx, set.Database(), keys, pool); err != nil {
		return nil, databaseFault(set.Database(), err)
	}
	h.close = append(h.close, h.db.Close)
	if err := errors.Join(h.db.Whole(ctx), keysFit(ctx, h.db, set.Keys())); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	if h.cache, err = cache.Open(ctx, set.RedisURL, clock{}.Now); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	h.close = append(h.close, h.cache.Close)
	if err := h.cache.Ping(ctx); err != nil {
		h.log.WarnContext(ctx, "Redis 没有回应：先在本进程内计数和缓存，它恢复后自动使用。请检查 REDIS_URL 和 Redis 服务器", slog.String("error", err.Error()))
	}
	w, err := h.wechat(set)
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	kept, err := blobs(set)
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	h.s = service.New(service.Deps{
		DB: h.db, Clock: clock{}, Accounts: w, Outlets: w, Log: h.log, Templates: templates(set), Blobs: kept, Watch: h.watch.step,
	})
	if h.fake != nil || set.WeChat.CallbackToken != "" {
		h.s.Callbacks = callbacks{w}
	}
	return h, nil
}

// blobs opens where photos lie: a store, or a folder among the data.
func blobs(set config.Settings) (service.Blobs, error) {
	if s := set.S3; s.Used() {
		return blob.OpenS3(blob.S3Config{
			Endpoint: s.Endpoint, Region: s.Region, Bucket: s.Bucket, AccessKey: s.AccessKey, SecretKey: s.SecretKey,
			Prefix: s.Prefix, InPath: s.Style == "path",
		})
	}
	return blob.OpenFolder(set.Files())
}

// reachable tells the house under which address it is reached from outside, for the photos that WeChat
// looks at. The demo's WeChat is on this machine: it looks, and pushes its answers, where we listen.
func (h *house) reachable(public, listening string) {
	h.s.PublicURL = strings.TrimSuffix(public, "/")
	switch {
	case h.fake != nil:
		h.s.PublicURL = listening
		h.fake.PushTo(listening + api.CallbackPath)
	case h.s.PublicURL == "" || h.s.Callbacks == nil:
		h.log.Warn("WeChat can't look at photos, staff must: set PUBLIC_URL, WECHAT_TOKEN and WECHAT_AES_KEY")
	}
}

// Close gives everything back, the last opened first.
func (h *house) Close() error {
	var err error
	for i := len(h.close) - 1; i >= 0; i-- {
		err = errors.Join(err, h.close[i]())
	}
	h.close = nil
	return err
}

func logger(set config.Settings) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(set.LogLevel)) // the settings allow only names of levels
	options := &slog.HandlerOptions{Level: level}
	if set.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(os.Stderr, options))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options))
}

// loadKeys reads the keysets. The demo makes its own; a service that finds none refuses to start,
// because new keys would not open what was sealed with the lost ones.
func loadKeys(set config.Settings) (*model.Keys, error) {
	keys, err := model.LoadKeys(set.Keys())
	switch {
	case err == nil:
		return keys, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("密钥目录 %s 里的 seal.json、index.json 读不了。请检查它们的所有者和权限（600，属于运行 danyuan 的用户）；内容坏了就从备份里把同一次生成的两个文件放回来：%w", set.Keys(), err)
	}
	if missing := model.MissingKeys(set.Keys()); len(missing) == 1 {
		return nil, fmt.Errorf("密钥目录 %s 里缺少 %s，另一个密钥文件还在。请从备份里把同一次生成的 %s 放回去再启动；不要重新生成，新的密钥打不开已经加密的数据", set.Keys(), missing[0], missing[0])
	}
	if !set.Demo() {
		return nil, fmt.Errorf("密钥目录 %s 里没有密钥。第一次安装请先运行 danyuan keys %s 并备份；如果是迁移，请把原来的密钥复制过来", set.Keys(), set.Keys())
	}
	if err := model.CreateKeys(set.Keys()); err != nil {
		return nil, err
	}
	return model.LoadKeys(set.Keys())
}

// wechat gives the mini-program's client: of WeChat itself, or of a fake that plays it.
func (h *house) wechat(set config.Settings) (*wechat.Client, error) {
	w := set.WeChat
	cfg := wechat.Config{AppID: w.AppID, Secret: w.Secret, Token: w.CallbackToken, AESKey: w.AESKey, EnvVersion: w.EnvVersion, TokenLess: set.CloudRun.On, Now: clock{}.Now, Watch: h.watch.wechat}
	if set.Demo() {
		f, err := fake.Start(fake.Options{Now: clock{}.Now, Templates: fakeTemplates(set)})
		if err != nil {
			return nil, err
		}
		h.close, h.fake = append(h.close, f.Close), f
		for _, template := range templates(set) {
			for _, persona := range demo.Personas() {
				for range demoAccepts {
					f.Accept(demo.OpenID(persona), template)
				}
			}
		}
		cfg.AppID, cfg.Secret, cfg.Token, cfg.AESKey, cfg.BaseURL = f.AppID, f.Secret, f.Token, f.AESKey, f.URL()
	}
	return wechat.New(cfg, h.cache)
}

// demoAccepts is how many messages of a kind the fake WeChat lets through to each persona.
const demoAccepts = 50

// templates gives the subscribe template of each kind of notice that has one.
func templates(set config.Settings) map[string]string {
	t := set.WeChat.Templates
	if set.Demo() {
		t = config.Templates{Binding: "demo-template-binding", Plaque: "demo-template-plaque", CheckIn: "demo-template-check-in", Hours: "demo-template-hours", Activity: "demo-template-activity", Matter: "demo-template-matter"}
	}
	all := map[string]string{service.NoticeBinding: t.Binding, service.NoticePlaque: t.Plaque, service.NoticeCheckIn: t.CheckIn}
	all[service.NoticeActivity], all[service.NoticeHours], all[service.NoticeMatter] = t.Activity, t.Hours, t.Matter
	for kind, id := range all {
		if id == "" {
			delete(all, kind)
		}
	}
	return all
}

// fakeTemplates tells the fake which fields its templates have.
func fakeTemplates(set config.Settings) map[string][]string {
	known := map[string][]string{}
	for _, id := range templates(set) {
		known[id] = []string{"thing1", "thing2", "time3"}
	}
	return known
}

// callbacks lets service read what WeChat pushes without knowing package wechat.
type callbacks struct{ *wechat.Client }

// Event verifies and reads one push.
func (c callbacks) Event(query url.Values, body []byte) (service.CallbackEvent, error) {
	e, err := c.Client.Event(query, body)
	out := service.CallbackEvent{ID: e.ID, Kind: e.Kind, OpenID: e.OpenID, At: e.At, TraceID: e.TraceID, Suggest: e.Suggest, Label: e.Label}
	for _, t := range e.Templates {
		out.Templates = append(out.Templates, service.TemplateStatus{Template: t.Template, Status: t.Status, ErrorCode: t.ErrorCode})
	}
	return out, err
}
