package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/testkit"
)

func TestMatterRace_twoOfficersAtOnceOneWinsTheOtherIsToldWhoDidWhat(t *testing.T) {
	w := newWard(t)
	_, two := w.Officer(model.UnitChief, w.o.Unit, "李副长")
	for round := range rounds {
		m := w.report(w.volunteer, but(lamp(model.Named), "words", fmt.Sprintf("路灯坏了%d", round)))
		status := make([]int, 2)
		bodies := make([]string, 2)
		w.Race(2, func(i int) {
			token, move := w.chief, "accept"
			if i == 1 {
				token, move = two, "pass-up"
			}
			a := w.Post(token, "/v1/matters/"+m.ID+"/"+move, map[string]any{"seen": 1, "words": "同时办理"})
			status[i], bodies[i] = a.Status, string(a.Body)
		})
		if status[0]+status[1] != 200+409 {
			t.Fatalf("round %d: %v %v", round, status, bodies)
		}
		loser := bodies[0]
		if status[0] == 200 {
			loser = bodies[1]
		}
		if !han.MatchString(loser) || !strings.Contains(loser, "matter.moved_meanwhile") || !strings.Contains(loser, "单元长") {
			t.Fatalf("the loser is told %s", loser)
		}
		w.Post(w.volunteer, "/v1/matters/"+m.ID+"/withdraw", map[string]any{"seen": 2}).Expect(200)
		if round%9 == 8 {
			w.Move(24 * 3600e9)
		}
	}
	w.verified()
}

func TestMatterRace_twoTapsAndLateOnesHappenOnce(t *testing.T) {
	w := newWard(t)
	for round := range rounds {
		m := w.report(w.volunteer, lamp(model.Named))
		answers := make([]testkit.Answer, 8)
		w.Race(8, func(i int) {
			answers[i] = w.Do(w.API, w.chief, "POST", "/v1/matters/"+m.ID+"/accept", map[string]any{"seen": 1})
		})
		came(t, round, "taps", answers, map[string]int{"200": 1, "matter.moved_meanwhile": 7})
		// One that was sent before and comes late is told what happened since.
		w.Post(w.chief, "/v1/matters/"+m.ID+"/pass-up", map[string]any{"seen": 1, "words": "来晚了"}).Refused(409, "matter.moved_meanwhile").Has("王建国").Has("受理")
		w.Post(w.volunteer, "/v1/matters/"+m.ID+"/withdraw", map[string]any{"seen": 2}).Expect(200)
		w.Move(3 * time.Hour)
	}
	w.verified()
}

// TestMatterRace_theLastMinuteOfSevenDays: the reporter rates just when the week is over, and every replica
// sweeps. It is closed once, and whoever came first says how.
func TestMatterRace_theLastMinuteOfSevenDays(t *testing.T) {
	w := newWard(t)
	ended := map[string]int{}
	for round := range rounds {
		if round%4 == 3 { // sessions end after a month
			w.volunteer, w.chief = w.SignIn(w.who), w.SignIn(w.chiefWho)
		}
		m := w.report(w.volunteer, lamp(model.Named))
		w.do(w.chief, &m, "resolve", "words", "换了新灯泡").Expect(200)
		w.Move(model.MatterAnsweredFor)
		w.Race(3, func(i int) {
			if i > 0 {
				if err := w.S.WatchMatters(w.Context()); err != nil {
					t.Error(err)
				}
				return
			}
			a := w.Do(w.API, w.volunteer, "POST", "/v1/matters/"+m.ID+"/rate", map[string]any{"seen": 2, "solved": true, "satisfied": true})
			if code := codeOf(a); a.Status != 200 && code != "matter.moved_meanwhile" {
				t.Errorf("round %d: %d %s", round, a.Status, a.Body)
			}
		})
		moves := w.movesOf(m)
		if len(moves) != 3 {
			t.Fatalf("round %d: %v", round, moves)
		}
		ended[moves[2]]++
	}
	t.Log(ended)
	w.verified()
}
