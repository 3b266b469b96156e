package wechat

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"

	"danyuan/fault"
)

// When WeChat does not answer, each call would wait its whole timeout, and whoever made it with it. So after
// some failures in a row an interface is left alone for a moment: calls are refused at once, with what went
// wrong last, and then one is let through to see. Interfaces are apart: one whose quota is spent says
// nothing of the others.
const (
	failuresInARow = 5
	defaultPause   = 10 * time.Second
)

// breakers are one for each interface that was called.
type breakers struct {
	pause time.Duration
	all   sync.Map // path → *breaker
}

type breaker struct {
	*gobreaker.CircuitBreaker[struct{}]
	last atomic.Pointer[fault.Fault]
}

func (b *breakers) of(path string) *breaker {
	if have, ok := b.all.Load(path); ok {
		return have.(*breaker) //nolint:forcetypeassert // only this function stores
	}
	have, _ := b.all.LoadOrStore(path, &breaker{CircuitBreaker: gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:     b.pause,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failuresInARow },
		IsExcluded:  func(err error) bool { return errors.Is(err, context.Canceled) }, // the caller's own doing
	})})
	return have.(*breaker) //nolint:forcetypeassert // only this function stores
}

var errLeftAlone = errors.New("it was left alone after several failures")

// guarded carries a request unless its interface is left alone.
func (k *call) guarded(req *http.Request) (res *http.Response, err error) {
	b := k.client.breakers.of(req.URL.Path)
	_, refused := b.Execute(func() (struct{}, error) {
		res, err = k.carry(req) //nolint:bodyclose // the library closes it
		failed := err
		if failed == nil && inTrouble(k.code) {
			failed = k.refusal(k.code, errmsg(k.answer))
		}
		if f := fault.Of(failed); f != nil {
			b.last.Store(f)
		}
		return struct{}{}, failed
	})
	if errors.Is(refused, gobreaker.ErrOpenState) || errors.Is(refused, gobreaker.ErrTooManyRequests) {
		last := ErrUnavailable
		if f := b.last.Load(); f != nil {
			last = f
		}
		return nil, last.Because(errLeftAlone)
	}
	return res, err
}

// inTrouble says that an errcode is about WeChat or our quota, not about the one call: the next would be
// answered alike.
func inTrouble(code int64) bool { return code == -1 || code == 45009 || stale(code) }
