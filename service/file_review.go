package service

import (
	"context"
	"fmt"

	"danyuan/model"
)

// NoticePhoto is the kind of notice about what has become of a photo.
const NoticePhoto = "photo"

const pagePhotoReviews = "staff/photo-reviews/index"

// PhotoReviews lists the photos of a subtree that wait for a person, the oldest first.
func (s *Service) PhotoReviews(ctx context.Context, by model.Actor, node int64, part model.Slice) ([]model.ReviewedFile, error) {
	n, err := s.nodeFor(ctx, by, node, model.ReviewPhotos, model.ErrNodeNotFound)
	if err != nil {
		return nil, err
	}
	return model.FilesInReview(s.DB.Read(ctx), n.Path, by, s.now(), part)
}

// PassPhoto lets a photo be shown. Refusals, also of RejectPhoto: file.not_found outside the actor's
// scope, file.own, file.not_in_review.
func (s *Service) PassPhoto(ctx context.Context, cmd Command, id int64) (model.File, error) {
	return s.decidePhoto(ctx, cmd, id, model.FilePassed, "")
}

// RejectPhoto keeps a photo from being shown, with a reason that its uploader reads.
func (s *Service) RejectPhoto(ctx context.Context, cmd Command, id int64, reason string) (model.File, error) {
	reason, err := model.NeedText("body.reason", reason, maxReason, false)
	if err != nil {
		return model.File{}, err
	}
	return s.decidePhoto(ctx, cmd, id, model.FileRejected, reason)
}

func (s *Service) decidePhoto(ctx context.Context, cmd Command, id int64, next model.FileState, reason string) (model.File, error) {
	found, err := model.FileByID(s.DB.Read(ctx), id)
	if err != nil {
		return found, err
	}
	return inTx(ctx, s, cmd, func(t *tx) (model.File, error) {
		// The place may have been closed since: its photos are decided about all the same.
		n, err := model.LockNode(t.DB, found.NodeID)
		if err != nil {
			return model.File{}, err
		}
		if !t.by.May(model.ReviewPhotos, n.Path, t.now) {
			return model.File{}, model.ErrFileNotFound
		}
		f, err := model.LockFile(t.DB, id)
		if err != nil {
			return f, err
		}
		hidden, err := model.HiddenMatterOf(t.DB, f)
		switch {
		case err != nil:
			return f, err
		case hidden != nil && hidden.HiddenFrom(t.by, t.now):
			return model.File{}, model.ErrFileNotFound
		case f.UploaderID == t.by.PersonID:
			return f, model.ErrFileOwn
		}
		if err := model.DecideFile(t.DB, &f, next, t.by.PersonID, reason, t.now); err != nil {
			return f, err
		}
		f.ForShowing(s.DB.Keys(), t.now)
		return f, t.fileMoved(f, "")
	})
}

// tellReviewers tells the community that a photo of theirs waits for a person: once a day, not for each.
func (t *tx) tellReviewers(f model.File) error {
	if f.State != model.FileReview || f.Subject == "" || f.Withheld() {
		return nil
	}
	n, err := model.NodeByID(t.DB, f.NodeID)
	if err != nil {
		return err
	}
	const title, body = "有照片等待审核", "居民上传的照片需要人工审核，通过后才会展示，请处理。"
	once := fmt.Sprintf("photo_review:%d:%s", n.ID, t.now.In(model.Beijing).Format("20060102"))
	hidden, err := model.HiddenMatterOf(t.DB, f)
	switch {
	case err != nil:
		return err
	case hidden != nil:
		return t.tellMatterReviewers(*hidden, told{0, NoticePhoto, title, body, pagePhotoReviews, once})
	}
	return t.tellHolders([]model.Role{model.CommunityStaff, model.CommunitySecretary}, n.Path, NoticePhoto, title, body, pagePhotoReviews, once)
}
