package api_test

import (
	"net/http"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func TestLogout_actsAtTheNextRequestAndOnOtherReplicasWithTheirFeed(t *testing.T) {
	k := edge.New(t)
	p := k.Person(k.Org().Unit, "李小梅")
	s2, other := k.Replica()
	token := k.SignIn(p)
	k.Get(token, "/v1/me").Expect(200)
	k.Do(other, token, http.MethodGet, "/v1/me", nil).Expect(200)
	k.Post(token, "/v1/logout", nil).Expect(200)
	k.Get(token, "/v1/me").Refused(401, "session.required")
	if err := s2.ReadChanges(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Do(other, token, http.MethodGet, "/v1/me", nil).Refused(401, "session.required")
}

func TestLogout_nothingKeptIsUsedWhileTheFeedIsSilent(t *testing.T) {
	k := edge.New(t)
	p := k.Person(k.Org().Unit, "李小梅")
	_, other := k.Replica()
	token := k.SignIn(p)
	k.Do(other, token, http.MethodGet, "/v1/me", nil).Expect(200)
	k.Post(token, "/v1/logout", nil).Expect(200)
	k.Do(other, token, http.MethodGet, "/v1/me", nil).Expect(200) // kept: its feed was heard a moment ago
	k.Clock.Move(time.Second)
	k.Do(other, token, http.MethodGet, "/v1/me", nil).Refused(401, "session.required")
}

func TestLogoutEverywhere_endsEverySessionOfTheUserAndNobodyElses(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p, neighbour := k.Person(o.Unit, "李小梅"), k.Person(o.Unit, "王大力")
	phone, tablet, another := k.SignIn(p), k.SignIn(p), k.SignIn(neighbour)
	k.Get(tablet, "/v1/me").Expect(200)
	k.Get(phone, "/v1/me/sessions").Expect(200).Has(`"here":true`, `"here":false`)
	k.Post(phone, "/v1/logout-everywhere", nil).Expect(200).Has(`"ended":2`)
	k.Get(phone, "/v1/me").Refused(401, "session.required")
	k.Get(tablet, "/v1/me").Refused(401, "session.required")
	k.Get(another, "/v1/me").Expect(200)
}

func TestMySessions_pageAndShowRunningOnesOnly(t *testing.T) {
	k := edge.New(t)
	p := k.Person(k.Org().Unit, "李小梅")
	for range 3 {
		k.SignIn(p)
	}
	token := k.SignIn(p)
	ended := k.SignIn(p)
	k.Post(ended, "/v1/logout", nil).Expect(200)
	var page struct {
		Items []struct{ ID string }
		Next  string
	}
	k.Get(token, "/v1/me/sessions?limit=3").Expect(200).Into(&page)
	if len(page.Items) != 3 || page.Next == "" {
		t.Fatalf("%+v", page)
	}
	next := page.Next
	page.Items, page.Next = nil, ""
	k.Get(token, "/v1/me/sessions?limit=3&cursor="+next).Expect(200).Into(&page)
	if len(page.Items) != 1 || page.Next != "" {
		t.Fatalf("%+v", page)
	}
	k.Get("", "/v1/me/sessions").Refused(401, "session.required")
}

func TestSession_endsByItself(t *testing.T) {
	k := edge.New(t)
	token := k.SignIn(k.Person(k.Org().Unit, "李小梅"))
	k.Get(token, "/v1/me").Expect(200)
	k.Move(model.SessionLength - time.Second)
	k.Get(token, "/v1/me").Expect(200)
	k.Move(time.Second)
	k.Get(token, "/v1/me").Refused(401, "session.required")
}

func TestSweep_forgetsWhatHasHadItsTimeAndNothingElse(t *testing.T) {
	k := edge.New(t)
	p := k.Person(k.Org().Unit, "李小梅")
	for range 2 {
		k.Post(k.SignIn(p), "/v1/logout", nil).Expect(200)
	}
	k.Post(k.Stranger("somebody"), "/v1/bindings", map[string]any{"phone_code": "13900000001", "consent_version": 2}).Expect(200).Has(`"unmatched"`)
	k.Tx(func(tx *gorm.DB) error {
		return tx.Create(&model.Callback{EventID: "old", Kind: "x", ReceivedAt: k.Clock.Now()}).Error
	})
	counts := func() (n [5]int64) {
		k.Tx(func(tx *gorm.DB) error {
			for i, record := range []any{&model.Session{}, &model.Command{}, &model.Change{}, &model.Callback{}, &model.Binding{}} {
				if err := tx.Model(record).Count(&n[i]).Error; err != nil {
					return err
				}
			}
			return nil
		})
		return n
	}
	before := counts()
	if err := k.S.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := counts(); after != before {
		t.Fatalf("young things were swept: %v, then %v", before, after)
	}
	k.Move(model.SessionLength)
	fresh := k.SignIn(p)
	if err := k.S.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	// Left are the new session, the newest change, and the binding that is active.
	if after := counts(); after != [5]int64{1, 0, 1, 0, 1} {
		t.Fatalf("left: %v", after)
	}
	k.Get(fresh, "/v1/me").Expect(200).Has(`"bound":true`)
}
