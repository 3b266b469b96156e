package service

import (
	"context"
	"fmt"

	"danyuan/model"
)

// ApplyForPlaque asks for a door plaque for the actor's household. Refusals: plaque.not_a_member,
// plaque.no_household, plaque.household_has_one.
func (s *Service) ApplyForPlaque(ctx context.Context, cmd Command) (model.Plaque, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.Plaque, error) {
		applicant, err := t.lockMemberAtHome(model.ErrPlaqueNotMember, model.ErrPlaqueNoHome)
		if err != nil {
			return model.Plaque{}, err
		}
		has, err := model.PlaqueOfHousehold(t.DB, *applicant.HouseholdID)
		if err != nil {
			return model.Plaque{}, err
		}
		if has != nil {
			return model.Plaque{}, model.ErrPlaqueActive
		}
		p := model.Plaque{HouseholdID: *applicant.HouseholdID, UnitID: applicant.NodeID, ApplicantID: applicant.ID, AppliedAt: t.now}
		if err := model.ApplyPlaque(t.DB, &p); err != nil {
			return p, err
		}
		unit, err := model.NodeByID(t.DB, p.UnitID)
		if err != nil {
			return p, err
		}
		t.touch(model.NodeTopic(p.UnitID))
		body := unit.Name + "的" + model.MaskName(applicant.Name) + "申请“共产党员户”门牌，请审批。"
		if err := t.tellOfficers(model.DecidePlaques, unit.Path, NoticePlaque, "有新的门牌申请", body, "staff/plaques/index", onceFor(p)); err != nil {
			return p, err
		}
		return p, t.audit("plaque.apply", p.UnitID, "plaque", p.ID, "")
	})
}

func onceFor(p model.Plaque) string { return fmt.Sprintf("plaque:%d:%s", p.ID, p.State) }

// ApprovePlaque agrees to an application. Refusals, as for every move: plaque.not_found outside the
// actor's scope, plaque.wrong_state; here also plaque.own_household, plaque.no_member_left.
func (s *Service) ApprovePlaque(ctx context.Context, cmd Command, id int64) (model.Plaque, error) {
	return s.movePlaque(ctx, cmd, id, model.PlaqueApproved, "")
}

// RefusePlaque turns an application down, with a reason that the applicant reads.
func (s *Service) RefusePlaque(ctx context.Context, cmd Command, id int64, reason string) (model.Plaque, error) {
	reason, err := model.NeedText("body.reason", reason, 200, false)
	if err != nil {
		return model.Plaque{}, err
	}
	return s.movePlaque(ctx, cmd, id, model.PlaqueRefused, reason)
}

// InstallPlaque records that a plaque is on the door, and makes its own code.
func (s *Service) InstallPlaque(ctx context.Context, cmd Command, id int64) (model.Plaque, error) {
	return s.movePlaque(ctx, cmd, id, model.PlaqueInstalled, "")
}

// RemovePlaque takes a plaque off, with a reason; its code is revoked and nobody is shown on the door.
func (s *Service) RemovePlaque(ctx context.Context, cmd Command, id int64, reason string) (model.Plaque, error) {
	reason, err := model.NeedText("body.reason", reason, 200, false)
	if err != nil {
		return model.Plaque{}, err
	}
	return s.movePlaque(ctx, cmd, id, model.PlaqueRemoved, reason)
}

// plaqueDeciders says who may move a plaque to a state.
var plaqueDeciders = map[model.PlaqueState]model.Action{
	model.PlaqueApproved: model.DecidePlaques, model.PlaqueRefused: model.DecidePlaques,
	model.PlaqueInstalled: model.InstallPlaques, model.PlaqueRemoved: model.InstallPlaques,
}

func (s *Service) movePlaque(ctx context.Context, cmd Command, id int64, next model.PlaqueState, reason string) (model.Plaque, error) {
	found, err := model.PlaqueByID(s.DB.Read(ctx), id)
	if err != nil {
		return found, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.Plaque, error) {
		unit, err := t.lockNode(found.UnitID, plaqueDeciders[next], model.ErrPlaqueNotFound)
		if err != nil {
			return model.Plaque{}, err
		}
		p, err := model.LockPlaque(t.DB, id)
		if err != nil {
			return p, err
		}
		if plaqueDeciders[next] == model.DecidePlaques && (p.ApplicantID == t.by.PersonID || p.HouseholdID == t.by.Household) {
			return p, model.ErrPlaqueOwn
		}
		if err := model.MovePlaque(t.DB, &p, next, t.by.PersonID, reason, t.now); err != nil {
			return p, err
		}
		if err := t.afterPlaqueMove(p); err != nil {
			return p, err
		}
		t.touch(model.NodeTopic(unit.ID))
		title, body := plaqueNews(p)
		if err := t.notify(p.ApplicantID, NoticePlaque, title, body, "pages/plaque/mine", onceFor(p)); err != nil {
			return p, err
		}
		return p, t.audit("plaque."+string(next), unit.ID, "plaque", p.ID, "")
	})
}

// afterPlaqueMove does what a plaque's new state brings with it.
func (t *tx) afterPlaqueMove(p model.Plaque) error {
	if p.State == model.PlaqueRemoved {
		return t.takePlaqueDown(p)
	}
	if p.State == model.PlaqueRefused {
		return nil
	}
	if err := t.needMember(p.HouseholdID); err != nil || p.State != model.PlaqueInstalled {
		return err
	}
	_, err := t.addCode(model.PlaqueCode, p.UnitID, &p.ID, "code.make", "")
	return err
}

// takePlaqueDown revokes a plaque's code, if it ever had one, and takes displays off the door.
func (t *tx) takePlaqueDown(p model.Plaque) error {
	c, err := model.ActiveCode(t.DB, model.PlaqueCode, p.ID)
	if err != nil {
		return err
	}
	if c != nil {
		if err := model.RevokeCode(t.DB, c.ID, t.by.PersonID, "门牌已摘除", t.now); err != nil {
			return err
		}
	}
	showing, err := model.ShowingOnDoor(t.DB, p.HouseholdID)
	if err != nil {
		return err
	}
	return t.leavePlace(showing, model.EndPlaqueRemoved, func(d *model.Display) { d.OnDoor = false })
}

// plaqueNews is what the applicant is told of a move.
func plaqueNews(p model.Plaque) (title, body string) {
	news := map[model.PlaqueState][2]string{
		model.PlaqueApproved:  {"门牌申请已通过", "您家的“共产党员户”门牌申请已通过，社区会上门安装。"},
		model.PlaqueRefused:   {"门牌申请未通过", "您家的“共产党员户”门牌申请未通过，原因：" + p.Reason + "。情况有变化可以再申请。"},
		model.PlaqueInstalled: {"门牌已安装", "您家的“共产党员户”门牌已安装。可以选择在门牌上亮身份。"},
		model.PlaqueRemoved:   {"门牌已摘除", "您家的“共产党员户”门牌已摘除，门上的码已失效，原因：" + p.Reason + "。"},
	}[p.State]
	return news[0], news[1]
}
