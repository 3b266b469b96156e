package api_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"danyuan/api"
	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit/edge"
)

// small is an API as large as one is by itself, with limits that count.
func small(k *edge.Kit) *api.API {
	k.Helper()
	a, err := api.New(api.Options{
		Service: k.S, Limits: &strict{used: map[string]int{}}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Demo: true,
	})
	if err != nil {
		k.Fatal(err)
	}
	return a
}

// stalled is a body that comes to a halt. It tells that somebody waits for more of it.
type stalled struct {
	begun   bool
	waits   func()
	context context.Context
}

func (s *stalled) Read(p []byte) (int, error) {
	if !s.begun {
		s.begun = true
		return copy(p, "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n\xff\xd8\xff"), nil
	}
	s.waits()
	<-s.context.Done()
	return 0, io.ErrUnexpectedEOF
}

// TestUpload_whoSendsSlowlyKeepsNobodyElseOut: a record has nine photos, which are sent at once, by a telephone that is
// in a cellar.
func TestUpload_whoSendsSlowlyKeepsNobodyElseOut(t *testing.T) {
	for _, many := range []int{9, 60} {
		t.Run(fmt.Sprint(many), func(t *testing.T) {
			a := newAlbum(t)
			a.API = small(a.Kit)
			ctx, cancel := context.WithCancel(t.Context())
			var sending, underWay sync.WaitGroup
			for i := range many {
				r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/files", nil)
				underWay.Add(1)
				waits := sync.OnceFunc(underWay.Done)
				r.Host, r.Body, r.ContentLength = "127.0.0.1:8080", io.NopCloser(&stalled{waits: waits, context: ctx}), 1<<20
				r.Header.Set("Authorization", "Bearer "+a.token)
				r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
				r.Header.Set("Idempotency-Key", fmt.Sprintf("slow-photo-%d", i))
				sending.Go(func() {
					a.API.ServeHTTP(httptest.NewRecorder(), r)
					waits() // it may have been turned away
				})
			}
			await(t, &underWay)
			a.Upload(a.nextDoor, "/v1/files", a.Photo(32, 32), nil).Expect(200)
			cancel()
			sending.Wait()
			a.Upload(a.nextDoor, "/v1/files", a.Photo(32, 32), nil).Expect(200)
		})
	}
}

// await waits for a group, or for some seconds: of more than there is room for some wait themselves.
func await(t *testing.T, group *sync.WaitGroup) {
	t.Helper()
	all := make(chan struct{})
	go func() { group.Wait(); close(all) }()
	select {
	case <-all:
	case <-time.After(2 * time.Second):
	}
}

// silent is a store of photos that does not answer.
type silent struct {
	service.Blobs
	asked func()
}

func (s silent) Get(ctx context.Context, _ string) ([]byte, error) {
	s.asked()
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestPicture_aStoreThatIsSilentKeepsNobodyFromSigningIn: pages go on asking for their pictures.
func TestPicture_aStoreThatIsSilentKeepsNobodyFromSigningIn(t *testing.T) {
	a := newAlbum(t)
	a.API = small(a.Kit)
	var up shownPhoto
	a.Upload(a.token, "/v1/files", a.Photo(64, 48), nil).Expect(200).Into(&up)
	const many = 100
	var loading, underWay sync.WaitGroup
	underWay.Add(many)
	a.S.Blobs = silent{a.S.Blobs, underWay.Done}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range many {
		loading.Go(func() {
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, up.URL, nil)
			r.Host = "127.0.0.1:8080"
			a.API.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	await(t, &underWay)
	a.Post("", "/v1/login", body{"code": "somebody"}).Expect(200)
	cancel()
	loading.Wait()
}

// TestRoom_nobodyFillsOneAlone: of what one account asks for at once only so much is worked on, and its neighbours are
// served meanwhile.
func TestRoom_nobodyFillsOneAlone(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	one, other := k.Person(o.Unit, "李小梅"), k.Person(o.Unit, "王海")
	token, neighbour := k.SignIn(one), k.SignIn(other)
	var asking sync.WaitGroup
	var turned, done atomic.Int64
	waits := make(chan struct{})
	k.Tx(func(tx *gorm.DB) error { // holds their record: whatever changes it waits
		if _, err := model.LockPerson(tx, one.ID); err != nil {
			return err
		}
		for i := range 100 {
			asking.Go(func() {
				switch a := k.Do(k.API, token, "POST", "/v1/me/rectifications", body{"what": "other", "words": fmt.Sprintf("第%d次", i)}); a.Status {
				case http.StatusTooManyRequests:
					if turned.Add(1) == 84 {
						close(waits)
					}
				case http.StatusOK, http.StatusConflict:
					done.Add(1)
				default:
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		select {
		case <-waits:
		case <-time.After(10 * time.Second):
			t.Errorf("%d of 100 were turned away, want 84", turned.Load())
		}
		k.Get(neighbour, "/v1/me").Expect(200)
		return nil
	})
	asking.Wait()
	if done.Load() != 16 {
		t.Errorf("%d were done, want 16", done.Load())
	}
}
