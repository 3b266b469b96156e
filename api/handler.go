package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

// route is one line of the table.
type route struct {
	method, path, id, summary string
	area                      string // what the API's description groups it under
	who                       Who
	limit                     int               // calls a minute for this route alone; 0: the common limit
	hour                      int               // calls an hour for this route alone; 0: no such limit
	code                      string            // the parameter of the path that is a code, of which a caller tries so many
	body                      int64             // bytes; 0: commonBody
	form                      *huma.RequestBody // how a body is described that is not JSON
	room                      roomKind          // where its requests are worked on
	ready                     bool              // its answer is short, and ready: nobody can read it slowly
	mount                     func(a *API, r route)
}

// operation describes a route for OpenAPI; its security is what admit enforces.
func (r route) operation() huma.Operation {
	op := huma.Operation{
		OperationID: r.id, Method: r.method, Path: r.path, Summary: r.summary, Tags: []string{r.area},
		Description: "可以使用的人：" + r.who.String(), MaxBodyBytes: r.maxBody(),
		BodyReadTimeout: r.bodyTime(), Metadata: map[string]any{routeKey: r}, RequestBody: r.form, SkipValidateBody: r.form != nil,
		Errors: []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable},
	}
	if r.who.least >= signedIn {
		op.Security = []map[string][]string{{"session": {}}}
		op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
	}
	if strings.Contains(r.path, "{") {
		op.Errors = append(op.Errors, http.StatusNotFound, http.StatusGone)
	}
	if r.method != http.MethodGet {
		op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	return op
}

// commonBody is how many bytes a body may have. The longest that people type is a few thousand; a
// larger one only costs us the reading of it.
const commonBody = 64 << 10

func (r route) maxBody() int64 { return cmp.Or(r.body, commonBody) }

// bodyTime is how long huma lets a body arrive: a common one has arrived before (takeIn). Left to itself huma
// takes five seconds, after which the server takes the request for given up, however far it is.
func (r route) bodyTime() time.Duration {
	if r.body > 0 {
		return uploadTime - 10*time.Second
	}
	return -1
}

// Of is an answer with a JSON body.
type Of[V any] struct{ Body V }

// get makes a route that reads. The handler gives what is to be shown.
func get[In, View any](path, id, summary string, who Who, h func(a *API, ctx context.Context, by model.Actor, in *In) (View, error)) route {
	return route{method: http.MethodGet, path: path, id: id, summary: summary, who: who, mount: func(a *API, r route) {
		huma.Register(a.huma, r.operation(), func(ctx context.Context, in *In) (*Of[View], error) {
			v, err := h(a, ctx, actorIn(ctx), in)
			if err != nil {
				return nil, a.problem(ctx, r.id, err)
			}
			return &Of[View]{v}, nil
		})
	}}
}

// Keyed is embedded by the input of every command.
type Keyed struct {
	IdempotencyKey string `header:"Idempotency-Key" required:"true" minLength:"8" maxLength:"64" pattern:"^[0-9A-Za-z_-]+$" patternDescription:"由字母、数字、- 和 _ 组成" doc:"每次操作一个新编号；网络中断后用同一个编号重试，只会办理一次" example:"0f8fad5b-d9cb-469f-a165-70867728950e"`
}

func (k Keyed) key() string { return k.IdempotencyKey }

// Answered is a command's answer; Replayed tells that it had happened before.
type Answered[V any] struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true 表示这是同一编号的重复提交，没有再办理一次"`
	Body     V
}

// command makes a route that changes something. The handler calls one use case; view turns its result
// into what is shown, and into what a repetition is answered with.
func command[In interface{ key() string }, Result, View any](method, path, id, summary string, who Who,
	h func(a *API, ctx context.Context, cmd service.Command, in *In) (Result, error), view func(Result) View,
) route {
	return route{method: method, path: path, id: id, summary: summary, who: who, mount: func(a *API, r route) {
		huma.Register(a.huma, r.operation(), func(ctx context.Context, in *In) (*Answered[View], error) {
			cmd := service.Command{By: actorIn(ctx), Key: (*in).key(), Print: printOf(r.id, in), Guarded: r.who.guarded()}
			cmd.Render = func(result any) ([]byte, error) {
				return json.Marshal(view(result.(Result))) //nolint:forcetypeassert // inTx hands back what h's use case returned
			}
			result, err := h(a, ctx, cmd, in)
			var again *service.Replayed
			if errors.As(err, &again) {
				out := &Answered[View]{Replayed: "true"}
				return out, json.Unmarshal(again.Answer, &out.Body)
			}
			if err != nil {
				return nil, a.problem(ctx, r.id, err)
			}
			return &Answered[View]{Body: view(result)}, nil
		})
	}}
}

// post and del are the two methods that commands come with.
func post[In interface{ key() string }, Result, View any](path, id, summary string, who Who,
	h func(a *API, ctx context.Context, cmd service.Command, in *In) (Result, error), view func(Result) View,
) route {
	return command(http.MethodPost, path, id, summary, who, h, view)
}

