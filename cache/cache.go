// Package cache keeps what may be lost at any moment: counts for rate limits, and values that can be
// fetched again. It talks to Redis, or without a server to one inside the process. It alone knows
// Redis; it must not know what its keys and values mean.
package cache

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"danyuan/fault"
)

// What Open, Ping, Set and Delete refuse. No cause names the URL, which may hold a password.
var (
	ErrURL     = fault.New(fault.Invalid, "cache.url", "Redis 网址读不懂，请写成 redis://:密码@主机:端口/0，或 redis-sentinel://、redis-cluster:// 加几个主机。")
	ErrMaster  = fault.New(fault.Invalid, "cache.master", "哨兵不认识 REDIS_URL 里 master= 后面的主库名，请改成 sentinel.conf 里 sentinel monitor 后面的名字。")
	ErrRefused = fault.New(fault.Invalid, "cache.refused", "Redis 拒绝了连接：请检查 REDIS_URL 里的用户名、密码和库号，开头写的是一台（redis）、哨兵（redis-sentinel）还是集群（redis-cluster）；版本要 7.0 或更新。")
	ErrNode    = fault.New(fault.Invalid, "cache.node", "REDIS_URL 指向的是集群里的一台，别的节点上的计数它不认。请把开头的 redis:// 改成 redis-cluster://（rediss:// 改成 rediss-cluster://），写上几个节点。")
	ErrSilent  = fault.New(fault.Unavailable, "cache.silent", "缓存暂时没有回应，请稍后再试。")
)

// How long we wait for Redis: about a second in all for a new connection. That is also the most where
// sentinels have to be asked first, or a cluster sends us on. While Redis is silent only one request per
// pause asks it again.
const (
	dialWait  = 500 * time.Millisecond
	replyWait = 500 * time.Millisecond
	askWait   = time.Second
	pause     = 2 * time.Second
)

// Cache is safe for use by many goroutines.
type Cache struct {
	client redis.UniversalClient
	inside *inside // nil when there is a server
	now    func() time.Time
	local  *windows
	askAt  atomic.Pointer[time.Time] // before which a silent Redis is left alone; nil: it answers
}

// Open connects to url, of Redis 7.0 or later: one server, sentinels or a cluster, see place.go; an empty
// url means inside the process. A server that refuses us is an error; one that does not answer is not,
// because the service can go on without: ask Ping.
func Open(ctx context.Context, url string, now func() time.Time) (*Cache, error) {
	c := &Cache{now: now, local: newWindows(100_000)}
	if url == "" {
		c.inside = newInside(now)
		c.client = redis.NewClient(c.inside.options())
	} else {
		var err error
		if c.client, err = connect(url); err != nil {
			return nil, err
		}
	}
	if err := c.probe(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// patient sets how long a client waits. It never retries: what it can't have now is counted or
// fetched elsewhere.
func patient(o *redis.Options, dial, reply time.Duration) *redis.Options {
	o.DialTimeout, o.DialerRetries = dial, 1
	o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = reply, reply, reply
	o.MaxRetries = -1
	o.ContextTimeoutEnabled = true
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o
}

// probe finds out at the start what would otherwise make every limit fall back unnoticed: a wrong
// password, a wrong database, or a Redis too old for EXPIRE NX.
func (c *Cache) probe(ctx context.Context) error {
	asking, cancel := c.inTime(ctx)
	defer cancel()
	err := c.client.ExpireNX(asking, prefix+"probe", time.Second).Err()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, redis.Nil) { // no answer of EXPIRE
		return ErrMaster.Because(err)
	}
	if c.onOneNode(asking) {
		return ErrNode
	}
	var refusal redis.Error
	if errors.As(err, &refusal) && !redis.IsLoadingError(err) {
		return ErrRefused.Because(err)
	}
	c.heard(err)
	return nil
}

// onOneNode tells whether a cluster's node was taken for a server by itself: most keys are not its own.
func (c *Cache) onOneNode(ctx context.Context) bool {
	if _, one := c.client.(*redis.Client); !one || c.inside != nil {
		return false
	}
	said, err := c.said(ctx)
	return err == nil && said["redis_mode"] == "cluster"
}

// inTime bounds one question to a server. The one inside may take as long as the machine is busy.
func (c *Cache) inTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if c.inside != nil {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, askWait)
}

// Ping says whether Redis answers, of a cluster every master: nil, or ErrSilent.
func (c *Cache) Ping(ctx context.Context) error {
	ctx, cancel := c.inTime(ctx)
	defer cancel()
	var err error
	if cluster, ok := c.client.(*redis.ClusterClient); ok {
		// A ping of the cluster would ask any one of them.
		err = cluster.ForEachMaster(ctx, func(ctx context.Context, one *redis.Client) error { return one.Ping(ctx).Err() })
	} else {
		err = c.client.Ping(ctx).Err()
	}
	if err != nil {
		return ErrSilent.Because(err)
	}
	c.heard(nil)
	return nil
}

// Close stops everything. Only the in-process cache is emptied by it.
func (c *Cache) Close() error {
	err := c.client.Close()
	if c.inside != nil {
		c.inside.close()
	}
	return err
}

// worthAsking keeps a silent Redis from costing every request its timeout: one in a pause tries.
func (c *Cache) worthAsking() bool {
	at := c.askAt.Load()
	if at == nil {
		return true
	}
	now := c.now()
	next := now.Add(pause)
	// Further ahead than a pause it is only for a clock that was set back.
	return (!now.Before(*at) || at.After(next)) && c.askAt.CompareAndSwap(at, &next)
}

// heard takes note of whether Redis answered. An error that Redis itself sent counts as silence too:
// it is of no more use to the caller. A rush on our own connections says nothing about Redis.
func (c *Cache) heard(err error) {
	switch {
	case err == nil || errors.Is(err, redis.Nil):
		if c.askAt.Load() != nil && c.askAt.Swap(nil) != nil {
			slog.Info("Redis answers again")
		}
	case errors.Is(err, redis.ErrClosed), errors.Is(err, redis.ErrPoolTimeout):
	default:
		at := c.now().Add(pause)
		if c.askAt.Swap(&at) == nil {
			slog.Warn("Redis is silent: this process counts and keeps by itself until it answers", slog.String("error", err.Error()))
		}
	}
}

// The library's own logger writes past ours; it can only be set for the whole process. It says the same
// for each call that fails; heard says it once.
func init() { redis.SetLogger(toLog{}) }

type toLog struct{}

func (toLog) Printf(ctx context.Context, format string, args ...any) {
	slog.DebugContext(ctx, "cache", "said", fmt.Sprintf(format, args...))
}

const prefix = "danyuan:"

// name hides what the caller's key says: keys turn up in dumps and slow logs.
func name(space, key string) string {
	sum := sha256.Sum256([]byte(key))
	return prefix + space + ":" + hex.EncodeToString(sum[:16])
}
