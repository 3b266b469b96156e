package service

import (
	"context"
	"errors"

	"danyuan/model"
)

// EndCheckIn ends a check-in with a reason, by the person themselves or by the community. What it gave
// is taken back: the membership is again what the roster said before, and who is no member then shows
// identity no more. Refusals: check_in.not_found for anybody else, check_in.wrong_state.
func (s *Service) EndCheckIn(ctx context.Context, cmd Command, id int64, reason string) (model.ListedCheckIn, error) {
	none := model.ListedCheckIn{}
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return none, err
	}
	found, err := model.CheckInByID(s.DB.Read(ctx), id)
	if err != nil {
		return none, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.ListedCheckIn, error) {
		p, c, community, err := t.lockCheckIn(found)
		if err == nil && c.PersonID != t.by.PersonID && !t.by.May(model.AcceptCheckIns, community.Path, t.now) {
			err = model.ErrCheckInNotFound
		}
		if err != nil {
			return none, err
		}
		return t.endCheckIn(&p, c, reason)
	})
}

// endCheckIn ends a locked check-in of a locked person, and takes back what it gave.
func (t *tx) endCheckIn(p *model.Person, c model.CheckIn, reason string) (model.ListedCheckIn, error) {
	given := c.State == model.CheckInAccepted && p.Membership == model.InServiceMember && c.MembershipBefore != ""
	if err := model.MoveCheckIn(t.DB, &c, model.CheckInEnded, t.by.PersonID, reason, t.now); err != nil {
		return model.ListedCheckIn{}, err
	}
	if given {
		if err := t.setMembership(*p, c.MembershipBefore); err != nil {
			return model.ListedCheckIn{}, err
		}
		p.Membership = c.MembershipBefore
	}
	return t.checkInMoved(c.ID, "check_in.ended", "")
}

// endOpenCheckIn ends the open check-in, if any, of a locked person who does not live in its community
// any more: home is the path of where they live now, "" for nowhere here.
func (t *tx) endOpenCheckIn(p *model.Person, home, reason string) error {
	c, err := model.LockOpenCheckIn(t.DB, p.ID)
	if err != nil || c == nil {
		return err
	}
	community, err := model.NodeByID(t.DB, c.CommunityID)
	if err != nil || home != "" && model.Under(home, community.Path) {
		return err
	}
	_, err = t.endCheckIn(p, *c, reason)
	return err
}

// setMembership changes where a person's membership is, under the person's lock. Who is no member any
// more shows identity no more.
func (t *tx) setMembership(p model.Person, m model.Membership) error {
	if p.Membership == m {
		return nil
	}
	t.mayLeaveDoor(p)
	if err := model.SetMembership(t.DB, p.ID, m, t.now); err != nil {
		return err
	}
	t.touch(model.PersonTopic(p.ID), model.NodeTopic(p.NodeID))
	if err := t.audit("person.change", p.NodeID, "person", p.ID, "membership"); err != nil || m.IsMember() {
		return err
	}
	return endDisplay(t, p.ID, model.EndNoMember)
}

// MyCheckIns lists the actor's check-ins, with their receipts, the newest first.
func (s *Service) MyCheckIns(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedCheckIn, error) {
	return model.CheckInsOf(s.DB.Read(ctx), by.PersonID, slice)
}

// SeenCheckIn is a check-in as somebody sees it: Registered is what the roster says now of the person's
// membership, while they live there and for who decides and may know members; nil for anybody else.
type SeenCheckIn struct {
	model.ListedCheckIn
	Registered *model.Membership
}

// CheckInsOf lists the check-ins of a community, or of those below a node; "" is every state.
func (s *Service) CheckInsOf(ctx context.Context, by model.Actor, node int64, state model.CheckInState, slice model.Slice) ([]SeenCheckIn, error) {
	n, err := s.nodeFor(ctx, by, node, model.AcceptCheckIns, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	rows, err := model.CheckInsUnder(s.DB.Read(ctx), n.Path, state, slice)
	if err != nil {
		return nil, err
	}
	return s.withRegistered(ctx, by, rows)
}

// CheckInReceipt gives one check-in with its receipt to the two who hold it: the person, and the
// community. For anybody else there is none.
func (s *Service) CheckInReceipt(ctx context.Context, by model.Actor, id int64) (SeenCheckIn, error) {
	c, err := model.ListedCheckInByID(s.DB.Read(ctx), id)
	if err == nil && c.PersonID != by.PersonID && !by.May(model.AcceptCheckIns, c.CommunityPath, s.now()) {
		err = model.ErrCheckInNotFound
	}
	if err != nil {
		return SeenCheckIn{}, err
	}
	seen, err := s.withRegistered(ctx, by, []model.ListedCheckIn{c})
	if err != nil {
		return SeenCheckIn{}, err
	}
	return seen[0], nil
}

// withRegistered adds what the roster says of those about whom the actor decides.
func (s *Service) withRegistered(ctx context.Context, by model.Actor, rows []model.ListedCheckIn) ([]SeenCheckIn, error) {
	people := make([]int64, len(rows))
	for i, c := range rows {
		people[i] = c.PersonID
	}
	registered, err := model.MembershipsOf(s.DB.Read(ctx), people)
	seen := make([]SeenCheckIn, len(rows))
	for i, c := range rows {
		seen[i].ListedCheckIn = c
		may := by.May(model.AcceptCheckIns, c.CommunityPath, s.now()) && by.May(model.CountMembers, c.CommunityPath, s.now())
		if m, ok := registered[c.PersonID]; ok && may && c.LivesHere() && c.PersonID != by.PersonID {
			seen[i].Registered = &m
		}
	}
	return seen, err
}

// VerifyReceipt gives the check-in that a receipt stands for; ok is false when number and code do not
// belong together. An unknown number and a wrong code are not told apart.
func (s *Service) VerifyReceipt(ctx context.Context, number, code string) (c model.ListedCheckIn, ok bool, err error) {
	c, err = model.CheckInByReceipt(s.DB.Read(ctx), number)
	if errors.Is(err, model.ErrCheckInNotFound) {
		return c, false, nil
	}
	return c, err == nil && c.Proves(code), err
}

// CheckInCounts is how many in-service members have checked in below a node, and where from.
type CheckInCounts struct {
	Pending, Accepted int64
	Communities       []model.CountedCheckIns
	WorkUnits         []model.CountedCheckIns
}

// CountCheckIns counts the open check-ins below a node by community and by work unit.
func (s *Service) CountCheckIns(ctx context.Context, by model.Actor, node int64) (CheckInCounts, error) {
	var c CheckInCounts
	n, err := s.nodeFor(ctx, by, node, model.CountCheckIns, model.ErrNodeNotFound)
	if err != nil {
		return c, err
	}
	h := s.DB.Read(ctx)
	if c.Communities, err = model.CheckInsByCommunity(h, n.Path); err != nil {
		return c, err
	}
	for _, community := range c.Communities {
		c.Pending, c.Accepted = c.Pending+community.Pending, c.Accepted+community.Accepted
	}
	c.WorkUnits, err = model.CheckInsByWorkUnit(h, n.Path)
	return c, err
}
