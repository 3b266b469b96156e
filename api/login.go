package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
)

type loginIn struct {
	Keyed
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"128" pattern:"^[0-9A-Za-z:_-]+$" patternDescription:"wx.login 给的 code" doc:"wx.login 得到的 code，5 分钟内用一次；演示时是 demo:<人物编号>" example:"demo:1"`
	}
}

type sessionView struct {
	Token     string    `json:"token" doc:"登录凭证，放在 Authorization: Bearer 里"`
	ExpiresAt time.Time `json:"expires_at" doc:"到期时间"`
	Bound     bool      `json:"bound" doc:"是否已确认是哪一户的居民"`
}

func (a *API) login(ctx context.Context, cmd service.Command, in *loginIn) (service.SignedIn, error) {
	session, err := a.signIn(ctx, cmd, in.Body.Code)
	var again *service.Replayed
	if errors.As(err, &again) {
		return session, a.stillSignedIn(ctx, again)
	}
	return session, err
}

// errLoginOver refuses the repetition of a login whose session is over: the kept answer holds a token
// that stands for nobody.
var errLoginOver = fault.New(fault.Unauthenticated, "login.session_over", "这次登录已经退出或到期。请重新登录。")

// stillSignedIn lets a kept answer through while its token stands for somebody.
func (a *API) stillSignedIn(ctx context.Context, again *service.Replayed) error {
	var kept sessionView
	if err := json.Unmarshal(again.Answer, &kept); err != nil {
		return err
	}
	_, err := a.s.ActorOf(ctx, kept.Token)
	switch {
	case errors.Is(err, model.ErrSignIn):
		return errLoginOver
	case err != nil:
		return err
	}
	return again
}

func viewSession(s service.SignedIn) sessionView {
	return sessionView{s.Token, atEdge(s.Session.ExpiresAt), s.Bound}
}

type meIn struct{}

type meView struct {
	Bound  bool       `json:"bound" doc:"是否已确认是哪一户的居民"`
	Name   string     `json:"name" doc:"姓名；未绑定时为空" example:"王小明"`
	Member bool       `json:"member" doc:"是否党员"`
	Unit   *ID        `json:"unit_id,omitempty" doc:"所在单元"`
	Child  bool       `json:"needs_guardian" doc:"未满14周岁，监护人还没有同意：先请监护人同意，才能使用" example:"false"`
	Roles  []roleHeld `json:"roles" nullable:"false" doc:"现在担任的职务"`
}

// actions are described with all the words that may stand there, so that a client can't misspell one.
type actions []model.Action

// Schema describes them to huma.
func (actions) Schema(huma.Registry) *huma.Schema {
	words := make([]any, 0, len(model.Actions()))
	for _, a := range model.Actions() {
		words = append(words, string(a))
	}
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString, Enum: words}}
}

type roleHeld struct {
	Role  string  `json:"role" example:"unit_chief"`
	Title string  `json:"title" example:"单元长"`
	Node  ID      `json:"node_id"`
	May   actions `json:"may" doc:"这项职务在它的范围里可以办理什么"`
}

func (a *API) me(_ context.Context, by model.Actor, _ *meIn) (meView, error) {
	v := meView{Bound: by.PersonID != 0, Name: by.Name, Member: by.Membership.IsMember(), Unit: idOrNone(by.UnitID), Child: by.NeedsGuardian(a.s.Clock.Now()), Roles: []roleHeld{}}
	for _, g := range by.Grants {
		if g.Active(a.s.Clock.Now()) {
			v.Roles = append(v.Roles, roleHeld{string(g.Role), g.Role.Title(), ID(g.NodeID), g.Role.Allows()})
		}
	}
	return v, nil
}
