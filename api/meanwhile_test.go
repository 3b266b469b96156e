package api_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// What one command has read and another one changes before the first has written: nothing may stay that neither
// would have left behind alone.

// whileHeld runs first while a transaction of the test holds what hold locks, so that it waits there; then meanwhile,
// which may have to wait as well; and lets both go on. On SQLite, where one writes at a time, nothing can come between.
func whileHeld(k *edge.Kit, hold func(tx *gorm.DB) error, first, meanwhile func()) {
	k.Helper()
	if k.DB.Dialect() == "sqlite" {
		k.Skip("one writer")
	}
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var over sync.WaitGroup
	over.Go(func() {
		k.Tx(func(tx *gorm.DB) error {
			if err := hold(tx); err != nil {
				return err
			}
			close(held)
			<-release
			return nil
		})
	})
	<-held
	over.Go(first)
	<-time.After(300 * time.Millisecond) // by then first waits
	over.Go(func() { defer close(done); meanwhile() })
	select {
	case <-done:
	case <-time.After(time.Second):
	}
	close(release)
	over.Wait()
}

// nothingAgreedTo tells whether a consent is open that nobody can withdraw any more.
func nothingAgreedTo(k *edge.Kit) {
	k.Helper()
	var open int64
	if err := k.DB.Read(k.Context()).Model(&model.Consent{}).Where("withdrawn_at IS NULL").Count(&open).Error; err != nil || open != 0 {
		k.Errorf("%d consents of a closed account are open, %v", open, err)
	}
}

// TestMeanwhile_nobodyShowsIdentityOnceTheirAccountIsClosed: nobody could withdraw what they show.
func TestMeanwhile_nobodyShowsIdentityOnceTheirAccountIsClosed(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	p := k.Person(o.Unit, "张卫东", testkit.Membership(model.Member))
	member := k.SignIn(p)
	var shown edge.Answer
	whileHeld(k, func(tx *gorm.DB) error { _, err := model.LockNode(tx, o.Unit.ID); return err },
		func() { shown = k.Post(member, "/v1/displays", form(nil)) },
		func() { k.Post(member, "/v1/me/close-account", body{"sure": true}).Expect(200) })
	shown.Refused(401, "session.required")
	k.WorkOff()
	k.Get(member, "/v1/displays/mine").Refused(401, "session.required") // nobody can withdraw it
	k.Get("", "/v1/units/"+code).Expect(200).HasNot("张同志")
	if d, err := model.ActiveDisplay(k.DB.Read(t.Context()), p.ID); err != nil || d != nil {
		t.Errorf("they still show: %+v %v", d, err)
	}
	nothingAgreedTo(k)
}

// TestMeanwhile_noGuardianAgreesWhoseAccountIsClosed: a child's data may not be worked with on the word of nobody.
func TestMeanwhile_noGuardianAgreesWhoseAccountIsClosed(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	mother := k.Person(o.Unit, "李小梅", testkit.Born("1985-01-01"))
	child := k.Person(o.Unit, "王小童", testkit.Born("2016-05-01"), testkit.AtHome(mother))
	g := model.Guardianship{ChildID: child.ID, GuardianID: mother.ID, Relation: model.Parent, State: model.GuardianNamed, MadeAt: k.Clock.Now()}
	k.Tx(func(tx *gorm.DB) error { return model.AddGuardianship(tx, &g) })
	token := k.SignIn(mother)
	var agreed edge.Answer
	whileHeld(k, func(tx *gorm.DB) error { _, err := model.LockPerson(tx, child.ID); return err },
		func() {
			agreed = k.Post(token, "/v1/guardianships/"+digits(g.ID)+"/agree", body{"consent_version": 1})
		},
		func() { k.Post(token, "/v1/me/close-account", body{"sure": true}).Expect(200) })
	agreed.Refused(401, "session.required")
	k.WorkOff()
	is, err := model.GuardianshipByID(k.DB.Read(t.Context()), g.ID)
	if err != nil || is.State == model.GuardianActive {
		t.Errorf("a closed account agrees for the child: %+v %v", is, err)
	}
	nothingAgreedTo(k)
}

