package wechat

import (
	"context"
	"errors"
	"net/url"

	"github.com/silenceper/wechat/v2/miniprogram/security"
)

const (
	pictureMedia = 2 // mediaCheckAsync's word for a picture
	forumScene   = 3 // what people post for others to see
)

// CheckPhoto asks WeChat to look whether a picture may be shown (mediaCheckAsync 2.0). link is where
// WeChat's servers can load it, for half an hour; openID is who shows it, and must have been in the
// mini-program within two hours. The answer comes later, as the event wxa_media_check with this traceID,
// possibly before this function returns.
// Refusals: ErrOpenID, ErrAway, ErrTooOften (2,000 a minute, 200,000 a day), ErrSetup, ErrUnavailable.
func (c *Client) CheckPhoto(ctx context.Context, openID, link string) (traceID string, err error) {
	if openID == "" {
		return "", ErrOpenID
	}
	if at, err := url.Parse(link); err != nil || at.Host == "" {
		return "", ErrUnexpected.Because(errors.New("the picture's link is no address"))
	}
	err = c.do(ctx, func(k *call) error {
		traceID, err = k.mini().GetSecurity().MediaCheckAsyncContext(k.ctx, &security.MediaCheckAsyncRequest{
			MediaURL: link, MediaType: pictureMedia, OpenID: openID, Scene: forumScene,
		})
		if err == nil && (traceID == "" || len(traceID) > 128) {
			return errUndocumented
		}
		return err
	})
	return traceID, err
}
