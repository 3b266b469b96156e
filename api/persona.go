package api

import (
	"context"

	"danyuan/model"
	"danyuan/service"
)

type personasIn struct{}

type personasView struct {
	Items []personaView `json:"items" nullable:"false"`
}

type personaView struct {
	ID    string        `json:"id" doc:"登录时 code 填 demo:<id>" example:"chief"`
	Name  string        `json:"name" example:"王建国"`
	Place string        `json:"place" doc:"所在的单元或地方" example:"1单元"`
	Roles []personaRole `json:"roles" nullable:"false" doc:"现在担任的职务"`
}

type personaRole struct {
	Title string `json:"title" example:"单元长"`
	Node  string `json:"node" example:"1单元"`
}

// personas exists in a demo only.
func (a *API) personas(ctx context.Context, _ model.Actor, _ *personasIn) (personasView, error) {
	all, err := a.s.Personas(ctx)
	v := personasView{make([]personaView, len(all))}
	for i, p := range all {
		v.Items[i] = viewPersona(p)
	}
	return v, err
}

func viewPersona(p service.Persona) personaView {
	v := personaView{p.ID, p.Name, p.Place, make([]personaRole, len(p.Roles))}
	for i, r := range p.Roles {
		v.Roles[i] = personaRole(r)
	}
	return v
}
