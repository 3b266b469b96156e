package api_test

import (
	"fmt"
	"strings"
	"testing"

	"danyuan/model"
)

func TestMatterRace_twoOfficersAtOnceOneWinsTheOtherIsToldWhoDidWhat(t *testing.T) {
	w := newWard(t)
	_, two := w.Officer(model.UnitChief, w.o.Unit, "李副长")
	for round := range 30 {
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
	m := w.report(w.volunteer, lamp(model.Named))
	ok := make([]bool, 8)
	w.Race(8, func(i int) {
		a := w.Post(w.chief, "/v1/matters/"+m.ID+"/accept", map[string]any{"seen": 1})
		ok[i] = a.Status == 200
	})
	won := 0
	for _, o := range ok {
		if o {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of 8 taps have accepted it", won)
	}
	// One that was sent before and comes late is told what happened since.
	w.Post(w.chief, "/v1/matters/"+m.ID+"/pass-up", map[string]any{"seen": 1, "words": "来晚了"}).Refused(409, "matter.moved_meanwhile").Has("王建国").Has("受理")
	w.verified()
}
