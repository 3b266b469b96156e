package wechat

import (
	"context"
	"errors"
	"time"

	"github.com/silenceper/wechat/v2/credential"

	"danyuan/fault"
)

// early is how long before its end a token is no longer kept: in its last five minutes WeChat hands out
// the next one, and the old one ends (getStableAccessToken).
const early = 5 * time.Minute

// stale says that an errcode means: this access token is no longer, or not yet, the right one.
func stale(code int64) bool { return code == 40001 || code == 42001 || code == 40014 }

// token gives an access token other than bad. It is the stable one, in normal mode: asking again gives
// all replicas the same one, and WeChat does not count it against the 20 forced renewals a day.
func (c *Client) token(ctx context.Context, bad string) (string, error) {
	key := "wechat:access_token:" + c.appID
	if have, ok := c.tokens.Get(key); ok && have != "" && have != bad {
		return have, nil
	}
	select {
	case c.fetching <- struct{}{}:
		defer func() { <-c.fetching }()
	case <-ctx.Done():
		return "", ErrUnavailable.Because(ctx.Err())
	}
	if have, ok := c.tokens.Get(key); ok && have != "" && have != bad {
		return have, nil
	}
	if bad != "" {
		_ = c.tokens.Delete(key) // if it can't be deleted, the next one to try it comes here too
	}
	token, lasts, err := c.fetch(ctx)
	if err != nil {
		return "", err
	}
	if keep := lasts - early; keep > 0 {
		_ = c.tokens.Set(key, token, keep) // an unkept token works as well, it only costs another call
	}
	return token, nil
}

// fetch asks for the token (getStableAccessToken). Whatever WeChat refuses it for is ErrSetup, but that it is busy or
// asked too often: it says nothing of what the token was for.
func (c *Client) fetch(ctx context.Context) (token string, lasts time.Duration, err error) {
	err = c.do(ctx, func(k *call) error {
		stable, ok := credential.NewStableAccessToken(c.appID, c.secret, "", noCache{}).(*credential.StableAccessToken)
		if !ok {
			return errors.New("the library has no stable token")
		}
		r, err := stable.GetAccessTokenDirectly(k.ctx, false)
		if k.code != 0 && k.code != -1 && fault.KindOf(k.err) != fault.TooMany {
			k.err = ErrSetup.Because(errors.Unwrap(k.err))
		}
		if err != nil {
			return err
		}
		if r.AccessToken == "" {
			return errors.New("no token in the answer")
		}
		token, lasts = r.AccessToken, time.Duration(r.ExpiresIn)*time.Second
		return nil
	})
	return token, lasts, err
}
