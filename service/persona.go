package service

import (
	"context"
	"strings"

	"danyuan/model"
)

// Persona is somebody whom one can be in a demo.
type Persona struct {
	ID    string // POST /v1/login takes "demo:" and this
	Name  string
	Place string // where they belong
	Roles []PersonaRole
}

// PersonaRole is what a persona is, and where.
type PersonaRole struct{ Title, Node string }

const mostPersonas = 200

// Personas lists the users whose openid begins with model.DemoPrefix, and the people whom they are bound
// to; one who is bound to nobody yet has no name.
func (s *Service) Personas(ctx context.Context) ([]Persona, error) {
	h := s.DB.Read(ctx)
	users, err := model.DemoUsers(h, mostPersonas)
	if err != nil {
		return nil, err
	}
	people := make([]int64, len(users))
	for i, u := range users {
		people[i] = u.PersonID
	}
	held, err := model.RolesHeldByAll(h, people, s.now())
	if err != nil {
		return nil, err
	}
	out := make([]Persona, len(users))
	for i, u := range users {
		out[i] = Persona{ID: strings.TrimPrefix(u.OpenID, model.DemoPrefix), Name: u.Name, Place: u.NodeName}
		for _, r := range held {
			if r.PersonID == u.PersonID {
				out[i].Roles = append(out[i].Roles, PersonaRole{r.Role.Title(), r.NodeName})
			}
		}
	}
	return out, nil
}
