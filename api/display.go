package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

type showIn struct {
	Keyed
	Body struct {
		NameForm       string `json:"name_form" enum:"surname,full" doc:"怎样显示姓名：姓氏+同志，或全名" example:"surname"`
		Pledge         string `json:"pledge,omitempty" maxLength:"200" doc:"承诺" example:"邻里有事，随叫随到"`
		Skills         string `json:"skills,omitempty" maxLength:"200" doc:"特长，只给邻居看" example:"修水管"`
		OnPage         bool   `json:"on_page" doc:"在单元页上" example:"true"`
		InGroup        bool   `json:"in_group" doc:"在单元微信群里；要先从群里打开过" example:"false"`
		OnDoor         bool   `json:"on_door" doc:"在门牌上；门牌要已经装好" example:"false"`
		ConsentVersion int    `json:"consent_version" minimum:"1" doc:"读过并同意的授权说明是第几版" example:"1"`
	}
}

type displayView struct {
	ID       ID        `json:"id" doc:"编号"`
	NameForm string    `json:"name_form" enum:"surname,full" doc:"怎样显示姓名" example:"surname"`
	Pledge   string    `json:"pledge" doc:"承诺" example:"邻里有事，随叫随到"`
	Skills   string    `json:"skills" doc:"特长" example:"修水管"`
	OnPage   bool      `json:"on_page" doc:"在单元页上"`
	InGroup  bool      `json:"in_group" doc:"在单元微信群里"`
	OnDoor   bool      `json:"on_door" doc:"在门牌上"`
	Since    time.Time `json:"since" doc:"从何时起亮身份"`
}

func viewDisplay(d model.Display) displayView {
	return displayView{ID(d.ID), string(d.NameForm), d.Pledge, d.Skills, d.OnPage, d.InGroup, d.OnDoor, atEdge(d.ShownAt)}
}

func (a *API) showIdentity(ctx context.Context, cmd service.Command, in *showIn) (model.Display, error) {
	b := in.Body
	return a.s.ShowIdentity(ctx, cmd, service.DisplayForm{
		NameForm: model.NameForm(b.NameForm), Pledge: b.Pledge, Skills: b.Skills,
		OnPage: b.OnPage, InGroup: b.InGroup, OnDoor: b.OnDoor, ConsentVersion: b.ConsentVersion,
	})
}

type withdrawIn struct{ Keyed }

func (a *API) withdrawDisplay(ctx context.Context, cmd service.Command, _ *withdrawIn) (struct{}, error) {
	return a.s.WithdrawDisplay(ctx, cmd)
}

type myDisplayIn struct{}

type myDisplayView struct {
	Display  *displayView    `json:"display,omitempty" doc:"现在亮出的身份；没有就是没有亮"`
	MayShow  bool            `json:"may_show" doc:"能不能亮身份：是党员，并且登记住在一个单元"`
	MayGroup bool            `json:"may_show_in_group" doc:"能不能选微信群：从本单元的群里打开过"`
	MayDoor  bool            `json:"may_show_on_door" doc:"能不能选门牌：家里的门牌已经装好"`
	Preview  *displayPreview `json:"preview,omitempty" doc:"别人现在看到的您"`
}

type displayPreview struct {
	PasserBy  *memberView `json:"passer_by,omitempty" doc:"过路人在单元页上看到的；没有就是看不到"`
	Neighbour *memberView `json:"neighbour,omitempty" doc:"邻居在单元页上看到的；没有就是看不到"`
	Group     *memberView `json:"group,omitempty" doc:"邻居在单元微信群里看到的；没有就是看不到"`
	Door      string      `json:"door,omitempty" doc:"扫门牌的人看到的；没有就是看不到" example:"王同志"`
}

func (a *API) myDisplay(ctx context.Context, by model.Actor, _ *myDisplayIn) (myDisplayView, error) {
	m, err := a.s.MyDisplay(ctx, by)
	if err != nil {
		return myDisplayView{}, err
	}
	may := m.Member && m.AtHome
	v := myDisplayView{MayShow: may, MayGroup: may && m.InGroup, MayDoor: may && m.OnDoor}
	if m.Display == nil {
		return v, nil
	}
	shown := viewDisplay(*m.Display)
	v.Display, v.Preview = &shown, preview(m)
	return v, nil
}

// preview goes through the views of the pages themselves, so that it can't promise what they don't keep.
func preview(m service.MyDisplay) *displayPreview {
	as := func(audience service.Audience, on bool) *memberView {
		if !on {
			return nil
		}
		v := viewMember(model.ShownMember{Display: *m.Display, Name: m.Name}, audience)
		return &v
	}
	p := &displayPreview{
		PasserBy: as(service.PasserBy, m.Display.OnPage), Neighbour: as(service.Neighbour, m.Display.OnPage),
		Group: as(service.Neighbour, m.ShownInGroup),
	}
	if m.ShownOnDoor {
		p.Door = model.SurnameOnly.Show(m.Name)
	}
	return p
}
