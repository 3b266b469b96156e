package service

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"

	"danyuan/fault"
	"danyuan/model"
)

// The jobs about a matter's words.
const (
	checkMatter = "check_matter" // asks WeChat whether they may be shown to neighbours
	chaseWords  = "chase_words"  // asks a person where WeChat has not answered for days
)

// whyNoAnswer is why a person is asked about words that WeChat has not answered for.
const whyNoAnswer = "matter.unanswered"

// checkMatter asks WeChat about a matter's words and place. What is shown to neighbours waits for that, and
// nothing else does. WeChat being down is tried again like every job; what it refuses for good, a person
// looks at, and so does one at words that it takes for politics, whatever it suggests.
func (s *Service) checkMatter(ctx context.Context, id int64) error {
	m, err := model.MatterByID(s.DB.Read(ctx), id)
	if errors.Is(err, model.ErrMatterNotFound) {
		return &settled{err}
	}
	if err != nil || m.CheckState != model.FilePending {
		return err
	}
	u, err := model.UserByID(s.DB.Read(ctx), m.UserID)
	if errors.Is(err, model.ErrUserNotFound) {
		return s.matterChecked(ctx, m, model.FileReview, 0, model.ErrUserNotFound.Code)
	}
	if err != nil {
		return err
	}
	suggest, label, err := s.Outlets.CheckText(ctx, u.OpenID, strings.TrimSpace(m.Words+"\n"+m.Place))
	switch {
	case err != nil && final(err):
		s.Log.WarnContext(ctx, "WeChat will not look at a matter's words", slog.Int64("matter", id), slog.String("error", err.Error()))
		return s.matterChecked(ctx, m, model.FileReview, 0, fault.CodeOf(err))
	case err != nil:
		return err
	}
	next := model.AfterTextCheck(suggest, int64(label))
	if next == "" {
		return s.matterChecked(ctx, m, model.FileReview, int64(label), whyNoAnswer)
	}
	return s.matterChecked(ctx, m, next, int64(label), "")
}

// matterChecked writes what became of words that were looked at. If others are shown by now, they have a
// job of their own.
func (s *Service) matterChecked(ctx context.Context, looked model.Matter, next model.FileState, label int64, why string) error {
	_, err := inLane(ctx, s, jobLane, holding{}, Command{}, func(t *tx) (struct{}, error) {
		var none struct{}
		m, err := model.LockMatter(t.DB, looked.ID)
		if err != nil || m.Words != looked.Words || m.Place != looked.Place || m.UserID != looked.UserID {
			return none, err
		}
		did, err := model.CheckMatter(t.DB, &m, next, label, why, t.now)
		if err != nil || !did {
			return none, err
		}
		if why == "" {
			why = "wechat:" + strconv.FormatInt(label, 10)
		}
		return none, t.wordsMoved(m, why)
	})
	return err
}

// wordsMoved tells and records what has become of a matter's words.
func (t *tx) wordsMoved(m model.Matter, detail string) error {
	var err error
	switch m.CheckState {
	case model.FileReview:
		err = t.tellWordReviewers(m)
	case model.FileRejected:
		err = t.tellRejected(m)
	case model.FilePending, model.FilePassed:
	}
	if err != nil {
		return err
	}
	return t.auditMatter("matter.words_"+string(m.CheckState), m, detail)
}

// chaseWords is the duty that leaves no words pending: where WeChat has not answered for two days, a
// person is asked.
func (s *Service) chaseWords(ctx context.Context, _ int64) error {
	return eachDue(func() ([]int64, error) {
		return model.UncheckedMatters(s.DB.Read(ctx), s.now().Add(-mostPending), chasedAtOnce)
	}, func(id int64) error {
		m, err := model.MatterByID(s.DB.Read(ctx), id)
		if err != nil {
			return err
		}
		return s.matterChecked(ctx, m, model.FileReview, 0, whyNoAnswer)
	})
}
