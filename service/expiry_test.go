package service_test

import (
	"errors"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit"
)

func TestExpiry_goesOnWhereItWasBrokenOff(t *testing.T) {
	k := testkit.New(t)
	o := k.Org()
	for range 230 { // three transactions' worth
		k.Earn(k.Person(o.Unit, "邻居"), o.Community, 10)
	}
	p := model.ExpiryPolicy{DistrictID: o.District.ID, EarnedBefore: testkit.Start.Add(time.Hour), EffectiveAt: testkit.Start.Add(2 * time.Hour), State: model.ExpiryAnnounced, AnnouncedAt: testkit.Start}
	k.Tx(func(tx *gorm.DB) error { return tx.Create(&p).Error })
	expired := func(want int64) {
		t.Helper()
		if got := k.Holds(ledger.PointsExpired(o.District.ID)); got[0] != want {
			t.Fatalf("%d points have expired, want %d", got[0], want)
		}
	}
	if err := k.S.ExpireSome(t.Context(), p.ID, nil); err != nil { // not yet
		t.Fatal(err)
	}
	expired(0)
	k.Move(2 * time.Hour)
	crash := errors.New("the power has gone")
	for _, fails := range []error{crash, nil, crash} {
		if err := k.S.ExpireSome(t.Context(), p.ID, fails); !errors.Is(err, fails) {
			t.Fatal(err)
		}
	}
	expired(1000)
	if err := k.S.Owe(t.Context(), "expire_points", p.ID, "", k.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	k.WorkOff()
	expired(2300)
	k.Balanced()
}
