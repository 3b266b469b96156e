package service_test

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/fault"
	"danyuan/model"
	"danyuan/service"
	"danyuan/service/ledger"
	"danyuan/testkit"
)

// field is an activity of the community, this morning from eight to twelve, with people in it.
type field struct {
	*testkit.Kit
	testkit.Org
	organiser   model.Actor
	from, until time.Time
	people      []model.Person
}

func newField(t testing.TB, people int) *field {
	t.Helper()
	k := testkit.New(t)
	f := &field{Kit: k, Org: k.Org(), from: testkit.Start.Add(-time.Hour), until: testkit.Start.Add(3 * time.Hour)}
	p := k.Person(f.Community, "陈社工")
	k.Appoint(p, model.CommunityStaff, f.Community)
	f.organiser = model.Actor{PersonID: p.ID, NodeID: f.Community.ID, Path: f.Community.Path}
	k.Tx(func(tx *gorm.DB) error {
		for i := range people {
			p := model.Person{NodeID: f.Unit.ID, Name: fmt.Sprintf("志愿%d", i), Membership: model.NoMember, State: model.PersonHere, CreatedAt: k.Clock.Now(), UpdatedAt: k.Clock.Now()}
			if err := tx.Create(&p).Error; err != nil {
				return err
			}
			f.people = append(f.people, p)
		}
		return nil
	})
	return f
}

// attendance is somebody's check-in now.
func (f *field) attendance(p model.Person, activity int64) model.Hours {
	return model.Hours{
		PersonID: p.ID, ActivityID: &activity, NodeID: f.Community.ID, Kind: "environment", Content: "清洁家园", Place: "广场",
		StartsAt: f.Clock.Now(), FromAt: &f.from, UntilAt: &f.until, InWay: model.ByCode, InByID: p.ID,
	}
}

// claimed gives ended attendances of everybody, an hour long.
func (f *field) claimed(activity int64) []model.Hours {
	f.Helper()
	var list []model.Hours
	end := f.Clock.Now()
	f.Tx(func(tx *gorm.DB) error {
		for _, p := range f.people {
			h := f.attendance(p, activity)
			h.StartsAt, h.EndsAt, h.Minutes, h.State, h.Source = end.Add(-time.Hour), &end, 60, model.HoursClaimed, model.FromActivity
			if err := tx.Create(&h).Error; err != nil {
				return err
			}
			list = append(list, h)
		}
		return nil
	})
	return list
}

func refusedBy(t testing.TB, err error, want *fault.Fault) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%v, want %s", err, want.Code)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *field) points(p model.Person) int64 {
	f.Helper()
	n, err := model.BalanceOf(f.DB.Read(f.Context()), string(ledger.PersonPoints(p.ID)))
	must(f, err)
	return n
}

func (f *field) sound() {
	f.Helper()
	for _, d := range f.differences() {
		f.Error(d)
	}
}

func (f *field) differences() (all []string) {
	f.Helper()
	_, err := f.S.Verify(f.Context(), func(d service.Difference) { all = append(all, d.Where+": "+d.What) })
	must(f, err)
	return all
}

// TestVerify_findsHoursThatAreNotWhatTheyGave changes each stored value that has to do with points.
func TestVerify_findsHoursThatAreNotWhatTheyGave(t *testing.T) {
	f := newField(t, 2)
	list := f.claimed(1)
	must(t, f.S.ConfirmAll(t.Context(), f.organiser, list))
	f.sound()
	set := func(record any, where string, id int64, column string, value any) {
		t.Helper()
		f.Tx(func(tx *gorm.DB) error { return tx.Model(record).Where(where, id).Update(column, value).Error })
	}
	var first, second, third model.Hours
	var day model.HoursDay
	f.Tx(func(tx *gorm.DB) error {
		err := errors.Join(tx.Where("id = ?", list[0].ID).Take(&first).Error, tx.Where("id = ?", list[1].ID).Take(&second).Error,
			tx.Where("hours_id = ?", list[0].ID).Take(&day).Error)
		third = second
		third.ID, third.ActivityID, third.State, third.Points, third.TransferID = 0, nil, model.HoursVoid, 0, nil
		return errors.Join(err, tx.Create(&third).Error)
	})
	for _, c := range []struct {
		record   any
		column   string
		was, now any
	}{
		{&model.Hours{}, "points", first.Points, 11},
		{&model.Hours{}, "points", first.Points, 0},
		{&model.Hours{}, "person_id", first.PersonID, f.organiser.PersonID},
		{&model.Hours{}, "minutes", first.Minutes, 61},
		{&model.Hours{}, "state", first.State, model.HoursVoid},
		{&model.Hours{}, "transfer_id", *first.TransferID, *second.TransferID},
		{&model.Hours{}, "transfer_id", *first.TransferID, nil},
		{&model.HoursDay{}, "points", 10, 9},
		{&model.HoursDay{}, "minutes", 60, 59},
		{&model.HoursDay{}, "hours_id", first.ID, third.ID},
		{&model.HoursDay{}, "person_id", first.PersonID, second.PersonID},
		{&model.ServiceTotal{}, "services", 1, 2},
		{&model.ServiceTotal{}, "minutes", 60, 0},
	} {
		where, id := "id = ?", first.ID
		switch c.record.(type) {
		case *model.HoursDay:
			id = day.ID
		case *model.ServiceTotal:
			where, id = "person_id = ?", first.PersonID
		}
		set(c.record, where, id, c.column, c.now)
		if len(f.differences()) == 0 {
			t.Errorf("%T.%s = %v is not found", c.record, c.column, c.now)
		}
		set(c.record, where, id, c.column, c.was)
		f.sound()
	}
}

