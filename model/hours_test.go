package model_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"danyuan/model"
)

// The moves are written out here a second time: the table itself must not slip.
func TestHoursAndCorrections_moveOnlyAsAgreed(t *testing.T) {
	hours := []string{"open claimed", "open void", "claimed confirmed", "claimed refused", "claimed void", "confirmed void"}
	states := []model.HoursState{model.HoursOpen, model.HoursClaimed, model.HoursConfirmed, model.HoursRefused, model.HoursVoid}
	for _, from := range states {
		for _, to := range states {
			if from.MayBecome(to) != slices.Contains(hours, string(from+" "+to)) {
				t.Errorf("hours: %s → %s", from, to)
			}
		}
	}
	corrections := []string{"asked granted", "asked refused", "asked withdrawn"}
	all := []model.CorrectionState{model.CorrectionAsked, model.CorrectionGranted, model.CorrectionRefused, model.CorrectionWithdrawn}
	for _, from := range all {
		for _, to := range all {
			if from.MayBecome(to) != slices.Contains(corrections, string(from+" "+to)) {
				t.Errorf("correction: %s → %s", from, to)
			}
		}
	}
}

func beijing(text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, model.Beijing)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

func TestHours_daysAddUpToTheMinutes(t *testing.T) {
	for _, c := range []struct{ from, until, want string }{
		{"2026-03-04 09:00:00", "2026-03-04 10:30:00", "2026-03-04:90"},
		{"2026-03-04 23:00:00", "2026-03-05 00:00:00", "2026-03-04:60"},
		{"2026-03-04 00:00:00", "2026-03-04 12:00:00", "2026-03-04:720"},
		{"2026-12-31 22:30:00", "2027-01-01 01:00:00", "2026-12-31:90 2027-01-01:60"},
		{"2026-03-04 23:59:30", "2026-03-05 00:00:29", ""},
		{"2026-03-04 23:59:30", "2026-03-05 00:00:30", "2026-03-05:1"},
		{"2026-03-04 22:59:30", "2026-03-05 00:30:15", "2026-03-04:60 2026-03-05:30"},
	} {
		until := beijing(c.until)
		h := model.Hours{StartsAt: beijing(c.from), EndsAt: &until}
		h.Minutes = model.MinutesBetween(h.StartsAt, until)
		got := ""
		for _, d := range h.Days() {
			got += fmt.Sprintf(" %s:%d", d.Day, d.Minutes)
		}
		if want := c.want; got != "" && got[1:] != want || got == "" && want != "" {
			t.Errorf("%s to %s: %q, want %q", c.from, c.until, got, want)
		}
	}
}

func TestRuleBook_givesTheNearestRuleThatHasBegun(t *testing.T) {
	first, second, third := beijing("2020-01-01 00:00:00"), beijing("2026-03-01 00:00:00"), beijing("2026-04-01 00:00:00")
	book := model.RuleBook{
		{ID: 1, StartsAt: first}, {ID: 2, Kind: "patrol", StartsAt: first},
		{ID: 3, DistrictID: 7, StartsAt: second}, {ID: 4, DistrictID: 7, Kind: "patrol", StartsAt: third}, {ID: 5, DistrictID: 7, StartsAt: third},
	}
	for _, c := range []struct {
		district int64
		kind     string
		at       time.Time
		want     int64
	}{
		{7, "repair", second.Add(-time.Second), 1},
		{7, "patrol", second.Add(-time.Second), 2},
		{7, "patrol", second, 3}, // a district's own rule stands before one for everywhere
		{7, "repair", second, 3},
		{7, "repair", third, 5},
		{7, "patrol", third, 4},
		{8, "patrol", third, 2},
		{8, "repair", third, 1},
	} {
		if got := book.At(c.district, c.kind, c.at).ID; got != c.want {
			t.Errorf("district %d, %s, %s: rule %d, want %d", c.district, c.kind, c.at, got, c.want)
		}
	}
}

// TestPointsRule_ofADayDoNotDependOnTheOrder goes through every order of some pieces of a day: it earns
// the same, by time and by points, with and without a cap.
func TestPointsRule_ofADayDoNotDependOnTheOrder(t *testing.T) {
	for _, r := range []model.PointsRule{
		{PerHour: 10, CapPoints: 80, CapMinutes: 480}, {PerHour: 7, CapPoints: 80, CapMinutes: 100}, {PerHour: 13, CapPoints: 11, CapMinutes: 480},
	} {
		want := int64(-1)
		permute([]int64{1, 25, 59, 37, 13}, func(pieces []int64) {
			var used model.DayUse
			var points, minutes int64
			for _, m := range pieces {
				d := model.HoursDay{Minutes: m}
				r.Earn(&d, &used)
				points, minutes = points+d.Points, minutes+d.Counted
			}
			whole := min(min(int64(135), r.CapMinutes)*r.PerHour/60, r.CapPoints)
			if points != whole || points != used.Points || minutes != min(135, r.CapMinutes) {
				t.Fatalf("%v by %+v: %d points and %d minutes, want %d points", pieces, r, points, minutes, whole)
			}
			if want >= 0 && points != want {
				t.Fatalf("%v: %d, another order gave %d", pieces, points, want)
			}
			want = points
		})
	}
}

func permute(of []int64, see func([]int64)) {
	var walk func(k int)
	walk = func(k int) {
		if k == len(of) {
			see(of)
			return
		}
		for i := k; i < len(of); i++ {
			of[k], of[i] = of[i], of[k]
			walk(k + 1)
			of[k], of[i] = of[i], of[k]
		}
	}
	walk(0)
}

func TestTurnOf_theNearestWhoMay(t *testing.T) {
	chief := model.Officer{PersonID: 1, Role: model.UnitChief}
	secretary := model.Officer{PersonID: 2, Role: model.BranchSecretary}
	staff := model.Officer{PersonID: 3, Role: model.CommunityStaff}
	all := []model.Officer{staff, chief, secretary}
	for _, c := range []struct {
		officers []model.Officer
		but      []int64
		level    int
	}{
		{all, nil, 0}, {all, []int64{1}, 1}, {all, []int64{1, 2}, 2}, {all, []int64{1, 2, 3}, 3},
		{[]model.Officer{staff}, nil, 2}, {nil, nil, 3}, {[]model.Officer{chief, {PersonID: 4, Role: model.UnitChief}}, []int64{1}, 0},
	} {
		if level, them := model.TurnOf(c.officers, c.but...); level != c.level || (level < len(model.Deciders)) != (len(them) > 0) {
			t.Errorf("%v without %v: level %d with %v, want %d", c.officers, c.but, level, them, c.level)
		}
	}
	for _, r := range model.DecidingRoles() {
		if !model.ConfirmHours.AllowedTo(r) {
			t.Errorf("%s decides about logs and may not confirm hours", r)
		}
	}
	if len(model.DecidingRoles()) != len(model.ConfirmHours.PermittedRoles()) {
		t.Error("somebody may confirm hours who has no level")
	}
}
