// Package wechat is the WeChat mini-program platform behind a few functions of our own: who signs in,
// whose phone it is, the picture of a code, a subscribed message, the group that a card was opened in,
// whether a photo may be shown, and what WeChat pushes to us. It is the only place that knows github.com/silenceper/wechat.
//
// It knows nothing of volunteers, matters or the database. It keeps nothing but the access token,
// in the cache that it was given; every error is one of the faults in errors.go, and none of them
// contains a secret, a token or an address that was called.
package wechat

import (
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"
)

// Config says which mini-program this is.
type Config struct {
	AppID, Secret string
	Token, AESKey string // of the callback; without Token every callback is refused; with AESKey plain ones are
	TokenLess     bool   // in WeChat CloudRun: no access token, no Secret needed; the hosting adds what WeChat wants to see
	BaseURL       string // "" is WeChat itself; else a server that speaks like it, see package fake
	EnvVersion    string // release, trial or develop: what a code or message opens; "" is release
	Timeout       time.Duration
	Pause         time.Duration    // for how long an interface that keeps failing is left alone; 0 is ten seconds
	Now           func() time.Time // required: judges how old a callback is
	Watch         Watch            // nil: nobody watches
}

// Watch is told that a request goes to WeChat: call is its path, a fixed word of WeChat's. It gives the
// context for it, and what is to be called with its outcome: "done", or the code of a fault.
type Watch func(ctx context.Context, call string) (context.Context, func(outcome string))

// TokenCache keeps the access token for all replicas. It may lose it at any time, that only costs
// another call. Values are secret. It must be safe for concurrent use.
type TokenCache interface {
	Get(key string) (string, bool)
	Set(key, value string, ttl time.Duration) error
	Delete(key string) error
}

// Client calls one mini-program's server interfaces. It is safe for concurrent use, and several
// clients may live in one process.
type Client struct {
	appID, secret string
	tokenLess     bool
	pushToken     string
	aesKey        string
	base          *url.URL
	env           string
	timeout       time.Duration
	now           func() time.Time
	tokens        TokenCache
	fetching      chan struct{} // holds one: only one goroutine asks for a new access token
	mask          *strings.Replacer
	breakers      breakers
	watch         Watch
}

const defaultTimeout = 5 * time.Second

// New makes a client. Timeout covers a whole call with its retry; 0 means five seconds.
// It refuses with ErrSetup what can't work: no AppID, Secret (unless TokenLess), Now or cache, an AESKey that is not
// WeChat's 43 characters, an unknown EnvVersion, a BaseURL that is not http or https.
func New(cfg Config, tokens TokenCache) (*Client, error) {
	if err := check(cfg, tokens); err != nil {
		return nil, ErrSetup.Because(err)
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || cfg.BaseURL != "" && (base.Scheme != "http" && base.Scheme != "https" || base.Host == "") {
		return nil, ErrSetup.Because(errors.New("BaseURL must be empty or an http(s) address"))
	}
	c := &Client{
		appID: cfg.AppID, secret: cfg.Secret, tokenLess: cfg.TokenLess, pushToken: cfg.Token, aesKey: cfg.AESKey,
		base: base, env: cfg.EnvVersion, timeout: cfg.Timeout, now: cfg.Now, tokens: tokens,
		fetching: make(chan struct{}, 1),
		mask:     strings.NewReplacer(),
	}
	if c.secret != "" {
		c.mask = strings.NewReplacer(c.secret, "***", url.QueryEscape(c.secret), "***")
	}
	if c.tokenLess && cfg.BaseURL == "" {
		// The hosting hears plain HTTP only; it goes no further than the container itself in the open.
		c.base = &url.URL{Scheme: "http", Host: realHost}
	}
	if c.env == "" {
		c.env = "release"
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	c.breakers.pause = cfg.Pause
	if c.breakers.pause <= 0 {
		c.breakers.pause = defaultPause
	}
	if c.watch = cfg.Watch; c.watch == nil {
		c.watch = func(ctx context.Context, _ string) (context.Context, func(string)) { return ctx, func(string) {} }
	}
	installRouter()
	return c, nil
}

// Check asks for an access token, which WeChat gives to whoever has the right AppID and secret and asks
// from an allowed address. Refusals: ErrSetup, ErrTooOften, ErrUnavailable.
func (c *Client) Check(ctx context.Context) error {
	_, _, err := c.fetch(ctx)
	return err
}

func check(cfg Config, tokens TokenCache) error {
	switch {
	case cfg.AppID == "" || cfg.Secret == "" && !cfg.TokenLess:
		return errors.New("AppID and Secret are required")
	case cfg.Now == nil || tokens == nil:
		return errors.New("a clock (Now) and a token cache are required")
	}
	switch cfg.EnvVersion {
	case "", "release", "trial", "develop":
	default:
		return errors.New("EnvVersion must be release, trial or develop")
	}
	if cfg.AESKey == "" {
		return nil
	}
	if key, err := base64.StdEncoding.DecodeString(cfg.AESKey + "="); err != nil || len(key) != 32 {
		return errors.New("AESKey must be the 43 characters that WeChat shows")
	}
	return nil
}
