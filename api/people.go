package api

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service"
)

// memberships are the words for a membership at the edge.
var memberships = map[string]model.Membership{"none": model.NoMember, "member": model.Member, "in_service": model.InServiceMember}

func viewMembership(m model.Membership) string {
	for word, meant := range memberships {
		if meant == m {
			return word
		}
	}
	return "none"
}

type peopleIn struct {
	Paged
	Node ID `path:"id" doc:"单元、楼栋、网格或社区的编号"`
}

type personView struct {
	ID         ID     `json:"person_id"`
	Name       string `json:"name" example:"王小明"`
	Node       ID     `json:"node_id" doc:"所在的单元；在这里任职但不住在这里的，是任职的地方"`
	Place      string `json:"place" doc:"从社区到那里的名称" example:"先锋社区第一网格3栋1单元"`
	Phone      string `json:"phone,omitempty" doc:"手机号，中间四位不显示" example:"138****0001"`
	Membership string `json:"membership,omitempty" enum:"none,member,in_service" doc:"非党员、党员、在职党员；只给可以了解党员情况的人" example:"member"`
	Bound      bool   `json:"bound" doc:"是否绑定了微信"`
}

func (a *API) people(ctx context.Context, by model.Actor, in *peopleIn) (List[personView], error) {
	slice, err := in.slice()
	if err != nil {
		return List[personView]{}, err
	}
	rows, err := a.s.PeopleOf(ctx, by, int64(in.Node), slice)
	return listOf(in.Paged, rows, func(l service.Listed) int64 { return l.ID }, viewListed), err
}

func viewListed(l service.Listed) personView {
	v := personView{ID: ID(l.ID), Name: l.Name, Node: ID(l.NodeID), Place: l.Place, Phone: model.MaskPhone(l.Phone), Bound: l.Bound}
	if l.ShowMembership {
		v.Membership = viewMembership(l.Membership)
	}
	return v
}

type readPersonIn struct {
	ID ID `path:"id" doc:"居民编号"`
}

type wholePersonView struct {
	ID         ID         `json:"person_id"`
	Name       string     `json:"name" example:"王小明"`
	Node       nodeView   `json:"node" doc:"所在的单元或任职的地方"`
	Room       string     `json:"room,omitempty" doc:"房号" example:"301"`
	State      string     `json:"state" enum:"here,left" doc:"住在这里、已迁出" example:"here"`
	Phone      string     `json:"phone,omitempty" doc:"手机号"`
	IDNumber   string     `json:"id_number,omitempty" doc:"身份证号"`
	BirthDate  string     `json:"birth_date,omitempty" doc:"出生日期" example:"1950-01-31"`
	Address    string     `json:"address,omitempty" doc:"户籍地址"`
	Membership string     `json:"membership" enum:"none,member,in_service" doc:"非党员、党员、在职党员" example:"member"`
	Bound      bool       `json:"bound" doc:"是否绑定了微信"`
	Roles      []termView `json:"roles" nullable:"false" doc:"任职，包括已经结束的"`
}

// termView is an appointment with its dates.
type termView struct {
	Role     string     `json:"role" example:"unit_chief"`
	Title    string     `json:"title" example:"单元长"`
	Node     nodeName   `json:"node"`
	StartsAt time.Time  `json:"starts_at" doc:"从何时起"`
	EndsAt   *time.Time `json:"ends_at,omitempty" doc:"到何时止；没有就是没有期限"`
}

type nodeName struct {
	ID   ID     `json:"id"`
	Name string `json:"name" doc:"地方的名称" example:"1单元"`
}

// readPerson gives a person whole; the service has put the reading into the audit log by then.
func (a *API) readPerson(ctx context.Context, by model.Actor, in *readPersonIn) (wholePersonView, error) {
	w, err := a.s.ReadPerson(ctx, by, int64(in.ID))
	if err != nil {
		return wholePersonView{}, err
	}
	v := wholePersonView{
		ID: ID(w.ID), Name: w.Name, Node: viewNode(w.Node), State: string(w.State), Phone: w.Phone, IDNumber: w.IDNumber,
		BirthDate: w.BirthDate, Address: w.Address, Membership: viewMembership(w.Membership), Bound: w.Bound, Roles: viewTerms(w.Roles),
	}
	if w.Home != nil {
		v.Room = w.Home.Room
	}
	return v, nil
}

func viewTerms(roles []model.RoleTerm) []termView {
	out := make([]termView, len(roles))
	for i, r := range roles {
		out[i] = termView{string(r.Role), r.Role.Title(), nodeName{ID(r.NodeID), r.NodeName}, atEdge(r.StartsAt), maybeAtEdge(r.EndsAt)}
	}
	return out
}

type findPeopleIn struct {
	Keyed
	Body struct {
		Phone    string `json:"phone,omitempty" required:"false" pattern:"^[0-9]{11}$" patternDescription:"11 位手机号" doc:"手机号；和身份证号只填一项" example:"13800000001"`
		IDNumber string `json:"id_number,omitempty" required:"false" pattern:"^[0-9]{17}[0-9Xx]$" patternDescription:"18 位身份证号" doc:"身份证号；和手机号只填一项"`
	}
}

type foundView struct {
	Items []foundPerson `json:"items" nullable:"false" doc:"找到的居民；看完整信息请再打开这位居民"`
}

type foundPerson struct {
	ID    ID     `json:"person_id"`
	Name  string `json:"name" example:"王小明"`
	Node  ID     `json:"node_id"`
	State string `json:"state" enum:"here,left" doc:"住在这里、已迁出" example:"here"`
	Phone string `json:"phone,omitempty" doc:"手机号，中间四位不显示" example:"138****0001"`
}

func (a *API) findPeople(ctx context.Context, cmd service.Command, in *findPeopleIn) ([]model.Person, error) {
	return a.s.FindPeople(ctx, cmd, in.Body.Phone, in.Body.IDNumber)
}

func viewFound(people []model.Person) foundView {
	v := foundView{make([]foundPerson, len(people))}
	for i, p := range people {
		v.Items[i] = foundPerson{ID(p.ID), p.Name, ID(p.NodeID), string(p.State), model.MaskPhone(p.Phone)}
	}
	return v
}
