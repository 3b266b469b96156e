package fake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the pictures that are looked at
	_ "image/png"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// How WeChat looks at pictures: whose, how it answers, how often it pushes what nobody took.
const (
	lastSeen    = 2 * time.Hour
	lookTime    = 10 * time.Second
	mostPicture = 10 << 20
	pushes      = 3
	pushPause   = time.Second
)

// What the check's answer says when it could not look, and what it saw.
const (
	loadFailed = -1008
	labelFine  = 100
	labelOther = 21000
	labelCrime = 20006
)

// PushTo says where events are pushed, such as the answers of the media check: the address that the
// mini-program's console calls 消息推送. Without one they are dropped.
func (s *Server) PushTo(address string) { s.mu.Lock(); s.pushTo = address; s.mu.Unlock() }

// mediaCheckAsync is mediaCheckAsync 2.0: it answers at once with a trace, loads the picture, and pushes
// what it thinks of it as wxa_media_check. A picture that is all red is risky, one that is all yellow is
// for review, every other passes.
func (s *Server) mediaCheckAsync(_ *http.Request, body []byte) answer {
	var q struct {
		URL     string `json:"media_url"`
		Type    int    `json:"media_type"`
		Version int    `json:"version"`
		Scene   int    `json:"scene"`
		OpenID  string `json:"openid"`
	}
	if json.Unmarshal(body, &q) != nil {
		return refusal{47001, "data format error"}
	}
	if q.URL == "" || q.Type != 2 || q.Version != 2 || q.Scene < 1 || q.Scene > 4 {
		return refusal{40097, "invalid args"}
	}
	if bad := s.about(q.OpenID); bad != nil {
		return *bad
	}
	s.serial++
	trace := fmt.Sprintf("%08x-fake-%08d", s.opts.Now().Unix(), s.serial)
	s.looking.Go(func() { s.check(trace, q.OpenID, q.URL) })
	return map[string]any{"errcode": 0, "errmsg": "ok", "trace_id": trace}
}

// about refuses who has not been in the mini-program lately; nothing of theirs is looked at.
func (s *Server) about(openID string) *refusal {
	at, known := s.seen[openID]
	switch {
	case strings.HasPrefix(openID, "demo-"): // always about
	case !known:
		return &refusal{40003, "invalid openid"}
	case s.opts.Now().Sub(at) > lastSeen:
		return &refusal{61010, "code is expired"}
	}
	return nil
}

// check looks at a picture and tells what it saw.
func (s *Server) check(trace, openID, link string) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	go func() {
		select {
		case <-s.done:
			cancel()
		case <-ctx.Done():
		}
	}()
	p := Push{Kind: "wxa_media_check", OpenID: openID, TraceID: trace, AES: true}
	img, err := load(ctx, link)
	if err != nil {
		p.Errcode = loadFailed
	} else {
		p.Suggest, p.Label = judge(img)
	}
	for range pushes {
		if s.push(ctx, p) {
			return
		}
		select {
		case <-time.After(pushPause):
		case <-ctx.Done():
			return
		}
	}
}

// load fetches a picture from this machine: a fake has no business anywhere else.
func load(ctx context.Context, link string) (image.Image, error) {
	at, err := url.Parse(link)
	if err != nil {
		return nil, err
	}
	if ip, err := netip.ParseAddr(at.Hostname()); at.Hostname() != "localhost" && (err != nil || !ip.IsLoopback()) {
		return nil, errors.New("fake: the picture is not on this machine")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fake: status %d", res.StatusCode)
	}
	img, _, err := image.Decode(io.LimitReader(res.Body, mostPicture))
	return img, err
}

// judge looks at nine points of a picture.
func judge(img image.Image) (suggest string, label int) {
	red, yellow := true, true
	b := img.Bounds()
	for i := range 9 {
		r, g, blue, _ := img.At(b.Min.X+b.Dx()*(i%3+1)/4, b.Min.Y+b.Dy()*(i/3+1)/4).RGBA()
		bright := r > 0xd000 && blue < 0x3000
		red, yellow = red && bright && g < 0x3000, yellow && bright && g > 0xd000
	}
	switch {
	case red:
		return "risky", labelCrime
	case yellow:
		return "review", labelOther
	}
	return "pass", labelFine
}

// push delivers an event, and tells whether it need not be pushed again.
func (s *Server) push(ctx context.Context, p Push) bool {
	s.mu.Lock()
	to := s.pushTo
	s.mu.Unlock()
	if to == "" {
		return true
	}
	query, body := s.Callback(p)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to+"?"+query.Encode(), strings.NewReader(string(body)))
	if err != nil {
		return true
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(res.Body, 1<<10))
	return err == nil && res.StatusCode == http.StatusOK && string(said) == "success"
}
