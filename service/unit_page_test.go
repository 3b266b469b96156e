package service_test

import (
	"testing"
	"time"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// meanwhile is a clock at whose next-but-one reading something happens.
type meanwhile struct {
	service.Clock
	readings int
	happens  func()
}

func (m *meanwhile) Now() time.Time {
	m.readings++
	if m.readings == 2 {
		m.happens()
	}
	return m.Clock.Now()
}

// A unit that moves while its page is asked for: what is kept of the page is of where the unit is now.
func TestUnitPage_ofAUnitThatMovesMeanwhileIsNotKeptAsItWas(t *testing.T) {
	k := testkit.New(t)
	o := k.Org()
	code := k.Code(o.Unit)
	k.Officer(model.BranchSecretary, o.Grid, "旧书记")
	k.Officer(model.BranchSecretary, o.OtherGrid, "新书记")
	_, staff := k.Officer(model.CommunityStaff, o.Community, "赵社工")
	move := as(k, staff)
	ask := func() string {
		page, err := k.S.UnitPage(t.Context(), model.Actor{}, code, func(p service.Page) (service.Rendered, error) {
			return service.Rendered{Bytes: []byte(p.Unit.Path + p.Above[len(p.Above)-1].Name + p.Secretary.Name)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(page.Bytes)
	}
	if _, err := k.S.SceneOf(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	k.S.UnitPage(t.Context(), move.By, code, func(service.Page) (service.Rendered, error) { return service.Rendered{}, nil }) //nolint:errcheck // so that the code is kept
	var renamed error
	k.S.Clock = &meanwhile{k.Clock, 0, func() {
		if _, renamed = k.S.RenameNode(t.Context(), move, o.FarUnit.ID, "9单元", "重名"); renamed == nil {
			_, renamed = k.S.MoveNode(t.Context(), move, o.Unit.ID, o.OtherGrid.ID, "网格调整")
		}
	}}
	ask()
	k.S.Clock = k.Clock
	if renamed != nil {
		t.Fatal(renamed)
	}
	now, err := model.NodeByID(k.DB.Read(t.Context()), o.Unit.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(); got != now.Path+"第二网格新书记" {
		t.Fatalf("the page is kept as %s", got)
	}
}
