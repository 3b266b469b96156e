package api

import (
	"context"
	"regexp"

	"github.com/gin-gonic/gin"

	"danyuan/fault"
	"danyuan/service"
)

// In WeChat CloudRun (云托管) WeChat's gateway puts into each request of a mini-program who calls. Its
// headers are worth what the way to us is worth: anybody who reaches the port otherwise can write them
// too. They are believed only where an operator says that nobody can (Options.VouchedApp), only about
// our own mini-program, and only for signing in and for counting strangers: whoever has a session is
// whom the session stands for.

// vouched is whom the gateway vouches for; the zero value is nobody.
type vouched struct{ openID, unionID string }

var accountForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)

// vouchedFor reads the gateway's headers. A header that comes twice has been added to on the way.
func (a *API) vouchedFor(c *gin.Context) vouched {
	if a.VouchedApp == "" {
		return vouched{}
	}
	one := func(header string) string {
		if values := c.Request.Header.Values(header); len(values) == 1 && accountForm.MatchString(values[0]) {
			return values[0]
		}
		return ""
	}
	v := vouched{one("X-WX-OPENID"), one("X-WX-UNIONID")}
	if len(c.Request.Header.Values("X-WX-SOURCE")) != 1 || one("X-WX-APPID") != a.VouchedApp || v.openID == "" {
		return vouched{}
	}
	return v
}

// errNotVouched refuses a sign-in that did not come through the gateway.
var errNotVouched = fault.New(fault.Unauthenticated, "login.not_through_wechat", "请在微信里打开小程序再登录。")

// signIn signs in by the code of wx.login, or in CloudRun whom the gateway vouches for; there the code
// is not asked about.
func (a *API) signIn(ctx context.Context, cmd service.Command, code string) (service.SignedIn, error) {
	if a.VouchedApp == "" {
		return a.s.Login(ctx, cmd, code)
	}
	caller, _ := ctx.Value(callerKey{}).(caller)
	if caller.vouched == (vouched{}) {
		return service.SignedIn{}, errNotVouched
	}
	return a.s.LoginVouched(ctx, cmd, caller.vouched.openID, caller.vouched.unionID)
}
