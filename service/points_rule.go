package service

import (
	"context"
	"fmt"
	"time"

	"danyuan/model"
)

// RuleTerms are what a points rule says; Kind "" is every kind of service without a rule of its own.
type RuleTerms struct {
	Kind       string
	PerHour    int64
	CapPoints  int64
	CapMinutes int64
	From       string // a Beijing day, YYYY-MM-DD
}

// MakePointsRule makes a rule for a district, from the beginning of a day to come. What was earned
// before, and service before that day, keeps the rule that it had. Refusals: node.not_found outside the
// actor's scope and for what is no district, hours.unknown_kind, points_rule.not_in_future,
// points_rule.date_taken.
func (s *Service) MakePointsRule(ctx context.Context, cmd Command, district int64, terms RuleTerms) (model.PointsRule, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.PointsRule, error) {
		none := model.PointsRule{}
		n, err := t.lockNode(district, model.MakePointsRules, model.ErrNodeNotFound)
		if err == nil && n.Kind != model.District {
			err = model.ErrNodeNotFound
		}
		if err != nil {
			return none, err
		}
		if terms.Kind != "" {
			if err := model.NeedServiceKind(t.DB, terms.Kind); err != nil {
				return none, err
			}
		}
		from, err := time.ParseInLocation(time.DateOnly, terms.From, model.Beijing)
		if err != nil || !from.After(t.now) {
			return none, model.ErrRulePast
		}
		r := model.PointsRule{
			DistrictID: n.ID, Kind: terms.Kind, PerHour: terms.PerHour, CapPoints: terms.CapPoints, CapMinutes: terms.CapMinutes,
			StartsAt: from.UTC(), MadeByID: t.by.PersonID, MadeAt: t.now,
		}
		if err := model.AddPointsRule(t.DB, &r); err != nil {
			return none, err
		}
		detail := fmt.Sprintf("%s: %d an hour, at most %d points and %d minutes a day, from %s", r.Kind, r.PerHour, r.CapPoints, r.CapMinutes, terms.From)
		return r, t.audit("points_rule.make", n.ID, "points_rule", r.ID, detail)
	})
}

// WithdrawPointsRule takes back a rule that has not begun. Refusals: points_rule.not_found outside the
// actor's scope and for the rule that was there from the start, points_rule.begun.
func (s *Service) WithdrawPointsRule(ctx context.Context, cmd Command, id int64) (model.PointsRule, error) {
	found, err := model.PointsRuleByID(s.DB.Read(ctx), id)
	if err != nil {
		return found, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.PointsRule, error) {
		if _, err := t.lockNode(found.DistrictID, model.MakePointsRules, model.ErrRuleNotFound); err != nil {
			return model.PointsRule{}, err
		}
		if err := model.WithdrawPointsRule(t.DB, &found, t.by.PersonID, t.now); err != nil {
			return found, err
		}
		return found, t.audit("points_rule.withdraw", found.DistrictID, "points_rule", id, "")
	})
}

// PointsRulesOf lists the rules of a district, the newest first, with those for everywhere and those
// that were withdrawn.
func (s *Service) PointsRulesOf(ctx context.Context, by model.Actor, district int64, slice model.Slice) ([]model.PointsRule, error) {
	n, err := s.nodeFor(ctx, by, district, model.MakePointsRules, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.PointsRulesOf(s.DB.Read(ctx), n.ID, slice)
}