// TestMeanwhile_aMatterGoesWithItsUnit: the report has read the unit's grid when the unit moves; the old grid must not
// go on reading who reported what.
func TestMeanwhile_aMatterGoesWithItsUnit(t *testing.T) {
	w := newWard(t)
	child := w.Person(w.o.Unit, "王小童", testkit.Born("2016-05-01"), testkit.AtHome(w.who))
	g := w.Guard(w.who, child)
	token := w.SignIn(child)
	var reported edge.Answer
	whileHeld(w.Kit, func(tx *gorm.DB) error { // the consent is asked after the place was read
		return tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("id = ?", g.ID).Find(&[]model.Guardianship{}).Error
	},
		func() { reported = w.Post(token, "/v1/matters", lamp(model.Named)) },
		func() {
			w.Post(w.staff, path("/v1/nodes/%d/move", w.o.Building.ID), body{"parent_id": digits(w.o.OtherGrid.ID), "reason": "网格调整"}).Expect(200)
		})
	w.Move(2 * time.Minute) // whatever looks again
	w.WorkOff()
	var m matter
	reported.Expect(200).Into(&m)
	var is model.Matter
	if err := w.DB.Read(t.Context()).Where("reporter_id = ?", child.ID).Take(&is).Error; err != nil {
		t.Fatal(err)
	}
	if is.GridID != w.o.OtherGrid.ID {
		t.Errorf("the matter of unit %d lies in grid %d for good, and the unit in %d; its desk is %v", is.NodeID, is.GridID, w.o.OtherGrid.ID, is.DeskID)
	}
	if a := w.Get(w.secretary, path("/v1/nodes/%d/matters", w.o.Grid.ID)).Expect(200); strings.Contains(string(a.Body), "楼道灯") {
		t.Errorf("the grid that the unit has left reads it: %s", a.Body)
	}
	_, there := w.Officer(model.BranchSecretary, w.o.OtherGrid, "吴书记")
	if a := w.Get(there, path("/v1/nodes/%d/matters", w.o.OtherGrid.ID)).Expect(200); !strings.Contains(string(a.Body), "楼道灯") {
		t.Errorf("the grid where the unit lies does not: %s", a.Body)
	}
	w.verified()
}

// slowWeChat tells of each phone code that it is asked about, before it answers.
type slowWeChat struct {
	service.Accounts
	asked func()
}

func (s slowWeChat) Phone(ctx context.Context, code string) (string, error) {
	s.asked()
	return s.Accounts.Phone(ctx, code)
}

// TestMeanwhile_nobodyIsBoundToAClosedAccount: the account is closed while WeChat is asked for the number. The person
// must be able to come back.
func TestMeanwhile_nobodyIsBoundToAClosedAccount(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "王建国", testkit.Phone("13900000001"))
	token := k.Stranger("stranger")
	k.S.Accounts = slowWeChat{k.S.Accounts, sync.OnceFunc(func() {
		k.Post(token, "/v1/me/close-account", body{"sure": true}).Expect(200)
	})}
	k.Post(token, "/v1/bindings", proof("13900000001")).Refused(401, "session.required")
	b, err := model.ActiveBindingOfPerson(k.DB.Read(t.Context()), p.ID)
	if err != nil || b != nil {
		t.Errorf("the person is the account of nobody: %+v %v", b, err)
	}
	k.Post(k.Stranger("stranger"), "/v1/bindings", proof("13900000001")).Expect(200).Has(`"active"`) // the same WeChat, signed in anew
}

// TestMeanwhile_whoAsksForAChildAndClosesTheirAccountHasAgreedToNothing: the actor is known before the account is
// closed, and asks after it.
func TestMeanwhile_whoAsksForAChildAndClosesTheirAccountHasAgreedToNothing(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	mother := k.Person(o.Unit, "李小梅", testkit.Born("1985-01-01"))
	k.Person(o.Unit, "王小童", testkit.Born("2016-05-01"), testkit.AtHome(mother))
	token := k.SignIn(mother)
	by, err := k.S.ActorOf(t.Context(), token) // as the edge does it, before the transaction
	if err != nil {
		t.Fatal(err)
	}
	k.Post(token, "/v1/me/close-account", body{"sure": true}).Expect(200)
	command := service.Command{By: by}
	if _, err := k.S.AskForChild(t.Context(), command, service.Kid{Name: "王小童", BirthDate: "2016-05-01", Relation: model.Parent, Consent: 1}); !errors.Is(err, model.ErrSignIn) {
		t.Errorf("asked: %v", err)
	}
	nothingAgreedTo(k)
}

// TestMeanwhile_nobodyAsksAtAUnitThatIsClosed: a unit closes while somebody asks to be recognised there.
func TestMeanwhile_nobodyAsksAtAUnitThatIsClosed(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	empty := k.Node(&o.Building, model.Unit, "9单元")
	code := k.Code(empty)
	_, staff := k.Officer(model.CommunityStaff, o.Community, "陈社工")
	user := k.Stranger("user")
	k.Post(user, "/v1/bindings", proof("13900000009")).Expect(200)
	var asked, closed edge.Answer
	whileHeld(k, func(tx *gorm.DB) error { // ask waits where it moves the binding
		return tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("pending_user_id IS NOT NULL").Find(&[]model.Binding{}).Error
	},
		func() { asked = k.Post(user, "/v1/binding-requests", claim(code, "张三", "101")) },
		func() {
			closed = k.Post(staff, path("/v1/nodes/%d/close", empty.ID), body{"reason": "空单元"})
		})
	if (asked.Status == 200) == (closed.Status == 200) {
		t.Errorf("ask: %d %s; close: %d %s", asked.Status, asked.Body, closed.Status, closed.Body)
	}
}
