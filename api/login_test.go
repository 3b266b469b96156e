package api_test

import (
	"testing"

	"danyuan/testkit/edge"
)

func TestLogin_strangersOfTheSameKeyDoNotMeet(t *testing.T) {
	k := edge.New(t)
	var tokens [2]struct{ Token string }
	for i, code := range []string{"one", "other"} {
		k.Post("", "/v1/login", map[string]string{"code": code}, "Idempotency-Key", "a-common-key").Expect(200).Into(&tokens[i])
	}
	if tokens[0] == tokens[1] {
		t.Fatal("two people, one session")
	}
}

// A kept answer tells what happened; of a session that is over it would only tell a token that nobody
// may use.
func TestLogin_repeatedAfterTheEndOfItsSessionIsDoneAnew(t *testing.T) {
	k := edge.New(t)
	login := func() edge.Answer {
		return k.Post("", "/v1/login", map[string]string{"code": "somebody"}, "Idempotency-Key", "the-login-of-today")
	}
	var first, again struct{ Token string }
	login().Expect(200).Into(&first)
	login().Expect(200).Into(&again)
	if first != again {
		t.Fatal("a repetition got another token")
	}
	k.Post(first.Token, "/v1/logout", nil).Expect(200)
	login().Refused(401, "login.session_over")
}

func TestLogin_endedTokenDoesNotKeepAnybodyOut(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	token := k.Stranger("somebody")
	k.Post(token, "/v1/logout", nil).Expect(200)
	k.Get(token, "/v1/me").Refused(401, "session.required")
	k.Get(token, "/v1/units/"+code).Expect(200).Has(`"passer_by"`)
	k.Post(token, "/v1/login", map[string]string{"code": "somebody"}).Expect(200).Has(`"token"`)
}
