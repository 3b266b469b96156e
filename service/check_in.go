package service

import (
	"context"
	"errors"
	"fmt"

	"danyuan/model"
)

// CheckIn reports the actor, an in-service member, to the community whose code they scanned, with
// their work unit. Refusals: code.unknown, code.revoked, check_in.not_a_community_code,
// check_in.not_your_community, check_in.member_here, check_in.open_already.
func (s *Service) CheckIn(ctx context.Context, cmd Command, code, workUnit string) (model.ListedCheckIn, error) {
	workUnit, err := model.CleanWorkUnit("body.work_unit", workUnit)
	if err != nil {
		return model.ListedCheckIn{}, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedCheckIn, error) {
		none := model.ListedCheckIn{}
		p, err := model.LockPerson(t.DB, t.by.PersonID)
		if err != nil {
			return none, err
		}
		community, err := t.communityOfCode(code)
		if err != nil {
			return none, err
		}
		lives, err := t.livesIn(p, community)
		if err != nil {
			return none, err
		}
		if !lives {
			return none, model.ErrCheckInElsewhere
		}
		if p.Membership == model.Member {
			return none, model.ErrCheckInHere
		}
		open, err := model.HasOpenCheckIn(t.DB, p.ID)
		if err != nil {
			return none, err
		}
		if open {
			return none, model.ErrCheckInOpen
		}
		unit, err := model.WorkUnitNamed(t.DB, workUnit, t.now)
		if err != nil {
			return none, err
		}
		c := model.CheckIn{PersonID: p.ID, CommunityID: community.ID, WorkUnitID: unit.ID, AppliedAt: t.now}
		if err := model.ApplyCheckIn(t.DB, &c); err != nil {
			return none, err
		}
		body := model.MaskName(p.Name) + "申请在职党员报到，请审核。"
		if err := t.tellOfficers(model.AcceptCheckIns, community.Path, NoticeCheckIn, "有新的在职党员报到", body, checkInsPage, onceForCheckIn(c.ID, c.State)); err != nil {
			return none, err
		}
		if err := t.audit("check_in.apply", community.ID, "check_in", c.ID, ""); err != nil {
			return none, err
		}
		return model.ListedCheckInByID(t.DB, c.ID)
	})
}

// The mini-program pages that notices of check-ins lead to: the community's list, the person's own.
const checkInsPage, myCheckInPage = "staff/check-ins/index", "pages/check-in/mine"

func onceForCheckIn(id int64, state model.CheckInState) string {
	return fmt.Sprintf("check_in:%d:%s", id, state)
}

func (t *tx) communityOfCode(code string) (model.Node, error) {
	c, err := model.CodeByText(t.DB, code)
	switch {
	case err != nil:
		return model.Node{}, err
	case c.Kind != model.CommunityCode:
		return model.Node{}, model.ErrCheckInCode
	case c.RevokedAt != nil:
		return model.Node{}, c.Kind.Revoked()
	}
	return model.ActiveNode(t.DB, c.NodeID)
}

// livesIn tells whether a person lives in a community now.
func (t *tx) livesIn(p model.Person, community model.Node) (bool, error) {
	home, err := model.NodeByID(t.DB, p.NodeID)
	return p.State == model.PersonHere && model.Under(home.Path, community.Path), err
}

// AcceptCheckIn accepts a check-in: the member gets a numbered receipt, and counts as an in-service
// member where they live. Refusals: check_in.not_found outside the actor's scope, check_in.own,
// check_in.wrong_state, check_in.not_your_community when they have moved away since, check_in.member_here,
// and check_in.not_on_roster_as_member unless the actor says that they have checked it (confirmed):
// whoever is accepted is a member to everybody from then on.
func (s *Service) AcceptCheckIn(ctx context.Context, cmd Command, id int64, confirmed bool) (model.ListedCheckIn, error) {
	return s.decideCheckIn(ctx, cmd, id, model.CheckInAccepted, "", func(t *tx, p model.Person, community model.Node) (string, error) {
		detail := ""
		switch p.Membership {
		case model.InServiceMember:
		case model.Member:
			return "", model.ErrCheckInHere.Saying("名册登记报到人的党组织关系就在本社区，不用报到。如果其组织关系在工作单位，请先更正登记，再接收；否则请退回。")
		default:
			if !confirmed {
				return "", model.ErrCheckInNoMember
			}
			detail = "confirmed_member"
		}
		lives, err := t.livesIn(p, community)
		if err != nil {
			return "", err
		}
		if !lives {
			return "", model.ErrCheckInElsewhere.Saying("报到人已经不住在本社区，不能接收。请退回，请其到现在居住的社区报到。")
		}
		if err := model.GiveReceipt(t.DB, id, community, p.Membership, t.now); err != nil {
			return "", err
		}
		return detail, t.setMembership(p, model.InServiceMember)
	})
}

