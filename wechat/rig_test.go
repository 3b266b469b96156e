package wechat_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"danyuan/fault"
	"danyuan/wechat"
	"danyuan/wechat/fake"
)

// noon is when every test happens unless it moves its clock.
var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

const (
	template = "tmplTaskPassed"
	page     = "pages/matter/index?id=7"
)

// rig is a client and the fake that it talks to.
type rig struct {
	*wechat.Client
	wx    *fake.Server
	cache *memory
	mu    sync.Mutex
	at    time.Time
}

func (r *rig) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.at
}

func (r *rig) later(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = r.at.Add(d)
}

// start gives a rig; change may alter the client's configuration.
func start(t testing.TB, change ...func(*wechat.Config)) *rig {
	t.Helper()
	r := &rig{at: noon, cache: &memory{t: t, kept: map[string]string{}}}
	var err error
	r.wx, err = fake.Start(fake.Options{Now: r.now, Templates: map[string][]string{template: {"thing1", "phrase2", "time3"}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.wx.Close() })
	r.Client = r.another(t, change...)
	return r
}

// another gives a second client of the same fake and cache, as another replica would be.
func (r *rig) another(t testing.TB, change ...func(*wechat.Config)) *wechat.Client {
	t.Helper()
	cfg := wechat.Config{
		AppID: r.wx.AppID, Secret: r.wx.Secret, Token: r.wx.Token, AESKey: r.wx.AESKey,
		BaseURL: r.wx.URL(), Timeout: 10 * time.Second, Now: r.now,
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := wechat.New(cfg, r.cache)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func plain(cfg *wechat.Config)    { cfg.AESKey = "" }
func hasty(cfg *wechat.Config)    { cfg.Timeout = 60 * time.Millisecond }
func noSecret(cfg *wechat.Config) { cfg.Secret = "not-the-secret-of-this-app" }

// send sends a message that is right in every way.
func (r *rig) send(openID string) error {
	return r.Send(context.Background(), openID, template, page,
		map[string]string{"thing1": "三栋楼道清扫", "phrase2": "已通过", "time3": "2026年3月2日 12:00"})
}

// memory is a TokenCache.
type memory struct {
	t    testing.TB
	mu   sync.Mutex
	kept map[string]string
}

func (m *memory) Get(key string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.kept[key]
	return v, ok
}

func (m *memory) Set(key, value string, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if ttl <= 0 {
		m.t.Errorf("a cache refuses a ttl of %v", ttl)
	}
	m.kept[key] = value
	return nil
}

func (m *memory) Delete(key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.kept, key)
	return nil
}

// token is the access token that is kept now.
func (m *memory) token() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, v := range m.kept {
		return v
	}
	return ""
}

// wants checks that err is this fault, in code and kind, and gives nothing away.
func (r *rig) wants(t testing.TB, err error, want *fault.Fault) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %s", err, want.Code)
	}
	if fault.KindOf(err) != want.Kind {
		t.Errorf("got kind %d, want %d", fault.KindOf(err), want.Kind)
	}
	if fault.Of(err).Text == "" {
		t.Error("no text for the person")
	}
	r.keepsSecrets(t, err)
}

// keepsSecrets walks the whole chain of an error.
func (r *rig) keepsSecrets(t testing.TB, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		said := e.Error()
		if f := fault.Of(e); f != nil {
			said += f.Text
		}
		for _, secret := range []string{r.wx.Secret, r.wx.AESKey, r.wx.Token, r.cache.token(), "fakeAccessToken", r.wx.URL(), "access_token=", "secret=", "ticket-"} {
			if secret != "" && strings.Contains(said, secret) {
				t.Errorf("%q gives away %q", said, secret)
			}
		}
	}
}
