package service

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"danyuan/model"
)

// Audience says what somebody may know of a unit.
type Audience string

// The audiences: anyone who scans; who lives in the unit; an officer whose role reaches it and who
// may know its members.
const (
	PasserBy  Audience = "passer_by"
	Neighbour Audience = "neighbour"
	OfficerOf Audience = "officer"
)

type pageKey struct {
	unit     int64
	audience Audience
}

// Page is the unit page as one audience may see it.
type Page struct {
	Unit      model.Node
	Above     []model.Node // from the district down to what holds the unit
	Audience  Audience
	Chief     *model.Officer
	Secretary *model.Officer
	Members   []model.ShownMember
	Next      []model.Activity // not over yet, here and above
	Counts    *UnitCounts      // officers only
}

// UnitCounts is what a chief wants to know at a glance.
type UnitCounts struct {
	Members         int // Party members living in the unit
	Showing         int // of them, those who show identity anywhere
	NotYet          int // of them, those who do not
	PendingBindings int64
	PendingPlaques  int64
}

// Rendered is a page as it goes out, with the tag by which a client knows that it is unchanged.
type Rendered struct {
	Bytes []byte
	ETag  []string // one value, in the form in which a header is written
}

// UnitPage gives the page that a unit code opens, as the actor may see it. render runs once for each
// audience and change, not for each request.
func (s *Service) UnitPage(ctx context.Context, by model.Actor, code string, render func(Page) (Rendered, error)) (Rendered, error) {
	unit, err := s.unitOfCode(ctx, code)
	if err != nil {
		return Rendered{}, err
	}
	audience := s.audienceOf(by, unit)
	return s.pages.Get(ctx, pageKey{unit.ID, audience}, func(ctx context.Context) (Rendered, []string, error) {
		page, err := s.loadPage(ctx, unit, audience)
		if err != nil {
			return Rendered{}, nil, err
		}
		out, err := render(page)
		return out, model.NodeTopics(page.Unit.Path), err
	})
}

func (s *Service) audienceOf(by model.Actor, unit model.Node) Audience {
	switch {
	case by.May(model.CountMembers, unit.Path, s.now()):
		return OfficerOf
	case by.UnitID == unit.ID:
		return Neighbour
	}
	return PasserBy
}

// unitOfCode gives the unit that a valid unit code stands for.
func (s *Service) unitOfCode(ctx context.Context, code string) (model.Node, error) {
	return s.codes.Get(ctx, code, func(ctx context.Context) (model.Node, []string, error) {
		h := s.DB.Read(ctx)
		c, err := model.CodeByText(h, code)
		if err != nil {
			return model.Node{}, nil, err
		}
		if c.RevokedAt != nil {
			return model.Node{}, nil, model.ErrCodeRevoked
		}
		if c.Kind != model.UnitCode {
			return model.Node{}, nil, model.ErrCodeUnknown
		}
		unit, err := model.ActiveNode(h, c.NodeID)
		return unit, model.NodeTopics(unit.Path), err
	})
}

func (s *Service) loadPage(ctx context.Context, unit model.Node, audience Audience) (Page, error) {
	h, now := s.DB.Read(ctx), s.now()
	unit, above, err := whereIs(h, unit)
	page := Page{Unit: unit, Above: above, Audience: audience}
	if err != nil {
		return page, err
	}
	officers, err := model.OfficersAt(h, model.PathIDs(unit.Path), now, model.UnitChief, model.BranchSecretary)
	if err != nil {
		return page, err
	}
	for _, o := range officers {
		if o.Role == model.UnitChief {
			page.Chief = &o
		} else {
			page.Secretary = &o
		}
	}
	if page.Next, err = s.nextActivities(ctx, unit, now); err != nil {
		return page, err
	}
	if page.Members, err = model.ShownOnPage(h, unit.ID); err != nil || audience != OfficerOf {
		return page, err
	}
	page.Counts, err = s.countUnit(ctx, unit)
	return page, err
}

// whereIs gives a unit as it is now, with what holds it: it may have moved since it was looked up by its code.
func whereIs(h *gorm.DB, unit model.Node) (now model.Node, above []model.Node, err error) {
	nodes, err := model.NodesOnPath(h, unit.Path)
	if err != nil {
		return unit, nil, err
	}
	itself := func(n model.Node) bool { return n.ID == unit.ID }
	i := slices.IndexFunc(nodes, itself)
	if i < 0 {
		return unit, nil, model.ErrNodeNotFound
	}
	if now = nodes[i]; now.Path != unit.Path {
		return whereIs(h, now)
	}
	return now, slices.DeleteFunc(nodes, itself), nil
}

// countUnit gives what the chief of a unit wants to know.
func (s *Service) countUnit(ctx context.Context, unit model.Node) (*UnitCounts, error) {
	t, err := s.tallyOf(ctx, unit)
	if err != nil {
		return nil, err
	}
	h := s.DB.Read(ctx)
	c := &UnitCounts{Members: t.members, Showing: t.showing, NotYet: t.members - t.showing}
	if c.PendingBindings, err = model.CountPendingBindings(h, unit.ID); err != nil {
		return nil, err
	}
	c.PendingPlaques, err = model.CountPendingPlaques(h, unit.ID)
	return c, err
}
