package service

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"danyuan/model"
)

// AllMatterCategories gives every category, ended ones too, and the limits of those that have none of
// their own. Categories belong to no place: every district shares them.
func (s *Service) AllMatterCategories(ctx context.Context, by model.Actor) ([]model.MatterCategory, []model.MatterLimit, error) {
	if !by.Holds(model.ManageCategories, s.now()) {
		return nil, nil, model.ErrNotAllowed
	}
	h := s.DB.Read(ctx)
	all, errC := model.MatterCategories(h, true)
	common, errL := model.CommonMatterLimits(h)
	return all, common, errors.Join(errC, errL)
}

// CategoryTerms are what a category is to be; the options of each question stand beside it.
type CategoryTerms struct {
	model.MatterCategory
	Options [][]string
}

func (c CategoryTerms) clean() (model.MatterCategory, error) {
	m := c.MatterCategory
	var errN, errH error
	m.Name, errN = model.NeedText("body.name", m.Name, model.MaxCategoryName, false)
	m.Hint, errH = model.CleanText("body.hint", m.Hint, model.MaxCategoryHint, false)
	if err := errors.Join(errN, errH); err != nil {
		return m, err
	}
	for i := range m.Questions {
		q := &m.Questions[i]
		var errW, errA, errS error
		q.Words, errW = model.NeedText("body.questions.words", q.Words, model.MaxQuestionWords, false)
		q.StopsAt, errA = model.CleanText("body.questions.stops_at", q.StopsAt, model.MaxOption, false)
		q.StopWords, errS = model.CleanText("body.questions.stop_words", q.StopWords, model.MaxStopWords, false)
		if err := errors.Join(errW, errA, errS); err != nil {
			return m, err
		}
		for j, o := range c.Options[i] {
			var err error
			if c.Options[i][j], err = model.NeedText("body.questions.choices", o, model.MaxOption, false); err != nil {
				return m, err
			}
		}
		if err := q.Choose(c.Options[i]); err != nil {
			return m, err
		}
	}
	return m, m.Check()
}

// ChangeMatterCategory makes a category, or changes the one of its code; whether it has ended stays.
// Nothing that is reported changes: answers are kept in the words of then, and what was reported while the
// category was not shared is never offered to neighbours. Refusals: matter_category.code_invalid,
// matter_category.question_place, .question_options, .question_stop, and those of texts.
func (s *Service) ChangeMatterCategory(ctx context.Context, cmd Command, terms CategoryTerms) (model.MatterCategory, error) {
	c, err := terms.clean()
	if err != nil {
		return c, err
	}
	detail := fmt.Sprintf("%s, shared: %t, place %d, %d questions", c.Name, c.Shared, c.Place, len(c.Questions))
	return s.onCategories(ctx, cmd, "matter_category.change", c.Code, detail, func(t *tx) error {
		return model.StoreMatterCategory(t.DB, c, t.now)
	})
}

// EndMatterCategory lets a category take no more reports; what is reported goes on. Refusals:
// matter_category.not_found, matter_category.ended_already, matter_category.last_open.
func (s *Service) EndMatterCategory(ctx context.Context, cmd Command, code string) (model.MatterCategory, error) {
	return s.onCategories(ctx, cmd, "matter_category.end", code, "", func(t *tx) error {
		c, err := model.MatterCategoryByCode(t.DB, code)
		if err != nil {
			return err
		}
		return model.EndMatterCategory(t.DB, c, t.now)
	})
}

// BeginMatterCategory lets a category take reports again. Refusals: matter_category.not_found,
// matter_category.open_already.
func (s *Service) BeginMatterCategory(ctx context.Context, cmd Command, code string) (model.MatterCategory, error) {
	return s.onCategories(ctx, cmd, "matter_category.begin", code, "", func(t *tx) error {
		if _, err := model.MatterCategoryByCode(t.DB, code); err != nil {
			return err
		}
		return model.BeginMatterCategory(t.DB, code)
	})
}

// onCategories changes categories under their lock, and gives the one that it is about as it is then.
func (s *Service) onCategories(ctx context.Context, cmd Command, action, code, detail string, do func(t *tx) error) (model.MatterCategory, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.MatterCategory, error) {
		if err := t.lockCategories(); err != nil {
			return model.MatterCategory{}, err
		}
		if err := do(t); err != nil {
			return model.MatterCategory{}, err
		}
		c, err := model.MatterCategoryByCode(t.DB, code)
		if err != nil {
			return c, err
		}
		return c, t.audit(action, t.seatOf(model.ManageCategories), "matter_category", 0, strings.TrimSuffix(code+": "+detail, ": "))
	})
}

// ChangeMatterLimit gives a step other hours for a category, "" for every category without a limit of its
// own. A limit that runs keeps the time that it was given. Refusals: matter.unknown_category.
func (s *Service) ChangeMatterLimit(ctx context.Context, cmd Command, l model.MatterLimit) (model.MatterLimit, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.MatterLimit, error) {
		if err := t.lockCategories(); err != nil {
			return l, err
		}
		if l.Category != "" {
			if err := t.knownCategory(l.Category); err != nil {
				return l, err
			}
		}
		if err := model.SetMatterLimit(t.DB, l); err != nil {
			return l, err
		}
		detail := fmt.Sprintf("%q at %s: accept in %d hours, resolve in %d", l.Category, l.Step, l.AcceptHours, l.ResolveHours)
		return l, t.audit("matter_limit.change", t.seatOf(model.ManageCategories), "matter_limit", 0, detail)
	})
}

// DropMatterLimit takes a category's own hours at a step away, and gives the common ones, which count from then on. A
// limit that runs keeps the time that it was given. Refusals: matter.unknown_category, matter_limit.not_its_own.
func (s *Service) DropMatterLimit(ctx context.Context, cmd Command, category string, step model.Step) (model.MatterLimit, error) {
	return inTx(ctx, s, cmd, func(t *tx) (model.MatterLimit, error) {
		if err := t.lockCategories(); err != nil {
			return model.MatterLimit{}, err
		}
		if err := t.knownCategory(category); err != nil {
			return model.MatterLimit{}, err
		}
		if err := model.DropMatterLimit(t.DB, category, step); err != nil {
			return model.MatterLimit{}, err
		}
		l, err := model.MatterLimitOf(t.DB, "", step)
		if err != nil {
			return l, err
		}
		return l, t.audit("matter_limit.drop", t.seatOf(model.ManageCategories), "matter_limit", 0, fmt.Sprintf("%q at %s", category, step))
	})
}

// knownCategory refuses a code that no category has.
func (t *tx) knownCategory(code string) error {
	_, err := model.MatterCategoryByCode(t.DB, code)
	if errors.Is(err, model.ErrCategoryNotFound) {
		err = model.ErrMatterCategory
	}
	return err
}

func (t *tx) lockCategories() error {
	if err := model.LockCategories(t.DB); err != nil {
		return err
	}
	if !t.by.Holds(model.ManageCategories, t.now) {
		return model.ErrNotAllowed
	}
	return nil
}

// seatOf gives the node where the actor holds the role that allows an action: where a thing of no place is
// entered in the log.
func (t *tx) seatOf(action model.Action) int64 {
	for _, g := range t.by.Grants {
		if g.Active(t.now) && action.AllowedTo(g.Role) {
			return g.NodeID
		}
	}
	return 0
}