// TestRecountServices_mendsWhatAnOlderDanyuanConfirmed takes totals away that are right, and gives some that are
// nobody's.
func TestRecountServices_mendsWhatAnOlderDanyuanConfirmed(t *testing.T) {
	f := newField(t, 5)
	list := f.claimed(1)
	must(t, f.S.ConfirmAll(t.Context(), f.organiser, list[:4]))
	f.sound()
	f.Tx(func(tx *gorm.DB) error {
		return errors.Join(
			tx.Where("person_id = ?", list[0].PersonID).Delete(&model.ServiceTotal{}).Error,
			tx.Model(&model.ServiceTotal{}).Where("person_id = ?", list[3].PersonID).Update("minutes", 0).Error,
			tx.Create(&model.ServiceTotal{PersonID: list[4].PersonID, Services: 1, Minutes: 60}).Error)
	})
	if n := len(f.differences()); n != 3 {
		t.Fatalf("%d totals are found to be astray, want 3", n)
	}
	for many := 1; many < 8; many++ { // and each once, however many are looked at together
		var found []int64
		must(t, service.TotalsAstray(t.Context(), f.DB.Read(t.Context()), many, func(person int64) error { found = append(found, person); return nil }))
		if want := []int64{list[0].PersonID, list[3].PersonID, list[4].PersonID}; !slices.Equal(found, want) {
			t.Errorf("%d at once: %v, want %v", many, found, want)
		}
	}
	must(t, f.S.RecountServices(t.Context()))
	f.sound()
	for i, h := range list {
		total, err := model.TotalHours(f.DB.Read(t.Context()), h.PersonID)
		must(t, err)
		if want := (model.HoursTotal{Records: 1, Minutes: 60}); i < 4 && total != want || i == 4 && total != (model.HoursTotal{Waiting: 1}) {
			t.Errorf("%d: %+v", i, total)
		}
	}
}

func TestHours_ofAnActivityStayInItsBounds(t *testing.T) {
	f := newField(t, 1)
	p := f.people[0]
	f.from = f.Clock.Now().Add(10 * time.Minute) // checked in early
	h, err := f.S.BeginHours(t.Context(), f.organiser, f.attendance(p, 1))
	must(t, err)
	if h.State != model.HoursOpen || !h.StartsAt.Equal(f.from) {
		t.Fatalf("%+v", h)
	}
	_, err = f.S.EndHours(t.Context(), f.organiser, h, f.Clock.Now().Add(time.Second))
	refusedBy(t, err, model.ErrHoursFuture)
	f.Clock.Move(10*time.Minute + 59*time.Second)
	_, err = f.S.EndHours(t.Context(), f.organiser, h, f.Clock.Now())
	refusedBy(t, err, model.ErrHoursShort)
	f.Clock.Move(24 * time.Hour) // forgotten; settled too generously
	h, err = f.S.EndHours(t.Context(), f.organiser, h, f.Clock.Now())
	must(t, err)
	if h.State != model.HoursClaimed || !h.EndsAt.Equal(f.until) || h.Minutes != 170 {
		t.Fatalf("%+v", h)
	}
	_, err = f.S.EndHours(t.Context(), f.organiser, h, f.Clock.Now())
	refusedBy(t, err, model.ErrHoursState)
	_, err = f.S.BeginHours(t.Context(), f.organiser, f.attendance(p, 1))
	refusedBy(t, err, model.ErrHoursBounds)
}

