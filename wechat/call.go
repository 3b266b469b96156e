package wechat

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/miniprogram"
	"github.com/silenceper/wechat/v2/miniprogram/config"

	"danyuan/fault"
)

// The library sends everything through one global http.Client, its calls for codes and messages take no
// context, and its errors quote the address with the secret or token in it. So each use of the library
// is a call with a ticket: a worthless word that the library is given instead of the secret and the
// token. The router in wire.go, installed once as that global client's transport, knows a call by its
// context or, where the library drops the context, by the ticket in the query; there it puts the real
// secret or token, the real server and the caller's deadline in. Hence clients in one process can't
// mix, every call honours its context, and an address that the library quotes holds nothing secret.
// The one exception is the token's own call, which carries the secret in its body, see token.go.

// call is one use of the library on behalf of one client.
type call struct {
	client *Client
	ctx    context.Context // kept here because some of the library's functions take none
	ticket string
	used   string // access token of the last try
	answer []byte // WeChat's last answer
	code   int64  // its errcode
	err    error  // a fault when WeChat or the network refused
}

var (
	calls   sync.Map // ticket → *call
	tickets atomic.Uint64
)

type callKey struct{}

// do runs use with the library under c's timeout and says in our words what came of it.
func (c *Client) do(ctx context.Context, use func(*call) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	k := &call{client: c, ticket: "ticket-" + strconv.FormatUint(tickets.Add(1), 10)}
	k.ctx = context.WithValue(ctx, callKey{}, k)
	calls.Store(k.ticket, k)
	defer calls.Delete(k.ticket)

	err := use(k)
	switch {
	case k.err != nil:
		return k.err
	case err == nil || fault.Of(err) != nil:
		return err
	}
	// The library's own words are dropped: they add nothing, and nobody has promised what is in them.
	return ErrUnavailable.Because(errUndocumented)
}

var errUndocumented = errors.New("the answer was not as documented")

// mini gives the library's handle for this call.
func (k *call) mini() *miniprogram.MiniProgram {
	m := miniprogram.NewMiniProgram(&config.Config{AppID: k.client.appID, AppSecret: k.ticket, Cache: noCache{}})
	m.SetAccessTokenContextHandle(k)
	return m
}

// GetAccessToken gives the library the ticket in place of an access token.
func (k *call) GetAccessToken() (string, error) { return k.ticket, nil }

// GetAccessTokenContext gives the library the ticket in place of an access token.
func (k *call) GetAccessTokenContext(context.Context) (string, error) { return k.ticket, nil }

// noCache satisfies the library's constructors, which panic without one; it is never asked.
type noCache struct{ cache.Cache }
