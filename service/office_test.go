package service_test

import (
	"errors"
	"testing"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// TestLeave_anOfficeGivenMeanwhileIsTriedAgain: where it is held was not locked, so it may not be ended.
func TestLeave_anOfficeGivenMeanwhileIsTriedAgain(t *testing.T) {
	k := testkit.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "王建国")
	a := k.Appoint(p, model.UnitChief, o.Unit)
	if err := k.S.LeaveOffices(t.Context(), p.ID, []int64{o.Grid.ID}); !errors.Is(err, service.ErrBusy) {
		t.Fatal(err)
	}
	still, err := model.RoleByID(k.DB.Read(t.Context()), a.ID)
	if err != nil || still.EndsAt != nil {
		t.Fatalf("%+v %v", still, err)
	}
}
