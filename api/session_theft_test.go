package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func renewed(k *edge.Kit, token string, headers ...string) string {
	k.Helper()
	var v struct{ Token string }
	k.Post(token, "/v1/session/renew", nil, headers...).Expect(200).Into(&v)
	if v.Token == "" || v.Token == token {
		k.Fatalf("renewed to %q", v.Token)
	}
	return v.Token
}

func TestSession_aRenewedTokenTakesOverAndTheOldOneStaysGoodForAMinute(t *testing.T) {
	k := edge.New(t)
	p := k.Person(k.Org().Unit, "李小梅")
	old := k.SignIn(p)
	k.Get(old, "/v1/me").Expect(200)
	fresh := renewed(k, old, "Idempotency-Key", "lost-answer-1")
	if again := renewed(k, old, "Idempotency-Key", "lost-answer-1"); again != fresh {
		t.Error("the repetition got another token")
	}
	k.Post(old, "/v1/session/renew", nil).Refused(409, "session.renewed")
	k.Get(old, "/v1/me").Expect(200).Has("李小梅")
	k.Get(fresh, "/v1/me").Expect(200).Has("李小梅")
	k.Get(fresh, "/v1/me/sessions").Expect(200).Has(`"here":true`).HasNot(`"here":false`)

	k.Move(model.SessionLength - time.Second) // renewing does not make it last longer
	k.Get(fresh, "/v1/me").Expect(200)
	k.Move(time.Second)
	k.Get(fresh, "/v1/me").Refused(401, "session.required")
}

