package service

import (
	"context"
	"time"

	"danyuan/model"
	"danyuan/service/ledger"
)

// MyPoints is what somebody has earned, and by which rules.
type MyPoints struct {
	Balance int64
	Total   model.HoursTotal
	Rules   PointsRules
}

// MyPoints gives the actor's points and hours.
func (s *Service) MyPoints(ctx context.Context, by model.Actor) (MyPoints, error) {
	var p MyPoints
	h := s.DB.Read(ctx)
	var err error
	if p.Balance, err = model.BalanceOf(h, string(ledger.PersonPoints(by.PersonID))); err != nil {
		return p, err
	}
	if p.Total, err = model.TotalHours(h, by.PersonID); err != nil {
		return p, err
	}
	p.Rules, err = s.MyPointsRules(ctx, by)
	return p, err
}

// MyStatement lists what has changed the actor's points, the newest first.
func (s *Service) MyStatement(ctx context.Context, by model.Actor, slice model.Slice) ([]model.StatementLine, error) {
	return model.Statement(s.DB.Read(ctx), string(ledger.PersonPoints(by.PersonID)), slice)
}

// PointsRules are the rules of a district that run, and those that will.
type PointsRules struct {
	Running []model.PointsRule
	Coming  []model.PointsRule
}

// MyPointsRules gives the rules of where the actor belongs.
func (s *Service) MyPointsRules(ctx context.Context, by model.Actor) (PointsRules, error) {
	h := s.DB.Read(ctx)
	var district int64
	if by.NodeID != 0 {
		places, err := model.PlacesOf(h, by.NodeID)
		if err != nil {
			return PointsRules{}, err
		}
		district = places[by.NodeID].DistrictID
	}
	book, err := model.Rules(h, district)
	if err != nil {
		return PointsRules{}, err
	}
	kinds, err := model.ServiceKinds(h)
	if err != nil {
		return PointsRules{}, err
	}
	return rulesAt(book, district, kinds, s.now()), nil
}

func rulesAt(book model.RuleBook, district int64, kinds []model.ServiceKind, now time.Time) PointsRules {
	general := book.At(district, "", now)
	out := PointsRules{Running: []model.PointsRule{general}}
	for _, k := range kinds {
		if r := book.At(district, k.Code, now); r.ID != general.ID {
			out.Running = append(out.Running, r)
		}
	}
	for _, r := range book {
		if !r.Begun(now) {
			out.Coming = append(out.Coming, r)
		}
	}
	return out
}

// ServiceKinds lists the kinds of service.
func (s *Service) ServiceKinds(ctx context.Context) ([]model.ServiceKind, error) {
	return model.ServiceKinds(s.DB.Read(ctx))
}
