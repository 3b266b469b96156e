package fake

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

const codeLasts = 5 * time.Minute

var (
	demoCode  = regexp.MustCompile(`^demo:([0-9A-Za-z_-]{1,64})$`)
	demoPhone = regexp.MustCompile(`^demo-phone:([0-9]{11})$`)
)

// code is a js_code or a phone code: it works once, for five minutes.
type code struct {
	kind, value string
	ends        time.Time
	used        bool
}

// Code hands out a js_code as wx.login does for openid: single use, five minutes.
func (s *Server) Code(openid string) string { return s.hand("js", openid) }

// PhoneCode hands out a code as the getPhoneNumber button does: single use, five minutes. phone is
// 11 digits, or "+852-61234567" for another country.
func (s *Server) PhoneCode(phone string) string { return s.hand("phone", phone) }

func (s *Server) hand(kind, value string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", kind, value, s.serial))
	text := fmt.Sprintf("0%x", sum[:15])
	s.codes[text] = &code{kind: kind, value: value, ends: s.opts.Now().Add(codeLasts)}
	return text
}

func (s *Server) spend(kind, text string) (string, *refusal) {
	c := s.codes[text]
	switch {
	case c == nil || c.kind != kind || s.opts.Now().After(c.ends):
		return "", &refusal{40029, "invalid code"}
	case c.used:
		return "", &refusal{40163, "code been used"}
	}
	c.used = true
	return c.value, nil
}

// jscode2session is code2Session. "demo:<id>" signs in as openid "demo-<id>" as often as wanted.
func (s *Server) jscode2session(r *http.Request, _ []byte) answer {
	q := r.URL.Query()
	if bad := s.app(q.Get("appid"), q.Get("secret"), q.Get("grant_type"), "authorization_code"); bad != nil {
		return *bad
	}
	openid := ""
	if m := demoCode.FindStringSubmatch(q.Get("js_code")); m != nil {
		openid = "demo-" + m[1]
		s.people[openid] = 1 // one session key for good: a persona may be at two screens
	} else {
		var bad *refusal
		if openid, bad = s.spend("js", q.Get("js_code")); bad != nil {
			return *bad
		}
		s.people[openid]++
	}
	s.seen[openid] = s.opts.Now()
	return map[string]string{
		"openid": openid, "unionid": "union-" + openid, "session_key": s.sessionKey(openid),
	}
}

// SessionKey is the key of openid's last login: base64 of 16 bytes, the same for the same openid and
// number of logins; a demo persona's never changes.
func (s *Server) SessionKey(openid string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessionKey(openid)
}

func (s *Server) sessionKey(openid string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "session %s %s %d", s.Secret, openid, s.people[openid]))
	return base64.StdEncoding.EncodeToString(sum[:16])
}

// phoneNumber is getPhoneNumber. "demo-phone:<11 digits>" gives that number as often as wanted.
func (s *Server) phoneNumber(_ *http.Request, body []byte) answer {
	var q struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(body, &q) != nil {
		return refusal{47001, "data format error"}
	}
	phone := ""
	if m := demoPhone.FindStringSubmatch(q.Code); m != nil {
		phone = m[1]
	} else {
		var bad *refusal
		if phone, bad = s.spend("phone", q.Code); bad != nil {
			return *bad
		}
	}
	full, pure, country := phone, phone, "86"
	if rest, abroad := strings.CutPrefix(phone, "+"); abroad {
		country, pure, _ = strings.Cut(rest, "-")
		full = country + pure
	}
	return map[string]any{"errcode": 0, "errmsg": "ok", "phone_info": map[string]any{
		"phoneNumber": full, "purePhoneNumber": pure, "countryCode": country,
		"watermark": map[string]any{"timestamp": s.opts.Now().Unix(), "appid": s.AppID},
	}}
}
