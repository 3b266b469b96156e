package service

import (
	"context"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// MyMatters lists what the actor has reported, the newest first.
func (s *Service) MyMatters(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedMatter, error) {
	return model.MattersOf(s.DB.Read(ctx), by.PersonID, slice)
}

// JoinedMatters lists what the actor has joined, the newest first, as a neighbour may know it.
func (s *Service) JoinedMatters(ctx context.Context, by model.Actor, slice model.Slice) ([]model.ListedMatter, error) {
	all, err := model.MattersJoined(s.DB.Read(ctx), by.PersonID, slice)
	for i := range all {
		all[i] = asNeighbour(all[i])
	}
	return all, err
}

// MatterCategories gives the categories that take reports.
func (s *Service) MatterCategories(ctx context.Context) ([]model.MatterCategory, error) {
	return model.MatterCategories(s.DB.Read(ctx), false)
}

// MatterQuery is which matters of an area are wanted; zero values want all. Days are Beijing's, both included.
type MatterQuery struct {
	Text     string
	State    model.MatterState
	Open     *bool
	Step     model.Step
	Category string
	Overdue  bool
	Urgent   bool
	From     string // YYYY-MM-DD
	Until    string
}

// AreaMatters lists the matters of a unit, a grid or a community over which the actor works on them, the newest
// first. next is what the next page comes after: a page can be short although there is one. Refusals:
// node.not_found; matter.search_too_short; matter.days_invalid.
func (s *Service) AreaMatters(ctx context.Context, by model.Actor, node int64, want MatterQuery, slice model.Slice) (rows []model.ListedMatter, next int64, err error) {
	h := s.DB.Read(ctx)
	_, area, err := matterArea(h, by, node, s.now())
	if err != nil {
		return nil, 0, err
	}
	f, err := want.filter(area, s.now())
	if err != nil {
		return nil, 0, err
	}
	return model.MattersIn(h, f, slice)
}

func (q MatterQuery) filter(area model.MatterArea, now time.Time) (model.MatterFilter, error) {
	f := model.MatterFilter{
		MatterArea: area, State: q.State, Open: q.Open, Step: q.Step, Category: q.Category, Overdue: q.Overdue, Urgent: q.Urgent, Now: now,
	}
	var err error
	if f.Text, err = model.CleanText("query.q", q.Text, model.MaxMatterSearch, false); err != nil {
		return f, err
	}
	f.From, f.Until, err = model.MatterDays(q.From, q.Until)
	return f, err
}

// aboveChief are the roles that work on every matter of their place.
func aboveChief() (roles []model.Role) {
	for _, step := range model.Steps[model.ChiefStep.Level()+1:] {
		roles = append(roles, step.Roles...)
	}
	return roles
}

// matterArea gives a node as an area over whose matters the actor works, and what of them the actor may know;
// node.not_found for any other. Who is only given some of a grid's matters works over no area.
func matterArea(h *gorm.DB, by model.Actor, node int64, now time.Time) (model.Place, model.MatterArea, error) {
	places, err := model.PlacesOf(h, node)
	place := places[node]
	a := model.MatterArea{Kind: place.Kind, NodeID: node, CommunityID: place.CommunityID, HiddenAt: by.Led(now)}
	switch {
	case err != nil:
	case place.Kind != model.Unit && place.Kind != model.Grid && place.Kind != model.Community:
		err = model.ErrNodeNotFound
	case by.HoldsRole(place.Path, now, aboveChief()...):
	case place.Kind == model.Unit && by.HoldsRole(place.Path, now, model.UnitChief):
		a.Chief = by.PersonID
	default:
		err = model.ErrNodeNotFound
	}
	return place, a, err
}
