package service

import (
	"context"
	"slices"

	"danyuan/model"
)

// Listed is a person as lists show them.
type Listed struct {
	model.Person
	Bound          bool // has a WeChat account
	Place          string
	ShowMembership bool // the reader may know members there
}

// PeopleOf lists the people here of a node and everything below it. A node outside the actor's scope
// is not found.
func (s *Service) PeopleOf(ctx context.Context, by model.Actor, node int64, cut model.Slice) ([]Listed, error) {
	n, err := s.nodeFor(ctx, by, node, model.ListPeople, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	h := s.DB.Read(ctx)
	people, err := model.PeopleUnder(h, n.Path, cut)
	if err != nil {
		return nil, err
	}
	ids, at := make([]int64, len(people)), make([]int64, len(people))
	for i, p := range people {
		ids[i], at[i] = p.ID, p.NodeID
	}
	bound, err := model.BoundAmong(h, ids)
	if err != nil {
		return nil, err
	}
	nodes, err := model.NodesByIDs(h, at)
	if err != nil {
		return nil, err
	}
	places, err := whereAre(h, nodes)
	if err != nil {
		return nil, err
	}
	out := make([]Listed, len(people))
	for i, p := range people {
		out[i] = Listed{p, slices.Contains(bound, p.ID), places[p.NodeID], by.May(model.CountMembers, n.Path, s.now())}
	}
	return out, nil
}

// WholePerson is everything that the roster holds of a person.
type WholePerson struct {
	model.Person
	Node  model.Node // where they belong
	Home  *model.Household
	Roles []model.RoleTerm
	Bound bool
}

// ReadPerson gives a person whole. Each reading is in the audit log before anything is given out.
func (s *Service) ReadPerson(ctx context.Context, by model.Actor, id int64) (WholePerson, error) {
	return inTx(ctx, s, Command{By: by}, func(t *tx) (WholePerson, error) {
		var w WholePerson
		var err error
		if w.Person, err = model.PersonByID(t.DB, id); err != nil {
			return w, err
		}
		if w.Node, err = t.nodeOfPerson(w.Person, model.ReadWholePeople); err != nil {
			return w, err
		}
		if err := t.audit("person.read", w.NodeID, "person", w.ID, "phone,id_number,birth_date,address,membership,household"); err != nil {
			return w, err
		}
		if w.HouseholdID != nil {
			home, err := model.HouseholdByID(t.DB, *w.HouseholdID)
			if err != nil {
				return w, err
			}
			w.Home = &home
		}
		if w.Roles, err = model.AllRolesOf(t.DB, w.ID); err != nil {
			return w, err
		}
		b, err := model.ActiveBindingOfPerson(t.DB, w.ID)
		w.Bound = b != nil
		return w, err
	})
}

// FindPeople gives those in the actor's communities who have a phone number, or the one who has an id
// number. It is a command because looking somebody up is an act that the audit log keeps.
func (s *Service) FindPeople(ctx context.Context, cmd Command, phone, idNumber string) ([]model.Person, error) {
	if (phone == "") == (idNumber == "") {
		return nil, model.ErrSearchOne
	}
	return inTx(ctx, s, cmd, func(t *tx) ([]model.Person, error) {
		scopes := t.by.Scopes(model.ReadWholePeople, t.now)
		find, value, what := model.FindByPhone, phone, "phone"
		if phone == "" {
			find, value, what = model.FindByIDNumber, idNumber, "id_number"
		}
		people, err := find(t.DB, value, scopes)
		if err != nil {
			return nil, err
		}
		if len(people) == 0 {
			return nil, t.audit("person.search", t.by.NodeID, "person", 0, what)
		}
		for _, p := range people {
			if err := t.audit("person.search", p.NodeID, "person", p.ID, what); err != nil {
				return nil, err
			}
		}
		return people, nil
	})
}

// nodeOfPerson gives where a person belongs, if the actor may do the action there; otherwise the person
// is not found.
func (t *tx) nodeOfPerson(p model.Person, action model.Action) (model.Node, error) {
	node, err := model.NodeByID(t.DB, p.NodeID)
	if err == nil && !t.by.May(action, node.Path, t.now) {
		err = model.ErrPersonNotFound
	}
	return node, err
}

// lockPersonFor locks a person with whom the actor may do the action; another is not found.
func (t *tx) lockPersonFor(id int64, action model.Action) (model.Person, error) {
	p, err := model.LockPerson(t.DB, id)
	if err != nil {
		return p, err
	}
	_, err = t.nodeOfPerson(p, action)
	return p, err
}
