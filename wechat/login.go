package wechat

import (
	"context"
	"encoding/json"
	"regexp"
)

var (
	// The library writes js_code into the address as it is, so nothing that could end the parameter passes.
	codeForm  = regexp.MustCompile(`^[0-9A-Za-z:_-]{1,128}$`)
	phoneForm = regexp.MustCompile(`^1[0-9]{10}$`)
)

// Session trades the code of wx.login for who it is (code2Session). A code works once, for five minutes.
// unionID is empty unless the mini-program is bound to an open-platform account. sessionKey, base64 of
// 16 bytes, must never leave the server.
// Refusals: ErrCodeInvalid, ErrTooOften, ErrHighRisk, ErrSetup, ErrUnavailable.
func (c *Client) Session(ctx context.Context, code string) (openID, unionID, sessionKey string, err error) {
	if !codeForm.MatchString(code) {
		return "", "", "", ErrCodeInvalid
	}
	err = c.do(ctx, func(k *call) error {
		r, err := k.mini().GetAuth().Code2SessionContext(k.ctx, code)
		if err != nil {
			return err
		}
		if r.OpenID == "" || r.SessionKey == "" {
			return errUndocumented
		}
		openID, unionID, sessionKey = r.OpenID, r.UnionID, r.SessionKey
		return nil
	})
	return openID, unionID, sessionKey, err
}

// Phone trades the code of the getPhoneNumber button for the number (getPhoneNumber): 11 digits, without
// the country. A code works once, for five minutes.
// Refusals: ErrCodeInvalid, ErrPhoneForeign for a number of another country, ErrPhoneQuota, ErrTooOften,
// ErrSetup, ErrUnavailable.
func (c *Client) Phone(ctx context.Context, code string) (phone string, err error) {
	const text = "手机号授权已经用过或过期，请再点一次“获取手机号”"
	if !codeForm.MatchString(code) {
		return "", ErrCodeInvalid.Saying(text)
	}
	err = c.do(ctx, func(k *call) error {
		// The library takes countryCode for text and fails on the number that WeChat's document shows,
		// so it only sends the request, and the answer is read here.
		_, sent := k.mini().GetAuth().GetPhoneNumberContext(k.ctx, code)
		var a struct {
			Info struct {
				Pure    string `json:"purePhoneNumber"`
				Country number `json:"countryCode"`
			} `json:"phone_info"`
		}
		if k.answer == nil {
			return sent
		}
		if err := json.Unmarshal(k.answer, &a); err != nil || a.Info.Pure == "" {
			return errUndocumented
		}
		if a.Info.Country != 86 || !phoneForm.MatchString(a.Info.Pure) {
			return ErrPhoneForeign
		}
		phone = a.Info.Pure
		return nil
	})
	return phone, again(err, ErrCodeInvalid, text)
}
