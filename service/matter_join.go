package service

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"danyuan/model"
)

// offeredSimilar is how many similar matters somebody is offered to join.
const offeredSimilar = 5

// SimilarMatters gives open matters of the asker's grid that say much of the same as they are about to
// report, as a neighbour may know them. Refusals: matter.no_home, matter.unknown_category.
func (s *Service) SimilarMatters(ctx context.Context, by model.Actor, category, words string) ([]model.ListedMatter, error) {
	words, err := model.CleanText("body.words", words, model.MaxMatterWords, true)
	if err != nil {
		return nil, err
	}
	h := s.DB.Read(ctx)
	grid, err := gridOf(h, by)
	if err != nil {
		return nil, err
	}
	c, err := model.MatterCategoryFor(h, category)
	if err != nil {
		return nil, err
	}
	near, err := model.SimilarMatters(h, grid, by.PersonID, c, words, offeredSimilar)
	for i := range near {
		near[i] = asNeighbour(near[i])
	}
	return near, err
}

// JoinMatter makes the actor one who joined a matter of their grid: they get every answer. Refusals:
// matter.not_found for what was not offered to them.
func (s *Service) JoinMatter(ctx context.Context, cmd Command, id int64) (MatterRecord, error) {
	r, err := inTx(ctx, s, cmd, func(t *tx) (MatterRecord, error) {
		var none MatterRecord
		m, err := model.LockMatter(t.DB, id)
		if err != nil {
			return none, err
		}
		grid, err := gridOf(t.DB, t.by)
		if errors.Is(err, model.ErrMatterNoHome) {
			return none, model.ErrMatterNotFound
		}
		if err != nil {
			return none, err
		}
		c, err := model.MatterCategoryFor(t.DB, m.Category)
		if err != nil || m.GridID != grid || !m.JoinableBy(t.by.PersonID, c) {
			return none, model.ErrMatterNotFound
		}
		if err := model.JoinMatter(t.DB, m, t.by.PersonID, t.now); err != nil {
			return none, err
		}
		if err := t.auditMatter("matter.join", m, ""); err != nil {
			return none, err
		}
		listed, err := model.ListedMatterByID(t.DB, id)
		if err != nil {
			return none, err
		}
		return readMatter(t.DB, t.by, listed, SeenByJoiner, t.now)
	})
	return r, s.matterAgain(ctx, cmd, id, err)
}

// LeaveMatter ends it. Refusals: matter.not_found for who has not joined.
func (s *Service) LeaveMatter(ctx context.Context, cmd Command, id int64) (struct{}, error) {
	return inTx(ctx, s, cmd, func(t *tx) (struct{}, error) {
		var none struct{}
		m, err := model.LockMatter(t.DB, id)
		if err != nil {
			return none, err
		}
		joined, err := model.HasJoined(t.DB, id, t.by.PersonID)
		switch {
		case err != nil:
			return none, err
		case !joined:
			return none, model.ErrMatterNotFound
		}
		if err := model.LeaveMatter(t.DB, m, t.by.PersonID, t.now); err != nil {
			return none, err
		}
		return none, t.auditMatter("matter.leave", m, "")
	})
}

// gridOf gives the grid where an actor lives.
func gridOf(h *gorm.DB, by model.Actor) (int64, error) {
	places, err := model.PlacesOf(h, by.NodeID)
	if err == nil && places[by.NodeID].GridID == 0 {
		err = model.ErrMatterNoHome
	}
	return places[by.NodeID].GridID, err
}
