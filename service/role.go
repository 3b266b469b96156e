package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"danyuan/model"
)

// Appointing is who is to hold which role where, and when. A nil From is now, a nil Until no end.
type Appointing struct {
	Whom        Appointee
	NodeID      int64
	Role        model.Role
	From, Until *time.Time
}

// rolesPage is where the mini-program shows a person's own appointments.
const rolesPage = "pages/me/roles"

// Appoint gives a person a role at a node. Only the roles that model.Roles lets the actor give, in
// their own subtree, to somebody else, from now on or later; Appointee and appointee tell to whom. It
// acts at the person's next request.
func (s *Service) Appoint(ctx context.Context, cmd Command, what Appointing) (model.RoleTerm, error) {
	spec, ok := what.Role.Spec()
	if !ok {
		return model.RoleTerm{}, model.ErrRoleUnknown
	}
	whom, err := what.Whom.clean()
	if err != nil {
		return model.RoleTerm{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.RoleTerm, error) {
		if whom.Register { // nobody is entered meanwhile, by whoever or by a roster
			if err := model.LockOrg(t.DB); err != nil {
				return model.RoleTerm{}, err
			}
		}
		n, err := t.lockNode(what.NodeID, model.AppointOfficers, model.ErrNodeNotFound)
		if err != nil {
			return model.RoleTerm{}, err
		}
		if err := t.mayAppoint(spec, n); err != nil {
			return model.RoleTerm{}, err
		}
		a, err := t.dated(what)
		if err != nil {
			return model.RoleTerm{}, err
		}
		p, err := t.appointee(whom, spec, n)
		if err != nil {
			return model.RoleTerm{}, err
		}
		a.PersonID = p.ID
		if err := t.appoint(&a); err != nil {
			return model.RoleTerm{}, err
		}
		return model.RoleTerm{Appointment: a, PersonName: p.Name, NodeName: n.Name}, t.tellAppointed(a, n)
	})
}

// mayAppoint refuses unless the actor may give the role at a node where they appoint.
func (t *tx) mayAppoint(spec model.RoleSpec, n model.Node) error {
	switch {
	case !slices.Contains(spec.At, n.Kind):
		return model.ErrRoleUnfit
	case !t.by.HoldsRole(n.Path, t.now, spec.AppointedBy...):
		return model.ErrRoleNotYours
	}
	return nil
}

// dated gives the appointment with its dates, to the second, refused when they don't fit.
func (t *tx) dated(what Appointing) (model.Appointment, error) {
	a := model.Appointment{
		Role: what.Role, NodeID: what.NodeID,
		StartsAt: t.now, AppointedByID: t.by.PersonID, AppointedAt: t.now,
	}
	var err error
	if what.From != nil {
		if a.StartsAt, err = model.RoleDate(*what.From, t.now); err != nil {
			return a, err
		}
	}
	if what.Until == nil {
		return a, nil
	}
	if !what.Until.UTC().Truncate(time.Second).After(a.StartsAt) {
		return a, model.ErrRoleDates
	}
	until, err := model.RoleDate(*what.Until, t.now)
	a.EndsAt = &until
	return a, err
}

// appoint stores an appointment of a locked person.
func (t *tx) appoint(a *model.Appointment) error {
	held, err := model.Overlapping(t.DB, a.PersonID, a.Role, a.NodeID, a.StartsAt, a.EndsAt)
	if err != nil {
		return err
	}
	if held {
		return model.ErrRoleOverlap
	}
	if err := model.Appoint(t.DB, a); err != nil {
		return err
	}
	if err := t.oweTakingBack(*a); err != nil {
		return err
	}
	t.touch(model.PersonTopic(a.PersonID), model.NodeTopic(a.NodeID))
	return t.audit("role.appoint", a.NodeID, "role", a.ID, string(a.Role))
}

func (t *tx) tellAppointed(a model.Appointment, n model.Node) error {
	above, err := model.NodesOnPath(t.DB, n.Path)
	if err != nil {
		return err
	}
	var place strings.Builder
	for _, at := range above {
		if at.ID == n.ID || model.District.Above(at.Kind) {
			place.WriteString(at.Name)
		}
	}
	body := fmt.Sprintf("您被任命为%s的%s，从%s起。", place.String(), a.Role.Title(), day(a.StartsAt))
	if a.EndsAt != nil {
		body = fmt.Sprintf("您被任命为%s的%s，从%s到%s。", place.String(), a.Role.Title(), day(a.StartsAt), day(*a.EndsAt))
	}
	return t.notify(a.PersonID, NoticeRole, "新的任职", body, rolesPage, fmt.Sprintf("role:%d:appointed", a.ID))
}

func day(at time.Time) string { return at.In(model.Beijing).Format("2006年1月2日") }
