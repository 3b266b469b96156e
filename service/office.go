package service

import (
	"context"
	"errors"
	"slices"
	"time"

	"danyuan/model"
)

// leftOffice is why the roles of somebody end who has moved away.
const leftOffice = "已登记迁出"

// officesOf gives the nodes where a person holds a role or will, sorted. They are locked before the
// person is, so they are looked up before the transaction; it looks at the roles again.
func (s *Service) officesOf(ctx context.Context, person int64) ([]int64, error) {
	held, err := model.RunningRolesOf(s.DB.Read(ctx), person, s.now())
	var nodes []int64
	for _, a := range held {
		nodes = append(nodes, a.NodeID)
	}
	slices.Sort(nodes)
	return slices.Compact(nodes), err
}

func (t *tx) lockOffices(nodes []int64) error {
	for _, id := range nodes {
		if _, err := model.LockNode(t.DB, id); err != nil {
			return err
		}
	}
	return nil
}

// leaveOffices ends every role of a locked person who has moved away, the nodes locked before. Who may
// not end one of them may not register the leaving either: staff could dismiss their secretary by it.
func (t *tx) leaveOffices(person int64, locked []int64) error {
	held, err := model.RunningRolesOf(t.DB, person, t.now)
	if err != nil {
		return err
	}
	for _, a := range held {
		if !slices.Contains(locked, a.NodeID) {
			return ErrBusy // appointed a moment ago
		}
		n, err := model.NodeByID(t.DB, a.NodeID)
		if err != nil {
			return err
		}
		err = t.mayEnd(a, n)
		if errors.Is(err, model.ErrRoleNotFound) || errors.Is(err, model.ErrRoleNotYours) {
			return model.ErrRoleNotYours.Saying("这位居民担任“" + a.Role.Title() + "”，不由您任免。请先联系上一级结束任职，再登记迁出。")
		}
		if err != nil {
			return err
		}
		if _, err := t.endHeldRole(a, n, t.now, leftOffice); err != nil {
			return err
		}
	}
	return nil
}

// mayMoveAccount tells whether the actor may say whose account a person is.
func (t *tx) mayMoveAccount(person int64) (bool, error) {
	held, err := model.OfficesOf(t.DB, []int64{person}, t.now)
	return !slices.ContainsFunc(held, func(o model.Office) bool { return !reaches(t.by, o, t.now) }), err
}

// lockOfficer locks somebody whose every office the actor gives; one who holds none of those is not found.
func (t *tx) lockOfficer(person int64) (model.Person, error) {
	p, err := model.LockPerson(t.DB, person)
	if err != nil {
		return p, err
	}
	held, err := model.OfficesOf(t.DB, []int64{p.ID}, t.now)
	if err != nil {
		return p, err
	}
	given := 0
	for _, o := range held {
		spec, _ := o.Role.Spec()
		if t.by.May(model.CorrectOfficers, o.Path, t.now) && t.by.HoldsRole(o.Path, t.now, spec.AppointedBy...) {
			given++
		}
	}
	switch {
	case given == 0:
		return p, model.ErrPersonNotFound
	case given < len(held):
		return p, model.ErrOfficersAccount
	case p.ID == t.by.PersonID:
		return p, model.ErrOwnRecord.Saying("不能修改自己的登记信息，请让另一位区级管理员办理。")
	}
	return p, nil
}

// touchOffices has what shows people as officers, by name, looked at again.
func (t *tx) touchOffices(people []int64) error {
	held, err := model.OfficesOf(t.DB, people, t.now)
	for _, o := range held {
		t.touch(model.NodeTopic(o.NodeID))
	}
	return err
}

// reaches tells whether an actor may decide about the account of who holds an office. An account
// carries its person's roles, so for each of them the actor must hold the same one or be who gives it:
// otherwise they could hand themselves, or a friend, an office above their own.
func reaches(by model.Actor, o model.Office, now time.Time) bool {
	spec, _ := o.Role.Spec()
	return by.HoldsRole(o.Path, now, append(slices.Clone(spec.AppointedBy), o.Role)...)
}

// rebinders gives the roles whose holders are asked to move a person, who belongs to a node, to another
// account: the community's, or the district's for those above it and for those whom it appoints.
func (t *tx) rebinders(person int64, home model.Node) ([]model.Role, error) {
	held, err := model.RunningRolesOf(t.DB, person, t.now)
	if err != nil {
		return nil, err
	}
	able := slices.DeleteFunc(model.ApproveRebinding.PermittedRoles(), func(r model.Role) bool {
		return slices.ContainsFunc(held, func(a model.Appointment) bool {
			spec, _ := a.Role.Spec()
			return r != a.Role && !slices.Contains(spec.AppointedBy, r)
		})
	})
	near := slices.DeleteFunc(slices.Clone(able), func(r model.Role) bool { return r == model.DistrictAdmin })
	if len(near) == 0 || home.Kind.Above(model.Community) {
		return able, nil
	}
	return near, nil
}

// keepAdmin refuses to end the account of the last district admin who has one, unless their number in
// the roster brings them back by themselves: nobody else could appoint the next. The person's offices
// are locked.
func (t *tx) keepAdmin(person int64) error {
	held, err := model.RunningRolesOf(t.DB, person, t.now)
	if err != nil {
		return err
	}
	for _, a := range held {
		if a.Role != model.DistrictAdmin || a.StartsAt.After(t.now) {
			continue
		}
		others, err := model.BoundAdmins(t.DB, a.NodeID, person, t.now)
		if err != nil || others > 0 {
			return err
		}
		p, err := model.PersonByID(t.DB, person)
		if err != nil {
			return err
		}
		same, err := model.PersonsByPhone(t.DB, p.Phone)
		if err != nil {
			return err
		}
		if p.Phone == "" || len(same) != 1 {
			return model.ErrBindingLastAdmin
		}
	}
	return nil
}
