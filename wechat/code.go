package wechat

import (
	"bytes"
	"context"
	"regexp"

	"github.com/silenceper/wechat/v2/miniprogram/qrcode"
)

var (
	// Narrower than WeChat's own rule: & has been refused in practice, and the rest needs no escaping anywhere.
	sceneForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,32}$`)
	pageForm  = regexp.MustCompile(`^[0-9A-Za-z_-]+(/[0-9A-Za-z_-]+)*$`)
)

// CodeImage draws the mini-program code that opens page with scene (getUnlimitedQRCode): a JPEG, 430
// pixels wide. The same arguments may be asked for any number of times, but only 5,000 a minute in all:
// keep the picture. page has no leading slash and no query; it need not be published yet.
// Refusals: ErrScene unless scene is 1 to 32 of 0-9 A-Z a-z _ -, ErrPage, ErrTooOften, ErrSetup,
// ErrUnavailable.
func (c *Client) CodeImage(ctx context.Context, scene, page string) (jpeg []byte, err error) {
	if !sceneForm.MatchString(scene) {
		return nil, ErrScene
	}
	if !pageForm.MatchString(page) || len(page) > 128 {
		return nil, ErrPage
	}
	err = c.do(ctx, func(k *call) error {
		published := false
		b, err := k.mini().GetQRCode().GetWXACodeUnlimit(qrcode.QRCoder{
			Scene: scene, Page: page, CheckPath: &published, EnvVersion: c.env, Width: 430,
		})
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(b, []byte("\xff\xd8\xff")) || !bytes.HasSuffix(b, []byte("\xff\xd9")) {
			return errUndocumented // a broken picture would be kept for years
		}
		jpeg = b
		return nil
	})
	return jpeg, err
}
