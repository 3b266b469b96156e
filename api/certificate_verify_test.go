package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit/edge"
)

// oneByOne counts, and lets so many through for a key.
type oneByOne struct {
	sync.Mutex
	n map[string]int
}

func (l *oneByOne) Allow(_ context.Context, key string, limit int, _ time.Duration) (bool, time.Duration) {
	l.Lock()
	defer l.Unlock()
	l.n[key]++
	return !strings.HasPrefix(key, "certificate:") || l.n[key] <= limit, time.Minute
}

func TestCertificate_theCodeOfANumberCannotBeGuessedFromManyPlaces(t *testing.T) {
	b := newBureau(t)
	_, c := b.issued()
	a, err := api.New(api.Options{Service: b.S, Limits: &oneByOne{n: map[string]int{}}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	try := func(number string) edge.Answer {
		return b.Do(a, "", http.MethodPost, "/v1/certificates/verify", map[string]string{"number": number, "code": c.Code})
	}
	for range 60 {
		try(c.Number).Expect(200).Has(`"genuine":true`)
	}
	try(c.Number).Refused(429, "certificate.too_many_tries")
	try("ZY-1-2026-000009").Expect(200)
}

func TestCertificate_thePageNeedsNothingFromElsewhereAndKeepsNothing(t *testing.T) {
	k := edge.New(t)
	page := k.Get("", "/certificates").Expect(200).Has("志愿服务记录证明查验", "/certificates/page.js")
	if csp := page.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Error(csp)
	}
	k.Get("", "/certificates/page.js").Expect(200).Has("/v1/certificates/verify", "location.hash").HasNot("innerHTML", "localStorage", "http://", "https://")
	k.Get("", "/certificates/page.css").Expect(200)
}

func TestCertificate_thePaperNamesThePageWhereItIsVerified(t *testing.T) {
	b := newBureau(t)
	a, err := api.New(api.Options{Service: b.S, Limits: &oneByOne{n: map[string]int{}}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), PublicURL: "https://danyuan.example/"})
	if err != nil {
		t.Fatal(err)
	}
	var c certificate
	b.Post(b.holder, "/v1/certificates", march).Expect(200).Into(&c)
	b.Do(a, b.staff, http.MethodPost, "/v1/certificates/"+c.ID+"/issue", nil).Expect(200).Into(&c)
	whole, err := model.CertificateByNumber(b.DB.Read(t.Context()), c.Number)
	if err != nil {
		t.Fatal(err)
	}
	text, err := whole.Says()
	if err != nil || text.Site != "https://danyuan.example/certificates" || text.Holder != "张卫东" || text.IDNumber != "3****************7" || text.Issuer != "迎江区人民路街道先锋社区" || text.Lines[0].Organiser != "先锋社区第一网格" {
		t.Fatalf("%+v %v", text, err)
	}
}

func TestCertificate_hostileNumbersAreRefusedWithACode(t *testing.T) {
	b := newBureau(t)
	for _, in := range [][2]string{{"", ""}, {"ZY-1-2026-000001", "😀😀"}, {"ZY-1-2026-000001", "AAAAAAAAA"}, {"' OR 1=1", "AAAAAAAA"}, {"1-2026-000001", "AAAAAAAA"}} {
		b.verify(certificate{Number: in[0], Code: in[1]}).Refused(422, "http.invalid")
	}
}