// RefuseCheckIn turns a check-in down, with a reason that the person reads. Refusals as for accepting.
func (s *Service) RefuseCheckIn(ctx context.Context, cmd Command, id int64, reason string) (model.ListedCheckIn, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.ListedCheckIn{}, err
	}
	return s.decideCheckIn(ctx, cmd, id, model.CheckInRefused, reason, func(*tx, model.Person, model.Node) (string, error) { return "", nil })
}

func (s *Service) decideCheckIn(ctx context.Context, cmd Command, id int64, next model.CheckInState, reason string, then func(*tx, model.Person, model.Node) (detail string, err error)) (model.ListedCheckIn, error) {
	none := model.ListedCheckIn{}
	found, err := model.CheckInByID(s.DB.Read(ctx), id)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedCheckIn, error) {
		p, c, community, err := t.lockCheckIn(found)
		if err == nil && !t.by.May(model.AcceptCheckIns, community.Path, t.now) {
			err = model.ErrCheckInNotFound
		}
		if err == nil && p.ID == t.by.PersonID {
			err = model.ErrCheckInOwn
		}
		if err != nil {
			return none, err
		}
		if err := model.MoveCheckIn(t.DB, &c, next, t.by.PersonID, reason, t.now); err != nil {
			return none, err
		}
		detail, err := then(t, p, community)
		if err != nil {
			return none, err
		}
		return t.checkInMoved(c.ID, "check_in."+string(next), detail)
	})
}

// lockCheckIn locks a person and then their check-in, and gives its community.
func (t *tx) lockCheckIn(found model.CheckIn) (model.Person, model.CheckIn, model.Node, error) {
	p, err := model.LockPerson(t.DB, found.PersonID)
	c, errC := model.LockCheckIn(t.DB, found.ID)
	n, errN := model.NodeByID(t.DB, found.CommunityID)
	return p, c, n, errors.Join(err, errC, errN)
}

// checkInMoved tells the other side and records, after a check-in has moved.
func (t *tx) checkInMoved(id int64, action, detail string) (model.ListedCheckIn, error) {
	c, err := model.ListedCheckInByID(t.DB, id)
	if err != nil {
		return c, err
	}
	title, body := checkInNews(c)
	if c.PersonID != t.by.PersonID {
		err = t.notify(c.PersonID, NoticeCheckIn, title, body, myCheckInPage, onceForCheckIn(id, c.State))
	} else {
		err = t.tellOfficers(model.AcceptCheckIns, c.CommunityPath, NoticeCheckIn, "有在职党员结束了报到", model.MaskName(c.Name)+"结束了报到。", checkInsPage, onceForCheckIn(id, c.State))
	}
	if err != nil {
		return c, err
	}
	return c, t.audit(action, c.CommunityID, "check_in", id, detail)
}

// checkInNews is what the person is told of a move.
func checkInNews(c model.ListedCheckIn) (title, body string) {
	if c.State == model.CheckInAccepted {
		return "报到已接收", c.CommunityName + "已接收您的报到，回执编号" + *c.ReceiptNumber + "。"
	}
	if c.State == model.CheckInRefused {
		return "报到未接收", c.CommunityName + "没有接收您的报到，原因：" + c.Reason + "。更正后可以再次报到。"
	}
	return "报到已结束", "您在" + c.CommunityName + "的报到已结束，原因：" + c.Reason + "。"
}
