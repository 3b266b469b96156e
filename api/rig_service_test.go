package api_test

import (
	"strconv"
	"time"

	"danyuan/model"
	"danyuan/testkit"
	"gorm.io/gorm"
)

// association gives one of the unit, led by the neighbour.
func (w *world) association(name string) string {
	w.Helper()
	if made, ok := w.things["association "+name]; ok {
		return made
	}
	w.things["association "+name] = w.add(&model.Association{NodeID: w.Unit.ID, Kind: model.ArtsAssociation, Name: name, LeadID: w.Neighbour.ID, FoundedAt: testkit.Start, ActiveName: &name})
	return w.things["association "+name]
}

// activity gives one of the unit, two hours long, for those who live there, beginning some time from
// now. In a state, the resident and the neighbour have signed up; in another, they have attended.
func (w *world) activity(begins time.Duration, state model.SignUpState, attended ...model.HoursState) string {
	w.Helper()
	a := model.Activity{
		NodeID: w.Unit.ID, Kind: "environment", Title: "楼道大扫除", Place: "3栋楼下", StartsAt: testkit.Start.Add(begins), EndsAt: testkit.Start.Add(begins + 2*time.Hour),
		Audience: model.ForResidents, MadeAt: testkit.Start,
	}
	w.Tx(func(tx *gorm.DB) error { return model.MakeActivity(tx, &a) })
	for i, p := range []model.Person{w.Resident, w.Neighbour} {
		if state != "" {
			w.add(&model.SignUp{ActivityID: a.ID, PersonID: p.ID, State: state, Way: model.SignedBySelf, Turn: int64(i + 1), SignedAt: testkit.Start, SeatedAt: &testkit.Start})
		}
		for _, of := range attended {
			h := model.Hours{
				PersonID: p.ID, Source: model.FromActivity, ActivityID: &a.ID, NodeID: w.Unit.ID, Kind: a.Kind, Content: a.Title, Place: a.Place,
				StartsAt: a.StartsAt, FromAt: &a.StartsAt, UntilAt: &a.EndsAt, State: of, InWay: model.ByCode, InByID: p.ID, CreatedAt: testkit.Start,
			}
			if of == model.HoursClaimed {
				h.EndsAt, h.Minutes, h.OutWay, h.OutByID = &a.EndsAt, 120, model.ByCode, p.ID
			}
			w.add(&h)
		}
	}
	return digits(a.ID)
}

// rotating gives the code that is on the screen now of the activity that a fixture has made.
func (w *world) rotating(of string, gate model.Gate) string {
	w.Helper()
	id, _ := strconv.ParseInt(w.things[of], 10, 64)
	a, err := model.ActivityByID(w.DB.Read(w.Context()), id)
	if err != nil {
		w.Fatal(err)
	}
	return a.RotatingCode(gate, testkit.Start).Code
}

// hours gives a log of the resident's, filed yesterday.
func (w *world) hours(state model.HoursState) string {
	w.Helper()
	from, until := testkit.Start.AddDate(0, 0, -2), testkit.Start.AddDate(0, 0, -2).Add(time.Hour)
	return w.add(&model.Hours{
		PersonID: w.Resident.ID, Source: model.FromLog, NodeID: w.Unit.ID, Kind: "patrol", Content: "夜间巡楼", Place: "3栋",
		StartsAt: from, EndsAt: &until, Minutes: 60, State: state, CreatedAt: testkit.Start.AddDate(0, 0, -1),
	})
}

// correction gives a request of the resident's.
func (w *world) correction() string {
	w.Helper()
	hours, _ := strconv.ParseInt(w.hours(model.HoursConfirmed), 10, 64)
	from := testkit.Start.AddDate(0, 0, -2)
	return w.add(&model.Correction{
		HoursID: hours, NodeID: w.Unit.ID, PersonID: w.Resident.ID, State: model.CorrectionAsked, Kind: "patrol", Content: "夜间巡楼两小时", Place: "3栋",
		StartsAt: from, EndsAt: from.Add(2 * time.Hour), Why: "少记了一小时", AskedByID: w.Resident.ID, AskedAt: testkit.Start, OpenHoursID: &hours,
	})
}

// flag gives one about the resident's hours.
func (w *world) flag() string {
	w.Helper()
	hours, _ := strconv.ParseInt(w.hours(model.HoursConfirmed), 10, 64)
	return w.add(&model.Flag{HoursID: hours, PersonID: w.Resident.ID, NodeID: w.Unit.ID, RuleCode: "late_entry", RaisedAt: testkit.Start, OnceKey: "late_entry:1"})
}

// pointsRule gives one of the district's that has not begun.
func (w *world) pointsRule() string {
	w.Helper()
	key := "a key"
	return w.add(&model.PointsRule{DistrictID: w.District.ID, PerHour: 5, CapPoints: 40, CapMinutes: 480, StartsAt: testkit.Start.AddDate(0, 1, 0), MadeByID: 1, MadeAt: testkit.Start, ActiveKey: &key})
}
