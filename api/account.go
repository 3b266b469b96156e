package api

import (
	"context"
	"sync"

	"danyuan/model"
	"danyuan/service"
)

type closeAccountIn struct {
	Keyed
	Body struct {
		Sure bool `json:"sure" doc:"确认注销；必须是 true" example:"true"`
	}
}

type closedAccountView struct {
	Closed bool       `json:"closed" doc:"账号已注销，所有设备都已退出登录"`
	Kept   []keptView `json:"kept" nullable:"false" doc:"社区还会保留什么、为什么、多久"`
}

type keptView struct {
	What string `json:"what" doc:"保留什么" example:"志愿服务记录"`
	Why  string `json:"why" doc:"为什么" example:"志愿服务记录依规定长期保存"`
	Days *int64 `json:"days,omitempty" doc:"保留多少天；没有就是不定期限" example:"365"`
}

func (a *API) closeAccount(ctx context.Context, cmd service.Command, in *closeAccountIn) (model.User, error) {
	return a.s.CloseAccount(ctx, cmd, in.Body.Sure)
}

func viewClosedAccount(model.User) closedAccountView { return closedAccountView{true, kept()} }

type keptDataIn struct{}

// keptData says beforehand what would stay.
func (a *API) keptData(context.Context, model.Actor, *keptDataIn) (List[keptView], error) {
	return List[keptView]{Items: kept()}, nil
}

// kept says it from the tags of the models, as docs/privacy.md does.
var kept = sync.OnceValue(func() []keptView {
	return each(model.KeptOfPeople(), func(t model.PersonalTable) keptView {
		if t.Kept == nil {
			return keptView{What: t.Why, Why: t.Because}
		}
		days := t.Kept.Days
		return keptView{t.Why, t.Kept.Why, &days}
	})
})
