package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

const (
	tokenLasts = 7200 * time.Second
	tokenEarly = 5 * time.Minute // before its end normal mode gives the next one; both work meanwhile
)

// tokens are the access tokens: the stable one and its predecessor, and the plain one, which is apart.
type tokens struct {
	serial          int
	now, before     token
	plain, plainOld token
	forced          []time.Time
}

type token struct {
	text string
	ends time.Time
}

func (t token) good(text string, now time.Time) bool {
	return t.text != "" && t.text == text && now.Before(t.ends)
}

func (t *tokens) fresh(now time.Time) token {
	t.serial++
	return token{fmt.Sprintf("%d_fakeAccessToken_%d", t.serial, now.UnixNano()), now.Add(tokenLasts)}
}

// stable gives the token of normal mode.
func (t *tokens) stable(now time.Time) token {
	if !now.Before(t.now.ends.Add(-tokenEarly)) {
		t.before, t.now = t.now, t.fresh(now)
	}
	return t.now
}

// force ends the token at once.
func (t *tokens) force(now time.Time) token {
	t.before, t.now = token{}, t.fresh(now)
	return t.now
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
}

func (t token) answer(now time.Time) tokenAnswer {
	return tokenAnswer{t.text, int(t.ends.Sub(now) / time.Second)}
}

// stableToken is getStableAccessToken.
func (s *Server) stableToken(_ *http.Request, body []byte) answer {
	var q struct {
		GrantType string `json:"grant_type"`
		AppID     string `json:"appid"`
		Secret    string `json:"secret"`
		Force     bool   `json:"force_refresh"`
	}
	if json.Unmarshal(body, &q) != nil {
		return refusal{47001, "data format error"}
	}
	if bad := s.app(q.AppID, q.Secret, q.GrantType, "client_credential"); bad != nil {
		return *bad
	}
	now := s.opts.Now()
	if !q.Force {
		return s.tokens.stable(now).answer(now)
	}
	today := 0
	for _, at := range s.tokens.forced {
		if now.Sub(at) < 24*time.Hour {
			today++
		}
		if now.Sub(at) < 30*time.Second {
			return s.tokens.stable(now).answer(now)
		}
	}
	if today >= 20 {
		return refusal{45009, "reach max api daily quota limit"}
	}
	s.tokens.forced = append(s.tokens.forced, now)
	return s.tokens.force(now).answer(now)
}

// plainToken is getAccessToken: each call makes a new one, the last one works five minutes more.
func (s *Server) plainToken(r *http.Request, _ []byte) answer {
	q := r.URL.Query()
	if bad := s.app(q.Get("appid"), q.Get("secret"), q.Get("grant_type"), "client_credential"); bad != nil {
		return *bad
	}
	now := s.opts.Now()
	t := &s.tokens
	t.plainOld, t.plain = t.plain, t.fresh(now)
	if grace := now.Add(tokenEarly); t.plainOld.ends.After(grace) {
		t.plainOld.ends = grace
	}
	return t.plain.answer(now)
}

func (s *Server) app(appID, secret, grant, want string) *refusal {
	switch {
	case grant != want:
		return &refusal{40002, "invalid grant_type"}
	case appID != s.AppID:
		return &refusal{40013, "invalid appid"}
	case secret != s.Secret:
		return &refusal{40125, "invalid appsecret"}
	}
	return nil
}

// granted checks the access token before an interface.
func (s *Server) granted(do func(*http.Request, []byte) answer) func(*http.Request, []byte) answer {
	return func(r *http.Request, body []byte) answer {
		text, now := r.URL.Query().Get("access_token"), s.opts.Now()
		switch {
		case s.opts.TokenLess && !r.URL.Query().Has("access_token"):
			return do(r, body)
		case s.opts.TokenLess:
			return refusal{40001, "invalid credential, access_token is not wanted here"}
		case text == "":
			return refusal{41001, "access_token missing"}
		}
		for _, t := range []token{s.tokens.now, s.tokens.before, s.tokens.plain, s.tokens.plainOld} {
			if t.good(text, now) {
				return do(r, body)
			}
		}
		return refusal{40001, "invalid credential, access_token is invalid or not latest"}
	}
}