func del[In interface{ key() string }, Result, View any](path, id, summary string, who Who,
	h func(a *API, ctx context.Context, cmd service.Command, in *In) (Result, error), view func(Result) View,
) route {
	return command(http.MethodDelete, path, id, summary, who, h, view)
}

// limited is the route with its own limit of calls a minute.
func (r route) limited(aMinute int) route { r.limit = aMinute; return r }

// hourly is the route with its own limit of calls an hour: for what nobody needs as often, and a thief
// would like to have whole.
func (r route) hourly(calls int) route { r.hour = calls; return r }

// opening is the route that opens something by a code in its path, see tried.go.
func (r route) opening(parameter string) route { r.code = parameter; return r }

// taking is the route with its own limit of bytes in the body; it is worked on where bodies may come slowly.
func (r route) taking(bytes int64) route {
	if r.body = bytes; r.room == quick {
		r.room = upload
	}
	return r
}

// in is the route with its requests worked on in another room.
func (r route) in(room roomKind) route { r.room = room; return r }

// receiving is the route with a body that is not JSON.
func (r route) receiving(form *huma.RequestBody) route { r.form = form; return r }

// streaming is the route with a body that is not JSON and that its handler reads by itself: huma would
// read the whole of any body that it knows of, so it is described afterwards.
func (r route) streaming(form *huma.RequestBody) route {
	mount := r.mount
	r.mount = func(a *API, r route) {
		mount(a, r)
		a.huma.OpenAPI().Paths[r.path].Post.RequestBody = form
	}
	return r
}

// printOf recognises what was asked, the key apart.
func printOf(operation string, in any) string {
	b, _ := json.Marshal(in) // inputs are plain data
	h := sha256.Sum256(append([]byte(operation+"\x00"), b...))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

func actorIn(ctx context.Context) model.Actor {
	who, _ := ctx.Value(callerKey{}).(caller)
	return who.actor
}

// problem turns an error into the answer, and logs whole what a person is shown nothing of.
func (a *API) problem(ctx context.Context, operation string, err error) error {
	who, _ := ctx.Value(callerKey{}).(caller)
	a.report(ctx, operation, who.request, err)
	return problemOf(err)
}

func (a *API) report(ctx context.Context, operation, request string, err error) {
	f := told(err)
	level, code := slog.LevelDebug, f.Code
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled): // the client has gone
	case f.Kind == fault.Unavailable:
		level = slog.LevelWarn
	case f.Kind == fault.Internal:
		level, code = slog.LevelError, fault.CodeOf(err) // people are told less
	}
	if a.Log.Enabled(ctx, level) {
		a.Log.Log(ctx, level, "request failed", slog.String("operation", operation),
			slog.String(requestID, request), slog.String("code", code), slog.String("error", err.Error()))
	}
}

// none is the view of a command that has nothing to show but that it is done.
type none struct {
	Done bool `json:"done" doc:"已办理" example:"true"`
}

func done[R any](R) none { return none{true} }

// ID is an id in JSON and in paths: a string, because JavaScript loses digits of large numbers.
type ID int64

// MarshalText writes the digits.
func (i ID) MarshalText() ([]byte, error) { return strconv.AppendInt(nil, int64(i), 10), nil }

// idOrNone leaves out an id that is 0.
func idOrNone(id int64) *ID {
	if id == 0 {
		return nil
	}
	v := ID(id)
	return &v
}

// maybeID is idOrNone for an id that may be nil.
func maybeID(id *int64) *ID {
	if id == nil {
		return nil
	}
	return idOrNone(*id)
}

var errID = fault.New(fault.Invalid, "id.invalid", "编号不正确，请返回上一页重新进入。")

// UnmarshalText reads digits, and nothing else.
func (i *ID) UnmarshalText(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || n <= 0 {
		return errID
	}
	*i = ID(n)
	return nil
}

// Receiver makes huma read an id in a path or query as text: by its kind it would take it for a number.
func (i *ID) Receiver() reflect.Value { return reflect.ValueOf(new(string)).Elem() }

// OnParamSet takes the text. One that is no id stays 0, which nothing has.
func (i *ID) OnParamSet(_ bool, parsed any) {
	if text, ok := parsed.(string); ok {
		_ = i.UnmarshalText([]byte(text))
	}
}

// Schema describes it to huma.
func (ID) Schema(huma.Registry) *huma.Schema {
	length := 19
	return &huma.Schema{Type: huma.TypeString, Pattern: "^[1-9][0-9]{0,18}$", PatternDescription: "编号", MaxLength: &length, Examples: []any{"42"}}
}

// atEdge gives a time with the offset that people here read times in.
func atEdge(t time.Time) time.Time { return t.In(model.Beijing) }

// maybeAtEdge is atEdge for a time that may be nil.
func maybeAtEdge(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := atEdge(*t)
	return &at
}
