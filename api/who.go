package api

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"danyuan/fault"
	"danyuan/model"
)

// Who says who may call a route at all. The zero value is the strict one: nobody. What a person may
// do there is decided again by the use case, for the thing concerned.
type Who struct {
	least  level
	action model.Action
}

type level uint8

const (
	nobody level = iota
	anyone
	signedIn
	bound
	withRole
)

// The least that a caller must be.
var (
	Anyone   = Who{least: anyone}
	SignedIn = Who{least: signedIn}
	Bound    = Who{least: bound}
)

// With is for those who hold a role that allows the action.
func With(action model.Action) Who { return Who{least: withRole, action: action} }

// Action gives the action that a role must allow; "" where no role is asked for.
func (w Who) Action() model.Action { return w.action }

// String says it in Chinese, for the documents.
func (w Who) String() string {
	switch w.least {
	case anyone:
		return "任何人"
	case signedIn:
		return "已登录"
	case bound:
		return "已绑定的居民"
	case withRole:
		var titles []string
		for _, r := range w.action.PermittedRoles() {
			titles = append(titles, r.Title())
		}
		return strings.Join(titles, "、")
	case nobody:
	}
	return "无人"
}

// refuse gives why an actor may not call, nil when they may.
func (w Who) refuse(a model.Actor, now time.Time) error {
	switch {
	case w.least == nobody:
		return model.ErrNotAllowed
	case w.least >= signedIn && a.UserID == 0:
		return model.ErrSignIn
	case w.least >= bound && a.PersonID == 0:
		return model.ErrBindFirst
	case w.guarded() && a.NeedsGuardian(now):
		return model.ErrGuardianFirst
	case w.least == withRole && !a.Holds(w.action, now):
		return model.ErrNotAllowed
	}
	return nil
}

// guarded tells whether somebody under 14 needs a guardian's consent. What everybody may who is signed in,
// they may without: see and take back what is theirs.
func (w Who) guarded() bool { return w.least >= bound }

type callerKey struct{}

// caller is what a handler's context carries: who calls, and the id of the request.
type caller struct {
	actor   model.Actor
	request string
	vouched vouched
	visit   visit
}

// routeKey is where an operation's metadata names its line of the route table.
const routeKey = "route"

// Rates that nobody reaches by hand: commands of a user, and calls without a session from one address
// (a whole estate may share one behind a carrier's NAT).
const (
	commandsAMinute = 120
	strangersAMin   = 600
)

var errTooMany = fault.New(fault.TooMany, "http.too_many_requests", "操作太频繁了，请稍等一会儿再试。")

// How long an answer may take: one that only asks the database, for which the mini-program waits 20 s; any other;
// and one to a body beyond huma's usual size. Serving by gin alone (the unit page) needs no such bound: what it may
// wait for is bounded itself.
const (
	quickTime  = 18 * time.Second
	answerTime = 30 * time.Second
	uploadTime = 50 * time.Second
)

// inTime gives the request a deadline, so that nothing behind it hangs. The caller ends it.
func inTime(c *gin.Context, r route) context.CancelFunc {
	most := answerTime
	switch {
	case r.body > 0:
		most = uploadTime
	case r.room == quick:
		most = quickTime
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), most)
	c.Request = c.Request.WithContext(ctx)
	return cancel
}

// admit is letIn for what huma serves.
func (a *API) admit(c huma.Context, next func(huma.Context)) {
	r, _ := c.Operation().Metadata[routeKey].(route)
	defer inTime(humagin.Unwrap(c), r)()
	actor, v, err := a.letIn(humagin.Unwrap(c), r)
	if err == nil {
		var end func()
		end, err = a.busy.begin(humagin.Unwrap(c), place{actor.UserID, r.room})
		defer end()
	}
	if err != nil {
		a.refuse(humagin.Unwrap(c), r.id, err)
		return
	}
	c = huma.WithValue(c, schemasKey{}, a.huma.OpenAPI().Components.Schemas)
	next(huma.WithValue(c, callerKey{}, caller{actor, requestOf(humagin.Unwrap(c)), a.vouchedFor(humagin.Unwrap(c)), v}))
}

// letIn finds out who calls, and stops those whom the route's "who" does not let in. It is the one place
// where a request's token is read, in a header or in a cookie.
func (a *API) letIn(c *gin.Context, r route) (model.Actor, visit, error) {
	token, console := a.tokenOf(c)
	v := a.visitOf(c, console)
	if err := a.fromOurPage(c); err != nil {
		return model.Actor{}, v, err
	}
	actor, err := a.s.ActorOf(c.Request.Context(), token)
	if errors.Is(err, model.ErrSignIn) {
		// A token that stands for nobody any more is nobody: who signs in again must not be kept out by
		// the old one. It is counted like any stranger before it is refused.
		actor, err = model.Actor{}, nil
	}
	if err == nil && console {
		actor, err = a.atConsole(c, actor)
	}
	if err == nil {
		err = a.slowDown(c, r, actor)
	}
	if err == nil {
		err = r.who.refuse(actor, a.s.Clock.Now())
	}
	return actor, v, err
}

// slowDown counts commands, strangers, what has a limit of its own, and codes. Other reading while signed
// in is not counted: it costs less than the counting.
func (a *API) slowDown(c *gin.Context, r route, actor model.Actor) error {
	reads := actor.UserID != 0 && r.method == http.MethodGet && r.limit == 0 && r.hour == 0
	if reads && (r.code == "" || a.tried.again(triedCode("", actor.UserID, c.Param(r.code)), a.s.Clock.Now())) {
		return nil
	}
	who, limit := subjectOf(actor), commandsAMinute
	if actor.UserID == 0 {
		who, limit = "from:"+network(c.ClientIP()), strangersAMin
		if v := a.vouchedFor(c); v.openID != "" { // all of them come from the gateway's address
			who = "openid:" + v.openID
		}
	}
	key := who
	if r.limit > 0 {
		key, limit = who+":"+r.id, r.limit
	}
	var err error
	if !reads {
		err = a.within(c, key, limit, time.Minute, errTooMany)
	}
	if err == nil && r.hour > 0 {
		err = a.within(c, who+":"+r.id+":hour", r.hour, time.Hour, errTooMany)
	}
	if err == nil && r.code != "" {
		err = a.tryCode(c, who, actor.UserID, c.Param(r.code))
	}
	return err
}

// subjectOf is for whom calls with a session are counted: the person, who may close their account and come back with
// another; the account of whom nobody knows yet.
func subjectOf(actor model.Actor) string {
	if actor.PersonID != 0 {
		return model.PersonTopic(actor.PersonID)
	}
	return model.UserTopic(actor.UserID)
}

// within counts one more, and refuses with when to try again what is more than the limit.
func (a *API) within(c *gin.Context, key string, limit int, window time.Duration, refusal error) error {
	ok, after := a.Limits.Allow(c.Request.Context(), key, limit, window)
	if ok {
		return nil
	}
	c.Header("Retry-After", strconv.Itoa(int(after/time.Second)+1))
	return refusal
}

// network is what one subscriber has: an IPv4 address, or the 2^64 IPv6 addresses that come with a line.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	line, _ := ip.WithZone("").Prefix(64) // never fails for an IPv6 address
	return line.String()
}

// refuse writes an error's problem, and logs whole what a person is shown nothing of.
func (a *API) refuse(c *gin.Context, operation string, err error) {
	a.report(c.Request.Context(), operation, requestOf(c), err)
	writeProblem(c, err)
}

// longestToken is longer than every token of ours.
const longestToken = 128

func bearer(header string) string {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || len(token) > longestToken {
		return ""
	}
	return token
}
