package api

import (
	"context"
	"time"

	"danyuan/model"
)

type consentTextIn struct {
	Purpose string `path:"purpose" enum:"identity_display,phone_binding,children" doc:"用途：亮身份、绑定手机号、未满14周岁孩子的个人信息处理规则" example:"phone_binding"`
}

type consentTextView struct {
	Purpose string    `json:"purpose" doc:"用途" example:"phone_binding"`
	Version int       `json:"version" doc:"版本；同意时原样放在 consent_version 里" example:"1"`
	Text    string    `json:"text" doc:"同意之前要读的全文"`
	Since   time.Time `json:"since" doc:"从何时起使用这一版"`
}

func (a *API) consentText(ctx context.Context, _ model.Actor, in *consentTextIn) (consentTextView, error) {
	t, err := a.s.ConsentText(ctx, model.ConsentPurpose(in.Purpose))
	return consentTextView{string(t.Purpose), t.Version, t.Text, atEdge(t.StartsAt)}, err
}

type myConsentsIn struct{ Paged }

type consentView struct {
	ID          ID         `json:"id"`
	Purpose     string     `json:"purpose" enum:"identity_display,phone_binding,children" doc:"亮身份、绑定手机号、为未满14周岁的孩子同意"`
	Version     int        `json:"version" doc:"同意的是哪一版" example:"1"`
	GivenAt     time.Time  `json:"given_at" doc:"何时同意"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty" doc:"何时撤回；没有就是仍然有效"`
}

func (a *API) myConsents(ctx context.Context, by model.Actor, in *myConsentsIn) (List[consentView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[consentView]{}, err
	}
	rows, err := a.s.MyConsents(ctx, by, slice)
	return listOf(in.Paged, rows, func(c model.Consent) int64 { return c.ID }, viewConsent), err
}

func viewConsent(c model.Consent) consentView {
	return consentView{ID(c.ID), string(c.Purpose), c.Version, atEdge(c.GivenAt), maybeAtEdge(c.WithdrawnAt)}
}
