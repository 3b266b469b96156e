package service_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
)

// runWith runs the job; between is called after the check of each batch of rows, before any is written.
func (h *house) runWith(i model.Import, between func() error) error {
	return h.S.RunImportWith(h.Context(), i.ID, func(written bool) error {
		if written {
			return nil
		}
		return between()
	})
}

func TestImport_severalWorkersDoItOnce(t *testing.T) {
	h := newHouse(t)
	rows := testkit.Roster(600, 5)
	h.run(h.handIn("structure", false, testkit.StructureHeader, testkit.Structure(rows)...))
	imp := h.handIn("roster", false, testkit.RosterHeader, rows...)
	before := len(h.people())
	var failed atomic.Int64
	h.Race(4, func(int) {
		if h.S.RunImport(t.Context(), imp.ID) != nil {
			failed.Add(1)
		}
	})
	h.run(imp) // whoever was told to try again
	if got := h.look(imp); got.State != "done" || got.Added != 600 || len(h.people())-before != 600 {
		t.Fatalf("%+v, %d people more, %d tries failed", got, len(h.people())-before, failed.Load())
	}
	var told int64
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Notice{}).Where("person_id = ? AND once_key = ?", h.clerk.ID, "import:"+digits(imp.ID)).Count(&told).Error
	})
	if told != 1 {
		t.Fatalf("told %d times", told)
	}
}

func TestImport_crashBetweenCheckAndWritingLeavesNothingAndIsMadeGood(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	crash := errors.New("power cut")
	if err := h.runWith(imp, func() error { return crash }); !errors.Is(err, crash) {
		t.Fatal(err)
	}
	if got := h.look(imp); got.State != "running" || len(h.people()) != 1 {
		t.Fatalf("%+v, %d people", got, len(h.people()))
	}
	if got := h.run(imp); got.State != "done" || got.Added != 1 {
		t.Fatalf("%+v", got)
	}
	if got := h.run(imp); got.Added != 1 || len(h.people()) != 2 {
		t.Fatalf("%+v, %d people", got, len(h.people()))
	}
}

func TestImport_crashInTheMidstOfWritingLeavesNothing(t *testing.T) {
	h := newHouse(t)
	rows := testkit.Roster(1100, 5)
	h.run(h.handIn("structure", false, testkit.StructureHeader, testkit.Structure(rows)...))
	imp := h.handIn("roster", false, testkit.RosterHeader, rows...)
	batches, crash := 0, errors.New("power cut")
	err := h.S.RunImportWith(t.Context(), imp.ID, func(written bool) error {
		if written {
			batches++
		}
		if batches == 2 {
			return crash
		}
		return nil
	})
	if got := h.look(imp); !errors.Is(err, crash) || got.State != "running" || got.Added != 0 || len(h.people()) != 1 {
		t.Fatalf("%v: %+v, %d people", err, got, len(h.people()))
	}
	if got := h.run(imp); got.State != "done" || got.Added != 1100 || len(h.people()) != 1101 {
		t.Fatalf("%+v, %d people", got, len(h.people()))
	}
}

func TestImport_whatChangesAfterTheCheckIsSeenByTheWriting(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅", "", number1))
	err := h.runWith(imp, func() error {
		h.Person(h.ForeignUnit, "李梅", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number1) })
		return nil
	})
	if got := h.look(imp); err != nil || got.State != "refused" || got.Faults != 1 || got.Added != 0 || len(h.people()) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if report := h.faults(imp); report != "2 身份证号 这个身份证号已在别处登记，没有导入。请本人或家属在原登记的地方办理迁出，再重新导入。" {
		t.Fatal(report)
	}
}

func TestImport_roleThatEndedWritesNothing(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", h.clerk.ID).Updates(map[string]any{"ends_at": h.Clock.Now(), "open_key": nil}).Error
	})
	if err := h.S.RunImport(t.Context(), imp.ID); err != nil {
		t.Fatal(err)
	}
	_, h.staff = h.Officer(model.CommunitySecretary, h.Community, "书记")
	if got := h.look(imp); got.State != "refused" || got.Failure != "import.role_ended" || len(h.people()) != 2 {
		t.Fatalf("%+v", got)
	}
	if report := h.faults(imp); !strings.HasPrefix(report, "整个表格  提交人现在没有导入的权限") {
		t.Fatal(report)
	}
}

func TestImport_cancelledInTimeDoesNothing(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	cancel := func() (model.Import, error) { return h.S.CancelImport(t.Context(), as(h.Kit, h.staff), imp.ID) }
	if got, err := cancel(); err != nil || got.State != model.ImportCancelled {
		t.Fatalf("%s, %v", got.State, err)
	}
	if got := h.run(imp); got.State != "cancelled" || len(h.people()) != 1 {
		t.Fatalf("%+v", got)
	}
	if _, err := cancel(); !errors.Is(err, model.ErrImportOver) {
		t.Fatal(err)
	}
	imp = h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	err := h.runWith(imp, func() error { _, err := cancel(); return err })
	if got := h.look(imp); err != nil || got.State != "cancelled" || len(h.people()) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	h.roster(at("1单元", "701", "李梅"))
	if len(h.people()) != 2 {
		t.Fatal("after a cancelled import the next one is not possible")
	}
}

func TestImport_thatFailsAgainAndAgainGivesUp(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	crash := errors.New("disk on fire")
	for range model.ImportTries - 1 {
		if err := h.runWith(imp, func() error { return crash }); !errors.Is(err, crash) {
			t.Fatal(err)
		}
	}
	if err := h.runWith(imp, func() error { return crash }); err != nil {
		t.Fatal(err)
	}
	if got := h.look(imp); got.State != "failed" || got.Failure != "import.failed" || strings.Contains(h.faults(imp), "fire") {
		t.Fatalf("%+v: %s", got, h.faults(imp))
	}
	if got := h.roster(at("1单元", "701", "李梅")); got.State != "done" {
		t.Fatalf("%+v", got)
	}
}

func TestImport_thatTakesTheProcessDownIsNotBegunForEver(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Import{}).Where("id = ?", imp.ID).Update("tries", model.ImportTries).Error
	})
	if got := h.run(imp); got.State != "failed" || len(h.people()) != 1 {
		t.Fatalf("%+v, %d people", got, len(h.people()))
	}
}

func TestImport_progressIsSeenWhileItRuns(t *testing.T) {
	h := newHouse(t)
	rows := testkit.Roster(2600, 5)
	h.run(h.handIn("structure", false, testkit.StructureHeader, testkit.Structure(rows)...))
	imp := h.handIn("roster", false, testkit.RosterHeader, rows...)
	var seen model.Import
	if err := h.runWith(imp, func() error { seen = h.look(imp); return nil }); err != nil {
		t.Fatal(err)
	}
	if seen.State != "running" || seen.TotalRows != 2600 || seen.DoneRows != 2000 {
		t.Fatalf("%+v", seen)
	}
}
