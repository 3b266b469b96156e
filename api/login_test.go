package api_test

import (
	"testing"

	"danyuan/testkit"
)

func TestLogin_endedTokenDoesNotKeepAnybodyOut(t *testing.T) {
	k := testkit.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	token := k.Stranger("somebody")
	k.Post(token, "/v1/logout", nil).Expect(200)
	k.Get(token, "/v1/me").Refused(401, "session.required")
	k.Get(token, "/v1/units/"+code).Expect(200).Has(`"passer_by"`)
	k.Post(token, "/v1/login", map[string]string{"code": "somebody"}).Expect(200).Has(`"token"`)
}
