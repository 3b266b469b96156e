package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"time"

	"danyuan/fault"
	"danyuan/model"
)

// How long WeChat may take for an answer, how often a photo is offered, and how long it may stay pending
// for whatever reason before a person is asked.
const (
	answerTime   = 30 * time.Minute
	mostOffers   = 3
	mostPending  = 48 * time.Hour
	chasedAtOnce = 200
)

// checkLinkLasts is longer than WeChat takes: it loads the picture when it comes to it.
const checkLinkLasts = 40 * time.Minute

// Why a person is asked about a photo.
const (
	whyNoCheck    = "file.no_check"   // no address or callback is configured by which WeChat could look and answer
	whyUnanswered = "file.unanswered" // WeChat was asked often enough
)

// offerPhoto offers a photo to WeChat's check. WeChat looks at it by a link that nobody can guess; the
// answer comes as an event, at best before this job is done. WeChat being down is tried again like
// every job; what it refuses for good, a person looks at.
func (s *Service) offerPhoto(ctx context.Context, id int64) error {
	f, err := model.FileByID(s.DB.Read(ctx), id)
	if errors.Is(err, model.ErrFileNotFound) {
		return &settled{err}
	}
	if err != nil || f.State != model.FilePending || f.Withheld() {
		return err
	}
	switch {
	case s.PublicURL == "" || s.Callbacks == nil:
		return s.askPerson(ctx, f, whyNoCheck)
	case f.Offers >= mostOffers:
		return s.askPerson(ctx, f, whyUnanswered)
	}
	u, err := model.UserByID(s.DB.Read(ctx), f.UserID)
	if errors.Is(err, model.ErrUserNotFound) {
		return s.askPerson(ctx, f, model.ErrUserNotFound.Code)
	}
	if err != nil {
		return err
	}
	link := model.PhotoLink{File: f.ID, Size: model.WholePhoto, Early: true, Until: s.now().Add(checkLinkLasts)}
	trace, err := s.Outlets.CheckPhoto(ctx, u.OpenID, s.PublicURL+PhotoPath+link.Text(s.DB.Keys()))
	switch {
	case err != nil && final(err):
		s.Log.WarnContext(ctx, "WeChat will not look at a photo", slog.Int64("file", f.ID), slog.String("error", err.Error()))
		return s.askPerson(ctx, f, fault.CodeOf(err))
	case err != nil:
		return err
	case !traceForm.MatchString(trace):
		return s.askPerson(ctx, f, whyUnanswered)
	}
	return s.offered(ctx, f.ID, trace)
}

// PhotoPath is where api shows pictures, before the signed link.
const PhotoPath = "/v1/photos/"

var traceForm = regexp.MustCompile(`^[0-9A-Za-z._-]{1,128}$`)

// offered writes down under which trace a photo was offered, and acts on an answer that was faster.
func (s *Service) offered(ctx context.Context, file int64, trace string) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		c, err := model.AddOffer(t.DB, file, trace, t.now)
		if err != nil || c.Answer == "" {
			return struct{}{}, err
		}
		return struct{}{}, t.takeAnswer(c)
	})
	return err
}

// askPerson makes a pending photo wait for a person.
func (s *Service) askPerson(ctx context.Context, f model.File, why string) error {
	_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
		var none struct{}
		now, err := model.LockFile(t.DB, f.ID)
		if errors.Is(err, model.ErrFileNotFound) || err == nil && now.State != model.FilePending {
			return none, nil
		}
		if err != nil {
			return none, err
		}
		if err := model.AskPerson(t.DB, &now, why); err != nil {
			return none, err
		}
		return none, t.fileMoved(now, why)
	})
	return err
}

// mediaChecked is WeChat's word for the event with an answer.
const mediaChecked = "wxa_media_check"

// takeCheck takes WeChat's answer about a photo, also when it comes before we have written down what we
// asked. A check that failed by itself says nothing: the photo is offered again in its time.
func (t *tx) takeCheck(e CallbackEvent) error {
	if !traceForm.MatchString(e.TraceID) || e.Suggest != model.AnswerPass && e.Suggest != model.AnswerReview && e.Suggest != model.AnswerRisky {
		return nil
	}
	c, err := model.AddAnswer(t.DB, e.TraceID, e.Suggest, int64(e.Label), t.now)
	if err != nil || c.FileID == 0 {
		return err
	}
	return t.takeAnswer(c)
}

// takeAnswer acts on a check of which both halves are there.
func (t *tx) takeAnswer(c model.FileCheck) error {
	f, err := model.LockFile(t.DB, c.FileID)
	if errors.Is(err, model.ErrFileNotFound) {
		return nil // it was loose too long
	}
	if err != nil {
		return err
	}
	moved, err := model.AnswerFile(t.DB, &f, c.Answer, c.Label, t.now)
	if err != nil || !moved {
		return err
	}
	return t.fileMoved(f, "wechat:"+strconv.FormatInt(c.Label, 10))
}

// fileMoved tells and records what has become of a photo.
func (t *tx) fileMoved(f model.File, detail string) error {
	if err := t.tellReviewers(f); err != nil {
		return err
	}
	if f.State == model.FileRejected {
		body := "您上传的一张照片没有通过内容审核，不会展示；您的记录不受影响。"
		if f.DecidedByID != 0 {
			body = "您上传的一张照片没有通过审核，不会展示，原因：" + f.Reason + "。您的记录不受影响。"
		}
		if err := t.notify(f.UploaderID, NoticePhoto, "一张照片没有通过审核", body, pageMine, fmt.Sprintf("file:%d:%s", f.ID, f.State)); err != nil {
			return err
		}
	}
	return t.audit("file."+string(f.State), f.NodeID, "file", f.ID, detail)
}

// chasePhotos is the duty that leaves no photo pending: one that got no answer is offered again, a
// bounded number of times, and then a person is asked.
func (s *Service) chasePhotos(ctx context.Context, _ int64) error {
	now := s.now()
	waiting, err := model.UnansweredFiles(s.DB.Read(ctx), now.Add(-answerTime), now.Add(-mostPending), chasedAtOnce)
	if err != nil {
		return err
	}
	var failed error // one that can't be seen to keeps none behind it waiting
	for _, f := range waiting {
		if f.Offers >= mostOffers || f.CreatedAt.Before(now.Add(-mostPending)) {
			failed = errors.Join(failed, s.askPerson(ctx, f, whyUnanswered))
			continue
		}
		_, err := inTx(ctx, s, Command{}, func(t *tx) (struct{}, error) {
			anew, err := model.OfferAnew(t.DB, f)
			if err != nil || !anew {
				return struct{}{}, err
			}
			return struct{}{}, t.owe(offerPhoto, f.ID, fmt.Sprintf("%s:%d:%d", offerPhoto, f.ID, f.Offers), t.now)
		})
		failed = errors.Join(failed, err)
	}
	return failed
}
