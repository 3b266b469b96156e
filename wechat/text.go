package wechat

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/miniprogram/security"
)

// MostText is how many characters WeChat looks at in one go.
const MostText = 2500

// Political is the label of words that WeChat takes for politics (时政).
const Political = 20001

// suggestions are the answers that are documented.
var suggestions = []security.CheckSuggest{security.CheckSuggestPass, security.CheckSuggestReview, security.CheckSuggestRisky}

// CheckText asks WeChat whether a text may be shown (msgSecCheck 2.0). openID is who wrote it, and must
// have been in the mini-program within two hours. suggest is pass, review or risky; label is what was
// found, 100 for nothing. Where one of the checks behind a suggestion has found politics, the label is
// Political, also when something else weighs more: who asks may have to treat that apart.
// Refusals: ErrOpenID, ErrAway, ErrTooOften (4,000 a minute, 2,000,000 a day), ErrSetup, ErrUnavailable,
// ErrUnexpected for an empty text and for one of more than MostText characters.
func (c *Client) CheckText(ctx context.Context, openID, text string) (suggest string, label int, err error) {
	switch n := utf8.RuneCountInString(text); {
	case openID == "":
		return "", 0, ErrOpenID
	case n == 0:
		return "", 0, ErrUnexpected.Because(errors.New("there is no text to look at"))
	case n > MostText:
		return "", 0, ErrUnexpected.Because(errors.New("the text is too long to be looked at"))
	}
	err = c.do(ctx, func(k *call) error {
		found, err := k.mini().GetSecurity().MsgCheckContext(k.ctx, &security.MsgCheckRequest{OpenID: openID, Scene: security.MsgSceneForum, Content: text})
		if err == nil && !slices.Contains(suggestions, found.Result.Suggest) {
			return errUndocumented
		}
		suggest, label = string(found.Result.Suggest), labelOf(found)
		return err
	})
	if err != nil {
		return "", 0, err
	}
	return suggest, label, nil
}

func labelOf(found security.MsgCheckResponse) int {
	for _, d := range found.Detail {
		if d.ErrCode == 0 && d.Label == Political && d.Suggest != string(security.CheckSuggestPass) {
			return Political
		}
	}
	return int(found.Result.Label)
}
