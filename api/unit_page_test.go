package api_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func TestUnitPage_tellsEachWhatTheyMayKnow(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	chief := k.Person(o.Unit, "王建国")
	k.Appoint(chief, model.UnitChief, o.Unit)
	neighbour := k.Person(o.Unit, "李小梅")
	member := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	k.Show(member, o.Unit)

	k.Get("", "/v1/units/"+code).Expect(200).Has(`"passer_by"`, "王单元长", "张同志").HasNot("王建国", "张卫东", "counts", "修水管")
	k.Get(k.SignIn(neighbour), "/v1/units/"+code).Expect(200).Has(`"neighbour"`, "王建国", "张卫东", "修水管").HasNot("counts")
	k.Get(k.SignIn(chief), "/v1/units/"+code).Expect(200).Has(`"officer"`, `"members":1,"showing":1,"not_yet":0`)
	stranger := k.Person(o.NextDoor, "赵六")
	k.Get(k.SignIn(stranger), "/v1/units/"+code).Expect(200).Has(`"passer_by"`)
}

func TestUnitPage_unchangedPageAnswers304(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	tag := k.Get("", "/v1/units/"+code).Expect(200).Header.Get("ETag")
	if got := k.Get("", "/v1/units/"+code, "If-None-Match", tag).Expect(304); len(got.Body) != 0 {
		t.Fatalf("304 with a body: %s", got.Body)
	}
}

func TestUnitPage_endedRoleShowsNoMoreFromThatMoment(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	chief := k.Person(o.Unit, "王建国")
	end := testkit.Start.Add(time.Hour)
	k.Tx(func(tx *gorm.DB) error {
		return model.Appoint(tx, &model.Appointment{PersonID: chief.ID, Role: model.UnitChief, NodeID: o.Unit.ID, StartsAt: testkit.Start, EndsAt: &end, AppointedAt: testkit.Start})
	})
	token := k.SignIn(chief)
	k.Get(token, "/v1/units/"+code).Expect(200).Has(`"officer"`, "王建国")
	k.Move(time.Hour)
	k.Get(token, "/v1/units/"+code).Expect(200).Has(`"neighbour"`).HasNot("王建国")
}

func TestUnitPage_unknownCodeSaysWhatToDo(t *testing.T) {
	k := edge.New(t)
	k.Get("", "/v1/units/NOSUCHCODE00").Refused(404, "code.unknown")
	k.Get("", "/v1/units/%00%F0%9F%98%80").Refused(404, "code.unknown")
}

func TestLogin_sameKeyGivesTheSameTokenOnce(t *testing.T) {
	k := edge.New(t)
	var a, b struct{ Token string }
	k.Post("", "/v1/login", map[string]string{"code": "somebody"}, "Idempotency-Key", "key-12345").Expect(200).Into(&a)
	k.Post("", "/v1/login", map[string]string{"code": "somebody"}, "Idempotency-Key", "key-12345").Expect(200).Into(&b)
	if a.Token == "" || a.Token != b.Token {
		t.Fatalf("tokens %q and %q", a.Token, b.Token)
	}
	k.Get(a.Token, "/v1/me").Expect(200).Has(`"bound":false`)
	k.Post(a.Token, "/v1/logout", nil).Expect(200)
	k.Get(a.Token, "/v1/me").Refused(401, "session.required")
}
