package blob_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"danyuan/blob"
)

const (
	bucket = "danyuan-1250000000"
	cosAt  = "cos.ap-nanjing.myqcloud.com"
)

// cloud is a store that speaks S3 in this process, reached under Tencent's name.
type cloud struct {
	at   string
	mu   sync.Mutex
	seen []*http.Request
	fail int // how many of the next calls are answered 503
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	memory := s3mem.New()
	if err := memory.CreateBucket(bucket); err != nil {
		t.Fatal(err)
	}
	inHost := gofakes3.New(memory, gofakes3.WithHostBucket(true)).Server()
	inPath := gofakes3.New(memory).Server()
	c := &cloud{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		c.seen = append(c.seen, r.Clone(r.Context()))
		failing := c.fail > 0
		c.fail--
		c.mu.Unlock()
		switch {
		case failing:
			w.WriteHeader(http.StatusServiceUnavailable)
		case r.Host == bucket+"."+cosAt:
			inHost.ServeHTTP(w, r)
		default:
			inPath.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	c.at = server.Listener.Addr().String()
	return c
}

func (c *cloud) open(t *testing.T, inPath bool, change ...func(*blob.S3Config)) *blob.S3 {
	t.Helper()
	cfg := blob.S3Config{
		Endpoint: "https://" + cosAt, Region: "ap-nanjing", Bucket: bucket, AccessKey: "AKIDexample", SecretKey: "secret-of-the-example",
		Prefix: "danyuan/", InPath: inPath,
		RoundTrips: &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, c.at)
			},
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		},
	}
	for _, f := range change {
		f(&cfg)
	}
	s, err := blob.OpenS3(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cfg.RoundTrips.(*http.Transport).CloseIdleConnections() })
	return s
}

func (c *cloud) calls() []*http.Request { c.mu.Lock(); defer c.mu.Unlock(); return c.seen }

// TestS3_speaksAsTencentWantsIt: the bucket in the host's name, signed for the region that we said,
// the content as it is with a checksum, and no question about where the bucket lies.
func TestS3_speaksAsTencentWantsIt(t *testing.T) {
	c := newCloud(t)
	s := c.open(t, false)
	must(t, s.Put(t.Context(), "ab01.jpg", []byte("a picture")))
	_, err := s.Get(t.Context(), "ab01.jpg")
	must(t, err)
	names(t, s, "ab")
	must(t, s.Remove(t.Context(), "ab01.jpg"))
	var said []string
	for _, r := range c.calls() {
		said = append(said, r.Method+" "+r.URL.Path)
		if r.Host != bucket+"."+cosAt {
			t.Errorf("%s went to %s", r.Method, r.Host)
		}
		if sign := r.Header.Get("Authorization"); !strings.HasPrefix(sign, "AWS4-HMAC-SHA256 Credential=AKIDexample/") || !strings.Contains(sign, "/ap-nanjing/s3/aws4_request") {
			t.Errorf("%s is signed %q", r.Method, sign)
		}
		if strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked") || strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING") {
			t.Errorf("%s is sent in chunks", r.Method)
		}
		if r.Method == http.MethodPut && (r.Header.Get("X-Amz-Content-Sha256") != "UNSIGNED-PAYLOAD" || r.Header.Get("Content-Md5") == "" || r.ContentLength != 9) {
			t.Errorf("put with %v", r.Header)
		}
	}
	want := "PUT /danyuan/ab/ab01.jpg, GET /danyuan/ab/ab01.jpg, GET /, DELETE /danyuan/ab/ab01.jpg"
	if got := strings.Join(said, ", "); got != want {
		t.Errorf("said %s\nwant %s", got, want)
	}
}

func TestS3_aFailureThatPassesIsTriedAgain(t *testing.T) {
	c := newCloud(t)
	s := c.open(t, false)
	c.fail = 1
	must(t, s.Put(t.Context(), "ab01.jpg", []byte("a picture")))
}

func TestS3_whatDoesNotAnswerIsUnavailable(t *testing.T) {
	c := newCloud(t)
	s := c.open(t, false)
	c.fail = 1000
	if err := s.Put(t.Context(), "ab01.jpg", []byte("x")); !errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("put: %v", err)
	}
	if _, err := s.Get(t.Context(), "ab01.jpg"); !errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("get: %v", err)
	}
	if err := s.Remove(t.Context(), "ab01.jpg"); !errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("remove: %v", err)
	}
	if err := s.Each(t.Context(), "ab", func(string, time.Time) {}); !errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("list: %v", err)
	}
	other := c.open(t, false, func(cfg *blob.S3Config) { cfg.Bucket = "nobodys-1250000000" })
	c.fail = 0
	if _, err := other.Get(t.Context(), "ab01.jpg"); !errors.Is(err, blob.ErrUnavailable) {
		t.Errorf("a bucket that there is not: %v", err)
	}
}

func TestS3_anErrorHoldsNoSecret(t *testing.T) {
	c := newCloud(t)
	s := c.open(t, false)
	c.fail = 1000
	err := s.Put(t.Context(), "ab01.jpg", []byte("x"))
	if err == nil || strings.Contains(err.Error(), "secret-of-the-example") {
		t.Errorf("got %v", err)
	}
}
