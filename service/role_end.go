package service

import (
	"context"
	"fmt"
	"time"

	"danyuan/model"
)

// EndRole ends an appointment, now or, when at is given, at a later moment; one that has not begun is
// called off. Whoever may give the role may end it, and whoever holds it may resign, which those who
// give it are told. The last district admin in office without an end
// in sight stays: somebody must be there to appoint the next one.
func (s *Service) EndRole(ctx context.Context, cmd Command, id int64, at *time.Time, reason string) (model.RoleTerm, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.RoleTerm{}, err
	}
	// Where it is held never changes, and is what must be locked first.
	standing, err := model.RoleByID(s.DB.Read(ctx), id)
	if err != nil {
		return model.RoleTerm{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.RoleTerm, error) {
		n, err := model.LockNode(t.DB, standing.NodeID)
		if err != nil {
			return model.RoleTerm{}, err
		}
		if err := t.mayEnd(standing, n); err != nil {
			return model.RoleTerm{}, err
		}
		end := t.now
		if at != nil {
			if end, err = model.RoleDate(*at, t.now); err != nil {
				return model.RoleTerm{}, err
			}
		}
		term, err := t.endHeldRole(standing, n, end, reason)
		if err != nil || standing.PersonID != t.by.PersonID {
			return term, err
		}
		return term, t.tellResigned(term, n)
	})
}

// tellResigned tells those who appoint to an office that somebody has resigned from it.
func (t *tx) tellResigned(term model.RoleTerm, n model.Node) error {
	spec, _ := term.Role.Spec()
	body := fmt.Sprintf("%s辞去“%s”的%s，到%s止。请安排接任的人。", model.MaskName(term.PersonName), n.Name, term.Role.Title(), day(*term.EndsAt))
	return t.tellHolders(spec.AppointedBy, n.Path, NoticeRole, "有人辞去职务", body, rolesPage, fmt.Sprintf("role:%d:resigned", term.ID))
}

func (t *tx) endHeldRole(a model.Appointment, n model.Node, end time.Time, reason string) (model.RoleTerm, error) {
	p, err := model.LockPerson(t.DB, a.PersonID)
	if err != nil {
		return model.RoleTerm{}, err
	}
	if err := t.endRole(a, end, reason); err != nil {
		return model.RoleTerm{}, err
	}
	if a, err = model.RoleByID(t.DB, a.ID); err != nil {
		return model.RoleTerm{}, err
	}
	body := fmt.Sprintf("您在“%s”担任的%s到%s结束。原因：%s。", n.Name, a.Role.Title(), day(*a.EndsAt), reason)
	once := fmt.Sprintf("role:%d:ended:%d", a.ID, a.EndsAt.Unix())
	return model.RoleTerm{Appointment: a, PersonName: p.Name, NodeName: n.Name}, t.notify(a.PersonID, NoticeRole, "任职结束", body, rolesPage, once)
}

// mayEnd refuses unless the actor may end an appointment at its node, which is locked.
func (t *tx) mayEnd(a model.Appointment, n model.Node) error {
	if a.PersonID != t.by.PersonID {
		if !t.by.May(model.AppointOfficers, n.Path, t.now) {
			return model.ErrRoleNotFound
		}
		if spec, _ := a.Role.Spec(); !t.by.HoldsRole(n.Path, t.now, spec.AppointedBy...) {
			return model.ErrRoleNotYours
		}
	}
	if a.Role != model.DistrictAdmin {
		return nil
	}
	others, err := model.StandingAdmins(t.DB, n.ID, a.ID, t.now)
	if err == nil && others == 0 {
		err = model.ErrRoleLast
	}
	return err
}

// endRole ends an appointment without asking.
func (t *tx) endRole(a model.Appointment, at time.Time, reason string) error {
	if err := model.EndRole(t.DB, a, at, t.by.PersonID, reason); err != nil {
		return err
	}
	a.EndsAt = &at
	if err := t.oweTakingBack(a); err != nil {
		return err
	}
	t.touch(model.PersonTopic(a.PersonID), model.NodeTopic(a.NodeID))
	return t.audit("role.end", a.NodeID, "role", a.ID, string(a.Role))
}

// PlacedRole is an appointment, with where it is from the community down.
type PlacedRole struct {
	model.RoleTerm
	Place string
}

// RolesAt gives the appointments at a node to those who appoint there: those that run or will, and when
// asked the ended ones too, and those below it.
func (s *Service) RolesAt(ctx context.Context, by model.Actor, node int64, below, ended bool, slice model.Slice) ([]PlacedRole, error) {
	n, err := s.nodeFor(ctx, by, node, model.AppointOfficers, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	h := s.DB.Read(ctx)
	held, err := model.RolesAt(h, n, below, ended, s.now(), slice)
	if err != nil {
		return nil, err
	}
	paths := make([]string, len(held))
	for i, r := range held {
		paths[i] = r.NodePath
	}
	places, err := model.PlaceNames(h, paths)
	placed := make([]PlacedRole, len(held))
	for i, r := range held {
		placed[i] = PlacedRole{r, places[r.NodePath]}
	}
	return placed, err
}

// OwnRoles gives the actor's own appointments, ended and future ones too.
func (s *Service) OwnRoles(ctx context.Context, by model.Actor, slice model.Slice) ([]model.RoleTerm, error) {
	return model.RolesOfPerson(s.DB.Read(ctx), by.PersonID, slice)
}
