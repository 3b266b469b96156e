package service_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// twoReplicas is a unit page that two servers have in memory.
type twoReplicas struct {
	*testkit.Kit
	unit     model.Node
	code     string
	replicas [2]*service.Service
}

func newTwoReplicas(t *testing.T) *twoReplicas {
	t.Helper()
	k := testkit.New(t)
	o := k.Org()
	r := &twoReplicas{Kit: k, unit: o.Unit, code: k.Code(o.Unit), replicas: [2]*service.Service{k.S, k.Replica()}}
	r.shows(0, "1单元")
	r.shows(1, "1单元")
	return r
}

// shows fails the test unless a replica shows the unit under this name.
func (r *twoReplicas) shows(replica int, name string) {
	r.Helper()
	page, err := r.replicas[replica].UnitPage(r.Context(), model.Actor{}, r.code, func(p service.Page) (service.Rendered, error) {
		return service.Rendered{Bytes: []byte(p.Unit.Name)}, nil
	})
	if err != nil || string(page.Bytes) != name {
		r.Fatalf("replica %d shows %q, want %q (%v)", replica, page.Bytes, name, err)
	}
}

// chief tells whether a replica takes the holder of a token for a unit chief.
func (r *twoReplicas) chief(replica int, token string) bool {
	r.Helper()
	by, err := r.replicas[replica].ActorOf(r.Context(), token)
	if err != nil {
		r.Fatal(err)
	}
	return slices.ContainsFunc(by.Grants, func(g model.Grant) bool { return g.Role == model.UnitChief && g.Active(r.Clock.Now()) })
}

// rename changes the name behind both replicas' backs, and tells by changes with these ids.
func (r *twoReplicas) rename(name string, ids ...int64) {
	r.Helper()
	r.Tx(func(tx *gorm.DB) error {
		for _, id := range ids {
			if err := tx.Create(&model.Change{ID: id, Topic: model.NodeTopic(r.unit.ID), At: r.Clock.Now()}).Error; err != nil {
				return err
			}
		}
		return tx.Model(&model.Node{}).Where("id = ?", r.unit.ID).Update("name", name).Error
	})
}

func (r *twoReplicas) hear() {
	r.Helper()
	if err := r.replicas[1].ReadChanges(context.Background()); err != nil {
		r.Fatal(err)
	}
}

func TestFeed_changeIsSeenOnTheOtherReplicaOnceItIsHeard(t *testing.T) {
	r := newTwoReplicas(t)
	chief := r.Person(r.unit, "王建国")
	token := r.SignIn(chief)
	if r.chief(1, token) {
		t.Fatal("a chief before the appointment")
	}
	r.Appoint(chief, model.UnitChief, r.unit)
	r.rename("甲单元", 101)
	r.Tx(func(tx *gorm.DB) error {
		return model.AddChanges(tx, []string{model.PersonTopic(chief.ID)}, r.Clock.Now())
	})
	r.shows(1, "1单元") // it has not heard yet: this is what is kept
	r.hear()
	r.shows(1, "甲单元")
	if !r.chief(1, token) {
		t.Fatal("no chief after the appointment was heard")
	}
}

// TestFeed_lowerIDThatAppearsLaterIsApplied: ids are given out in one order and committed in another.
func TestFeed_lowerIDThatAppearsLaterIsApplied(t *testing.T) {
	r := newTwoReplicas(t)
	r.rename("甲单元", 500)
	r.hear()
	r.shows(1, "甲单元")
	for i, name := range []string{"乙单元", "丙单元", "丁单元"} {
		r.rename(name, 499-int64(i)*100)
		r.hear()
		r.shows(1, name)
	}
}

// TestFeed_changeIsAppliedOnce: what was heard before does not drop what was kept since.
func TestFeed_changeIsAppliedOnce(t *testing.T) {
	r := newTwoReplicas(t)
	r.rename("甲单元", 500)
	r.hear()
	r.shows(1, "甲单元")
	r.rename("乙单元") // nobody is told
	r.hear()
	r.shows(1, "甲单元")
}

// TestFeed_silenceMakesForget: a replica that can't hear uses nothing that it keeps, and what it kept
// before is not used again when it hears once more.
func TestFeed_silenceMakesForget(t *testing.T) {
	r := newTwoReplicas(t)
	r.rename("甲单元")
	r.Clock.Move(899 * time.Millisecond)
	r.shows(1, "1单元")
	r.Clock.Move(2 * time.Millisecond)
	r.shows(1, "甲单元")
	r.rename("乙单元")
	r.shows(1, "乙单元") // nothing is kept while it is deaf
	r.hear()
	r.shows(1, "乙单元")
	r.rename("丙单元")
	r.shows(1, "乙单元") // it keeps again
}

// TestFeed_aClockThatIsSetBackMakesForget: an hour that comes again must not keep old permissions alive for
// an hour.
func TestFeed_aClockThatIsSetBackMakesForget(t *testing.T) {
	for _, by := range []time.Duration{-time.Hour, time.Hour} {
		r := newTwoReplicas(t)
		r.rename("甲单元")
		r.Clock.Move(by)
		r.shows(1, "甲单元")
		r.hear()
		r.shows(1, "甲单元")
	}
}
