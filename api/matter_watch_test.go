package api_test

import (
	"strconv"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
)

// movesOf gives the moves that were made of a matter, in order.
func (w *ward) movesOf(m matter) (moves []string) {
	w.Helper()
	id, _ := strconv.ParseInt(m.ID, 10, 64)
	events, err := model.ListedMatterEventsOf(w.DB.Read(w.Context()), id)
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range events {
		moves = append(moves, string(e.Move))
	}
	return moves
}

func (w *ward) wantMoves(m matter, want ...string) {
	w.Helper()
	got := w.movesOf(m)
	if len(got) != len(want) {
		w.Fatalf("moves %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			w.Fatalf("moves %v, want %v", got, want)
		}
	}
}

// tick moves the clock and lets time look at matters.
func (w *ward) tick(d time.Duration) {
	w.Helper()
	w.Move(d)
	if err := w.S.WatchMatters(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func TestWatch_warnsAtFourFifthsAndRaisesAtTheLimitEachOnce(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named)) // 24 hours to accept
	w.tick(19*time.Hour + 11*time.Minute)
	w.wantMoves(m, "report")
	w.tick(time.Minute) // 80 % of 24 hours are 19 h 12 min
	w.tick(time.Minute)
	w.wantMoves(m, "report", "warn")
	w.Get(w.chief, "/v1/notices").Expect(200).Has("快到时限")
	w.tick(4*time.Hour + 46*time.Minute)
	w.wantMoves(m, "report", "warn")
	w.tick(time.Minute)
	w.tick(time.Minute)
	w.wantMoves(m, "report", "warn", "raise")
	w.Get(w.chief, "/v1/notices").Expect(200).Has("已转交上级")
	w.Get(w.secretary, "/v1/notices").Expect(200).Has("超时升级")
	w.Get(w.volunteer, "/v1/notices").Expect(200).Has("已升级办理")
	w.verified()
}

func TestWatch_afterALongStandstillEachStepHappensOnce(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	w.tick(1000 * time.Hour) // the server was down
	w.wantMoves(m, "report", "warn", "raise")
	w.tick(1000 * time.Hour)
	w.wantMoves(m, "report", "warn", "raise", "warn", "raise")
	for range 3 {
		w.tick(1000 * time.Hour)
	}
	w.wantMoves(m, "report", "warn", "raise", "warn", "raise", "warn", "overdue")
	w.verified()
}

func TestWatch_oneThatCannotBeMovedHoldsUpNoOther(t *testing.T) {
	w := newWard(t)
	broken := w.report(w.volunteer, lamp(model.Named))
	w.Move(time.Second)
	m := w.report(w.volunteer, but(lamp(model.Named), "words", "路灯坏了"))
	w.Tx(func(tx *gorm.DB) error { // its next event is one that it has had
		return tx.Model(&model.Matter{}).Where("id = ?", broken.ID).Update("moves", 0).Error
	})
	w.Move(1000 * time.Hour)
	if err := w.S.WatchMatters(w.Context()); err == nil {
		t.Error("nobody is told of the one that can't be moved")
	}
	w.wantMoves(m, "report", "warn", "raise")
	w.wantMoves(broken, "report")
}

func TestWatch_severalReplicasMoveOnce(t *testing.T) {
	w := newWard(t)
	other, _ := w.Replica()
	for round := range 20 {
		w.volunteer = w.SignIn(w.who) // the last session has ended meanwhile
		m := w.report(w.volunteer, but(lamp(model.Named), "words", "路灯坏了"))
		w.Move(1000 * time.Hour)
		errs := make([]error, 4)
		w.Race(4, func(i int) {
			s := w.S
			if i%2 == 1 {
				s = other
			}
			errs[i] = s.WatchMatters(w.Context())
		})
		for _, err := range errs {
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
		}
		w.wantMoves(m, "report", "warn", "raise")
		w.Tx(func(tx *gorm.DB) error { // out of the next round's way
			return tx.Model(&model.Matter{}).Where("id = ?", m.ID).Update("look_at", nil).Error
		})
	}
}

func TestWatch_sevenDaysWithoutAWordCloseIt(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	w.do(w.chief, &m, "resolve", "words", "修好了").Expect(200)
	w.tick(7*24*time.Hour - time.Minute)
	w.wantMoves(m, "report", "resolve")
	w.tick(time.Minute)
	w.wantMoves(m, "report", "resolve", "lapse")
	w.Get(w.volunteer, "/v1/matters/"+m.ID).Expect(200).Has(`"outcome":"unanswered"`)
	w.Post(w.volunteer, "/v1/matters/"+m.ID+"/rate", map[string]any{"seen": 3, "solved": true, "satisfied": true}).Refused(409, "matter.wrong_state").Has("重新上报")
	w.verified()
}

func TestWatch_costsByWhatIsDue(t *testing.T) {
	w := newWard(t)
	w.report(w.volunteer, lamp(model.Named))
	ids, err := model.MattersToLookAt(w.DB.Read(w.Context()), w.Clock.Now(), 100)
	if err != nil || len(ids) != 0 {
		t.Errorf("nothing is due: %v, %v", ids, err)
	}
	if due, _ := model.MattersToLookAt(w.DB.Read(w.Context()), w.Clock.Now().Add(20*time.Hour), 100); len(due) != 1 {
		t.Errorf("due: %v", due)
	}
}

func TestWatch_whatIsOverdueIsSaidOnceAlsoAfterAQuestion(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, lamp(model.Named))
	w.do(w.chief, &m, "pass-up", "words", "办不了").Expect(200)
	w.do(w.secretary, &m, "pass-up", "words", "办不了").Expect(200)
	w.do(w.staff, &m, "accept").Expect(200)
	w.tick(241 * time.Hour)
	w.wantMoves(m, "report", "pass_up", "pass_up", "accept", "warn", "overdue")
	w.volunteer, w.staff = w.SignIn(w.who), w.SignIn(w.staffWho)
	m.Seen = 6
	w.do(w.staff, &m, "ask", "words", "还要补充").Expect(200)
	w.do(w.volunteer, &m, "answer", "words", "补充好了").Expect(200)
	w.tick(time.Hour)
	w.wantMoves(m, "report", "pass_up", "pass_up", "accept", "warn", "overdue", "ask", "answer")
	w.verified()
}