func TestHours_checkInIsRefusedWhereThereIsAnotherRecord(t *testing.T) {
	f := newField(t, 1)
	p := f.people[0]
	begin := func(activity int64) error {
		_, err := f.S.BeginHours(t.Context(), f.organiser, f.attendance(p, activity))
		return err
	}
	must(t, begin(1))
	refusedBy(t, begin(2), model.ErrHoursOverlap)
	// A check-out that was forgotten holds nobody beyond the activity's end.
	f.Clock.Move(f.until.Sub(f.Clock.Now()))
	f.from, f.until = f.Clock.Now(), f.Clock.Now().Add(time.Hour)
	must(t, begin(3))
	var open model.Hours
	f.Tx(func(tx *gorm.DB) error { return tx.Where("activity_id = 3").Take(&open).Error })
	must(t, f.S.VoidAttendance(t.Context(), f.organiser, open))
	must(t, begin(4)) // what is void counts no more
}

func TestHours_checkedInAtTwoActivitiesAtOnceIsOne(t *testing.T) {
	f := newField(t, 1)
	errs := make([]error, 6)
	f.Race(len(errs), func(i int) {
		_, errs[i] = f.S.BeginHours(f.Context(), f.organiser, f.attendance(f.people[0], int64(i%3)+1))
	})
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			refusedBy(t, err, model.ErrHoursOverlap)
		}
	}
	if won != 1 {
		t.Fatalf("%d check-ins", won)
	}
}

func TestConfirmAll_isAllOrNothing(t *testing.T) {
	f := newField(t, 3)
	list := f.claimed(1)
	own := f.organiser
	own.PersonID = f.people[1].ID
	refusedBy(t, f.S.ConfirmAll(t.Context(), own, list), model.ErrHoursOwn)
	must(t, f.S.VoidAttendance(t.Context(), f.organiser, list[2]))
	refusedBy(t, f.S.ConfirmAll(t.Context(), f.organiser, list), model.ErrHoursState) // one is not what the list says
	for _, p := range f.people {
		if got := f.points(p); got != 0 {
			t.Fatalf("%d points of a list that was refused", got)
		}
	}
	must(t, f.S.ConfirmAll(t.Context(), f.organiser, list[:2]))
	refusedBy(t, f.S.ConfirmAll(t.Context(), f.organiser, list[:2]), model.ErrHoursState)
	if f.points(f.people[0]) != 10 || f.points(f.people[2]) != 0 {
		t.Fatal("points")
	}
	f.sound()
}

func TestConfirmAll_twiceAtOnceGivesOnce(t *testing.T) {
	f := newField(t, 20)
	list := f.claimed(1)
	errs := make([]error, 4)
	f.Race(len(errs), func(i int) { errs[i] = f.S.ConfirmAll(f.Context(), f.organiser, list) })
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			refusedBy(t, err, model.ErrHoursState)
		}
	}
	if won != 1 {
		t.Fatalf("%d confirmations", won)
	}
	for _, p := range f.people {
		if got := f.points(p); got != 10 {
			t.Fatalf("%d points", got)
		}
	}
	f.sound()
}

// counted counts the statements that go to the database while fn runs.
func (f *field) counted(fn func()) int64 {
	f.Helper()
	var n atomic.Int64
	on := true
	f.Tx(func(tx *gorm.DB) error {
		count := func(*gorm.DB) {
			if on {
				n.Add(1)
			}
		}
		name := fmt.Sprintf("count:%d", f.Clock.Now().UnixNano())
		c := tx.Callback()
		return errors.Join(c.Query().Register(name, count), c.Create().Register(name, count), c.Update().Register(name, count),
			c.Delete().Register(name, count), c.Row().Register(name, count), c.Raw().Register(name, count))
	})
	fn()
	on = false
	return n.Load()
}

// TestConfirmAll_takesFewStatements: by chunks of a hundred rows, not by people. Their notices and the
// jobs that send them are in it.
func TestConfirmAll_takesFewStatements(t *testing.T) {
	statements := func(people int) int64 {
		f := newField(t, people)
		list := f.claimed(1)
		n := f.counted(func() { must(t, f.S.ConfirmAll(t.Context(), f.organiser, list)) })
		f.sound()
		var notices, jobs int64
		f.Tx(func(tx *gorm.DB) error {
			return errors.Join(tx.Model(&model.Notice{}).Count(&notices).Error, tx.Model(&model.Job{}).Count(&jobs).Error)
		})
		if notices != int64(people) || jobs != int64(people) {
			t.Fatalf("%d notices, %d jobs of %d people", notices, jobs, people)
		}
		return n
	}
	few, many := statements(2), statements(200)
	t.Logf("2 people: %d statements, 200 people: %d", few, many)
	if many > 60 || many > few+20 {
		t.Errorf("%d statements for 200 people, %d for two", many, few)
	}
}

func BenchmarkConfirmAll(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		f := newField(b, 200)
		list := f.claimed(1)
		b.StartTimer()
		must(b, f.S.ConfirmAll(b.Context(), f.organiser, list))
	}
}
