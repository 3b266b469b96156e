package wechat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"danyuan/fault"
)

const (
	realHost   = "api.weixin.qq.com"
	mostAnswer = 2 << 20 // bytes; the largest answer, a code of 1280 pixels, is a few hundred KiB
)

var installRouter = sync.OnceFunc(func() { util.DefaultHTTPClient = &http.Client{Transport: router{}} })

// wire has its own pool, so that nobody who adjusts http.DefaultTransport adjusts us.
var wire = &http.Transport{
	Proxy:               http.ProxyFromEnvironment,
	ForceAttemptHTTP2:   true,
	MaxIdleConnsPerHost: 16,
	IdleConnTimeout:     time.Minute,
	TLSHandshakeTimeout: 5 * time.Second,
}

type router struct{}

// RoundTrip carries a request of the library; one that belongs to no open call goes nowhere.
// A token that WeChat calls stale is fetched anew and the request sent once more.
func (router) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	k, ok := req.Context().Value(callKey{}).(*call)
	if !ok {
		v, _ := calls.Load(req.URL.Query().Get("access_token"))
		if k, ok = v.(*call); !ok {
			return nil, errors.New("wechat: a request outside a call")
		}
	}
	res, err := k.guarded(req)
	switch {
	case err != nil:
		k.err = err
		return nil, err
	case k.code != 0:
		k.err = k.refusal(k.code, errmsg(k.answer))
	}
	return res, nil
}

// carry sends the request, and once more with a fresh token when WeChat calls ours stale.
func (k *call) carry(req *http.Request) (*http.Response, error) {
	res, err := k.try(req, "")
	if err == nil && k.used != "" && stale(k.code) {
		res, err = k.try(req, k.used)
	}
	return res, err
}

// try sends the request once, with a token other than bad if it wants one.
func (k *call) try(req *http.Request, bad string) (*http.Response, error) {
	ctx, ended := k.client.watch(k.ctx, req.URL.Path)
	res, err := k.send(req.Clone(ctx), req, bad)
	ended(k.outcome(err))
	return res, err
}

// outcome is a try's in one word.
func (k *call) outcome(err error) string {
	switch {
	case err != nil:
		return fault.CodeOf(err)
	case k.code != 0:
		return k.refusal(k.code, "").Code
	}
	return "done"
}

func (k *call) send(out, req *http.Request, bad string) (*http.Response, error) {
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, ErrUnexpected.Because(err)
		}
		out.Body = body
	}
	if err := k.address(out, bad); err != nil {
		return nil, err
	}
	res, err := wire.RoundTrip(out)
	if err != nil {
		return nil, k.broken(err)
	}
	if err := k.read(res); err != nil {
		return nil, err
	}
	return res, nil
}

// address puts in what the library was not told: the secret or the token, and which server.
func (k *call) address(out *http.Request, bad string) error {
	q := out.URL.Query()
	if q.Has("secret") {
		q.Set("secret", k.client.secret)
	}
	switch {
	case q.Has("access_token") && k.client.tokenLess:
		q.Del("access_token")
	case q.Has("access_token"):
		token, err := k.client.token(k.ctx, bad)
		if err != nil {
			return err
		}
		k.used = token
		q.Set("access_token", token)
	}
	out.URL.RawQuery = q.Encode()
	if out.URL.Host != realHost {
		return ErrUnexpected.Because(errors.New("the library called an unknown server"))
	}
	if base := k.client.base; base.Host != "" {
		out.URL.Scheme, out.URL.Host = base.Scheme, base.Host
		out.URL.Path = strings.TrimSuffix(base.Path, "/") + out.URL.Path
	}
	out.Host = out.URL.Host
	return nil
}

// read takes the whole answer in, bounded, and notes its errcode; 0 is success.
func (k *call) read(res *http.Response) error {
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return ErrUnavailable.Because(fmt.Errorf("HTTP status %d", res.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer+1))
	if err != nil {
		return k.broken(err)
	}
	if len(body) > mostAnswer {
		return ErrUnavailable.Because(errors.New("the answer is too large"))
	}
	k.answer, k.code = body, 0
	res.Body = io.NopCloser(bytes.NewReader(body))
	if strings.HasPrefix(res.Header.Get("Content-Type"), "image/") {
		return nil
	}
	var e struct {
		Errcode number `json:"errcode"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return ErrUnavailable.Because(errors.New("the answer is not whole JSON"))
	}
	k.code = int64(e.Errcode)
	return nil
}

// broken is a failure of the network; secrets in what it says are blotted out.
func (k *call) broken(err error) error {
	if ctx := k.ctx.Err(); ctx != nil {
		return ErrUnavailable.Because(ctx)
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return ErrUnavailable.Because(errors.New(k.clean(err.Error())))
}

func errmsg(answer []byte) string {
	var e struct {
		Errmsg string `json:"errmsg"`
	}
	_ = json.Unmarshal(answer, &e) // it was read as JSON before; a strange errmsg is no loss
	return e.Errmsg
}