func TestSession_anOldTokenUsedAgainEndsItForBothAndTellsThePerson(t *testing.T) {
	for _, seenBefore := range []bool{true, false} { // by the replica that it comes to
		k := edge.New(t)
		p := k.Person(k.Org().Unit, "李小梅")
		s2, other := k.Replica()
		stolen, tablet := k.SignIn(p), k.SignIn(p)
		fresh := renewed(k, stolen)
		k.Move(model.RenewGrace / 120) // the replica reads of its own change, and forgets
		if seenBefore {
			k.Get(stolen, "/v1/me").Expect(200)
		}
		for range 119 { // so that what is kept in memory stays
			k.Move(model.RenewGrace / 120)
		}
		if err := s2.ReadChanges(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.Do(other, fresh, http.MethodGet, "/v1/me", nil).Expect(200)
		k.Get(stolen, "/v1/me").Refused(401, "session.required")
		k.Get(fresh, "/v1/me").Refused(401, "session.required")
		k.Get(stolen, "/v1/me").Refused(401, "session.required")
		if err := s2.ReadChanges(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.Do(other, fresh, http.MethodGet, "/v1/me", nil).Refused(401, "session.required")
		k.Get(tablet, "/v1/me").Expect(200) // another session is not concerned
		if told := notices(k, p); len(told) != 1 || !strings.Contains(told[0], "旧的又被使用") {
			t.Errorf("told %v", told)
		}
	}
}

func TestSession_renewedTwiceAtOnceIsOneToken(t *testing.T) {
	k := edge.New(t)
	token := k.SignIn(k.Person(k.Org().Unit, "李小梅"))
	statuses := make([]int, 4)
	k.Race(4, func(i int) { statuses[i] = k.Post(token, "/v1/session/renew", nil).Status })
	slices.Sort(statuses)
	if !slices.Equal(statuses, []int{200, 409, 409, 409}) {
		t.Error(statuses)
	}
}

func TestSession_logoutEndsTheTokenThatWasTakenOverToo(t *testing.T) {
	for _, way := range []string{"/v1/logout", "/v1/logout-everywhere"} {
		k := edge.New(t)
		p := k.Person(k.Org().Unit, "李小梅")
		old := k.SignIn(p)
		fresh := renewed(k, old)
		k.Post(fresh, way, nil).Expect(200)
		k.Get(old, "/v1/me").Refused(401, "session.required")
		k.Get(fresh, "/v1/me").Refused(401, "session.required")
		k.Move(model.RenewGrace)
		k.Get(old, "/v1/me").Refused(401, "session.required")
		if told := notices(k, p); len(told) != 0 { // it was over: nothing to warn of
			t.Errorf("told %v", told)
		}
	}
}

func TestSession_thePersonEndsTheOneThatIsNotTheirs(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅")
	s2, other := k.Replica()
	phone, thief, neighbour := k.SignIn(p), k.SignIn(p), k.SignIn(k.Person(o.Unit, "王大力"))
	var list struct {
		Items []struct {
			ID   string
			Here bool
		}
	}
	k.Do(other, thief, http.MethodGet, "/v1/me", nil).Expect(200)
	k.Get(phone, "/v1/me/sessions").Expect(200).Into(&list)
	for _, s := range list.Items {
		if !s.Here {
			k.Post(neighbour, "/v1/me/sessions/"+s.ID+"/end", nil).Refused(404, "session.not_found")
			k.Get(thief, "/v1/me").Expect(200)
			k.Post(phone, "/v1/me/sessions/"+s.ID+"/end", nil).Expect(200)
			k.Post(phone, "/v1/me/sessions/"+s.ID+"/end", nil).Refused(404, "session.not_found")
		}
	}
	k.Get(thief, "/v1/me").Refused(401, "session.required")
	if err := s2.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Do(other, thief, http.MethodGet, "/v1/me", nil).Refused(401, "session.required")
	k.Get(phone, "/v1/me").Expect(200)
}

func TestSession_signingInTakesNoTokenThatSomebodyBrought(t *testing.T) {
	k := edge.New(t)
	planted := strings.Repeat("A", 43)
	var tokens []string
	for _, headers := range [][]string{{"Authorization", "Bearer " + planted}, {"Cookie", "token=" + planted}, nil} {
		var v struct{ Token string }
		a := k.Post("", "/v1/login", body{"code": "mei"}, headers...).Expect(200)
		a.Into(&v)
		if v.Token == planted || len(v.Token) < 43 || slices.Contains(tokens, v.Token) || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("got %q after %q, and the cookie %q", v.Token, tokens, a.Header.Get("Set-Cookie"))
		}
		tokens = append(tokens, v.Token)
	}
	k.Get(planted, "/v1/me").Refused(401, "session.required")
	k.Get("", "/v1/me", "Cookie", "token="+tokens[0]).Refused(401, "session.required")
	k.Get("", "/v1/me?token="+tokens[0]+"&access_token="+tokens[0]).Refused(401, "session.required")
}

// TestSession_noTokenLiesInTheDatabase looks into every column of every table, as a thief of a backup would.
func TestSession_noTokenLiesInTheDatabase(t *testing.T) {
	k := edge.New(t)
	var v struct{ Token string }
	k.Post("", "/v1/login", body{"code": "mei"}).Expect(200).Into(&v)
	tokens := []string{v.Token, renewed(k, v.Token)}
	seen := 0
	for _, record := range model.Tables() {
		var rows []map[string]any
		k.Tx(func(tx *gorm.DB) error { return tx.Model(record).Find(&rows).Error })
		for _, row := range rows {
			for column, value := range row {
				seen++
				text, _ := value.(string)
				if raw, ok := value.([]byte); ok {
					text = string(raw)
				}
				for _, token := range tokens {
					if strings.Contains(text, token) {
						t.Errorf("%T.%s holds a token", record, column)
					}
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d values were looked at", seen)
	}
}

func TestSession_whatIsForgottenTakesItsOldTokensAlong(t *testing.T) {
	k := edge.New(t)
	renewed(k, k.SignIn(k.Person(k.Org().Unit, "李小梅")))
	count := func() (n int64) {
		k.Tx(func(tx *gorm.DB) error { return tx.Model(&model.RenewedToken{}).Count(&n).Error })
		return n
	}
	if n := count(); n != 1 {
		t.Fatalf("%d old tokens", n)
	}
	k.Move(model.SessionLength)
	if err := k.S.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 0 {
		t.Errorf("%d old tokens of sessions that are forgotten", n)
	}
}
