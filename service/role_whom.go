package service

import (
	"slices"

	"danyuan/model"
)

// Appointee names whom somebody appoints: by the number of a person whom they may see, or by name and
// phone number as the person gave them. Register says to enter who is not registered in the district as
// somebody who serves there.
type Appointee struct {
	PersonID    int64
	Name, Phone string
	Register    bool
}

// clean refuses what names nobody, or two people.
func (w Appointee) clean() (Appointee, error) {
	if w.PersonID != 0 {
		if w.Name != "" || w.Phone != "" || w.Register {
			return w, model.ErrRoleWhom
		}
		return w, nil
	}
	if w.Name == "" || w.Phone == "" {
		return w, model.ErrRoleWhom
	}
	var err error
	if w.Name, err = cleanName("body.name", w.Name); err != nil {
		return w, err
	}
	w.Phone, err = model.CleanPhone(w.Phone)
	return w, err
}

// appointee gives the person who is named for a role at a node, locked. By name and phone number it is
// somebody of the district who has both: whether only one of them is registered, the answer does not
// tell. A chief lives or serves in the community; whoever holds another role may live anywhere in the
// district, or, when they are entered now, outside of it.
func (t *tx) appointee(w Appointee, spec model.RoleSpec, n model.Node) (model.Person, error) {
	p, err := t.named(w, spec, n)
	if err != nil {
		return p, err
	}
	home, err := model.NodeByID(t.DB, p.NodeID)
	if err != nil {
		return p, err
	}
	district, community, err := t.around(n)
	switch {
	case err != nil:
		return p, err
	case p.State != model.PersonHere || !model.Under(home.Path, district):
		return p, model.ErrPersonNotFound
	case p.ID == t.by.PersonID:
		return p, model.ErrRoleOwn
	case spec.Local && !model.Under(home.Path, community):
		return p, model.ErrRoleElsewhere
	}
	return p, t.needGuardian(p)
}

func (t *tx) named(w Appointee, spec model.RoleSpec, n model.Node) (model.Person, error) {
	if w.PersonID != 0 {
		p, err := model.LockPerson(t.DB, w.PersonID)
		if err != nil {
			return p, err
		}
		if seen, err := t.maySee(p); err != nil || !seen {
			return p, or(err, model.ErrPersonNotFound)
		}
		return p, nil
	}
	district, _, err := t.around(n)
	if err != nil {
		return model.Person{}, err
	}
	people, err := model.PersonsNamed(t.DB, w.Name, w.Phone, district)
	switch {
	case err != nil:
		return model.Person{}, err
	case len(people) == 1:
		return model.LockPerson(t.DB, people[0])
	case len(people) > 1:
		return model.Person{}, model.ErrRoleSeveral
	case !w.Register:
		return model.Person{}, model.ErrRoleNobody
	case spec.Local:
		return model.Person{}, model.ErrRoleElsewhere
	}
	return t.enterServing(n, w.Name, w.Phone)
}

// maySee tells whether the actor comes across a person where they appoint: among those who belong
// there, or among those who hold or held a role there.
func (t *tx) maySee(p model.Person) (bool, error) {
	home, err := model.NodeByID(t.DB, p.NodeID)
	if err != nil || t.by.May(model.AppointOfficers, home.Path, t.now) {
		return err == nil, err
	}
	held, err := model.AllRolesOf(t.DB, p.ID)
	if err != nil {
		return false, err
	}
	for _, a := range held {
		n, err := model.NodeByID(t.DB, a.NodeID)
		if err != nil || t.by.May(model.AppointOfficers, n.Path, t.now) {
			return err == nil, err
		}
	}
	return false, nil
}

// around gives the paths of the district that a node is in, and of its community; of a node above
// those, its own.
func (t *tx) around(n model.Node) (district, community string, err error) {
	above, err := model.NodesOnPath(t.DB, n.Path)
	if err != nil {
		return "", "", err
	}
	of := func(kind model.NodeKind, otherwise string) string {
		if i := slices.IndexFunc(above, func(a model.Node) bool { return a.Kind == kind }); i >= 0 {
			return above[i].Path
		}
		return otherwise
	}
	return of(model.District, above[0].Path), of(model.Community, n.Path), nil
}

// enterServing enters somebody who serves at a node and does not live in the district.
func (t *tx) enterServing(at model.Node, name, phone string) (model.Person, error) {
	p := model.Person{NodeID: at.ID, Name: name, Membership: model.NoMember, State: model.PersonHere, CreatedAt: t.now, UpdatedAt: t.now}
	p.SetPhone(model.KeysOf(t.DB), phone)
	if err := model.AddPerson(t.DB, &p); err != nil {
		return p, err
	}
	return p, t.audit("person.add", at.ID, "person", p.ID, "name,phone")
}
