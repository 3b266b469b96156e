package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"danyuan/wechat/fake"
)

// WeChat is played in this process, so that it outlives the server, which believes to speak with the real
// one: its calls come through a proxy to a certificate that it was told to trust.
const (
	weixin   = "api.weixin.qq.com"
	template = "storm-template-hours"
	// acceptsEach is how many messages the chief accepts for each of the people.
	acceptsEach = 12
)

// trouble is how WeChat answers in place of what it should.
type trouble struct {
	name   string
	delay  time.Duration
	cut    bool // no answer, the connection ends
	status int
	body   string
}

type weChat struct {
	fake    *fake.Server
	client  *http.Client // to the fake
	proxy   *http.Server
	tls     *http.Server
	env     []string
	trouble atomic.Pointer[trouble]
	asked   atomic.Int64 // calls of any kind

	mu   sync.Mutex
	sent map[string]int // openid → messages that it has taken
}

func startWeChat(ctx context.Context, dir string) (*weChat, error) {
	f, err := fake.Start(fake.Options{Now: time.Now, Templates: map[string][]string{template: {"thing1", "thing2", "time3"}}})
	if err != nil {
		return nil, err
	}
	w := &weChat{fake: f, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, sent: map[string]int{}}
	trusted := filepath.Join(dir, "weixin.pem")
	cert, err := certify(trusted)
	if err != nil {
		return nil, err
	}
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	before, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w.tls = &http.Server{
		Handler: w, ReadHeaderTimeout: time.Minute, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12},
	}
	w.proxy = &http.Server{ReadHeaderTimeout: time.Minute, Handler: tunnel(ctx, behind.Addr().String())}
	go func() { _ = w.tls.ServeTLS(behind, "", "") }() // end with close
	go func() { _ = w.proxy.Serve(before) }()
	w.env = []string{
		"HTTPS_PROXY=http://" + before.Addr().String(), "NO_PROXY=", "SSL_CERT_FILE=" + trusted,
		"WECHAT_APP_ID=" + f.AppID, "WECHAT_SECRET=" + f.Secret, "WECHAT_TEMPLATE_HOURS=" + template,
	}
	return w, nil
}

func (w *weChat) close() {
	_ = w.proxy.Close()
	_ = w.tls.Close()
	_ = w.fake.Close()
}

// certify makes a certificate of WeChat's name and writes it where the server is told to trust it.
func certify(file string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	is := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: weixin}, DNSNames: []string{weixin}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-3 * time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, is, is, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	err = os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// tunnel is a proxy that leads everywhere to one place.
func tunnel(ctx context.Context, to string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		there, err := (&net.Dialer{}).DialContext(ctx, "tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = there.Close()
			return
		}
		_, _ = here.Write([]byte("HTTP/1.1 200 OK\r\n\r\n"))
		splice(here, there)
	})
}

// splice carries bytes both ways until either end is gone.
func splice(a, b net.Conn) {
	go func() { _, _ = io.Copy(a, b); _ = a.Close() }()
	_, _ = io.Copy(b, a)
	_ = b.Close()
}

// ServeHTTP answers as the fake does, unless there is trouble, and counts the messages that were taken.
func (w *weChat) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.asked.Add(1)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if t := w.trouble.Load(); t != nil {
		rest(r.Context(), t.delay)
		switch {
		case t.cut:
			panic(http.ErrAbortHandler)
		case t.status != 0:
			out.Header().Set("Content-Type", "application/json")
			out.WriteHeader(t.status)
			_, _ = out.Write([]byte(t.body))
			return
		}
	}
	status, kind, said, err := w.play(r.Context(), r.Method, r.URL.RequestURI(), body)
	if err != nil {
		panic(http.ErrAbortHandler) // the fake has ended
	}
	if r.URL.Path == "/cgi-bin/message/subscribe/send" {
		w.note(body, said)
	}
	out.Header().Set("Content-Type", kind)
	out.WriteHeader(status)
	_, _ = out.Write(said) //nolint:gosec // the only reader is the server that we storm
}

// play asks the fake.
func (w *weChat) play(ctx context.Context, method, path string, body []byte) (status int, kind string, said []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, method, w.fake.URL()+path, bytes.NewReader(body)) //nolint:gosec // the fake is ours
	if err != nil {
		return 0, "", nil, err
	}
	answer, err := w.client.Do(r) //nolint:gosec // as above
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	said, err = io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header.Get("Content-Type"), said, err
}

func (w *weChat) note(asked, said []byte) {
	var q struct {
		To string `json:"touser"`
	}
	var a struct {
		Errcode int `json:"errcode"`
	}
	if json.Unmarshal(asked, &q) != nil || json.Unmarshal(said, &a) != nil || a.Errcode != 0 {
		return
	}
	w.mu.Lock()
	w.sent[q.To]++
	w.mu.Unlock()
}

func (w *weChat) sentTo(openID string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sent[openID]
}

// meet makes WeChat know the people: each has just opened the mini-program, and the chief accepts messages.
func (w *weChat) meet(ctx context.Context, world *world) error {
	for i := range world.people {
		q := url.Values{"appid": {w.fake.AppID}, "secret": {w.fake.Secret}, "js_code": {w.fake.Code(openID(i))}, "grant_type": {"authorization_code"}}
		_, _, said, err := w.play(ctx, http.MethodGet, "/sns/jscode2session?"+q.Encode(), nil)
		if err != nil || !bytes.Contains(said, []byte(openID(i))) {
			return fmt.Errorf("the fake WeChat does not know %s: %s %w", openID(i), said, err)
		}
	}
	for range 2 * acceptsEach * len(world.people) { // a message that went out twice takes two of WeChat's
		w.fake.Accept(world.chief, template)
	}
	return nil
}
