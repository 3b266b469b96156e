package service

import (
	"context"
	"strconv"
	"time"

	"danyuan/model"
)

// pictureTime bounds asking WeChat for one picture, whoever waits for it.
const pictureTime = 20 * time.Second

// CodePicture gives the JPEG of a valid code for its poster. WeChat is asked once, by whoever comes
// first; what it made is kept. Refusals: code.not_found outside the actor's scope, code.revoked,
// code.picture_unavailable while WeChat does not answer (the code itself stays valid).
func (s *Service) CodePicture(ctx context.Context, by model.Actor, id int64) ([]byte, error) {
	h := s.DB.Read(ctx)
	c, err := model.CodeByID(h, id)
	if err != nil {
		return nil, err
	}
	if _, err := s.nodeFor(ctx, by, c.NodeID, model.PrintCodes, model.ErrCodeNotFound); err != nil {
		return nil, err
	}
	if c.RevokedAt != nil {
		return nil, model.ErrCodeRevoked
	}
	if kept, err := model.PictureOf(h, id); err != nil || kept != nil {
		return kept, err
	}
	// The one who asks first may leave; the others still wait for the answer.
	flight := s.pictures.DoChan(strconv.FormatInt(id, 10), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pictureTime)
		defer cancel()
		return s.makePicture(ctx, Command{By: by}, c)
	})
	select {
	case made := <-flight:
		if made.Err != nil {
			return nil, made.Err
		}
		return made.Val.([]byte), nil //nolint:forcetypeassert // makePicture gives nothing else
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// makePicture asks WeChat, outside the transaction, and keeps the answer.
func (s *Service) makePicture(ctx context.Context, cmd Command, c model.Code) ([]byte, error) {
	if kept, err := model.PictureOf(s.DB.Read(ctx), c.ID); err != nil || kept != nil {
		return kept, err
	}
	jpeg, err := s.Outlets.CodeImage(ctx, c.Code, c.Kind.Page())
	if err != nil {
		return nil, model.ErrCodePicture.Because(err)
	}
	return inTx(ctx, s, cmd, func(t *tx) ([]byte, error) {
		if err := model.KeepPicture(t.DB, &model.CodeImage{CodeID: c.ID, JPEG: jpeg, MadeAt: t.now}); err != nil {
			return nil, err
		}
		if err := t.audit("code.keep_picture", c.NodeID, "code", c.ID, ""); err != nil {
			return nil, err
		}
		return model.PictureOf(t.DB, c.ID) // another replica's may have been first
	})
}
