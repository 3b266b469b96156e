package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/testkit/edge"
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
		answers := make([]edge.Answer, 8)
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

// TestMatterRace_manyReportAtOnce: reports share transactions. Each is what its reporter wrote, told as it is
// read afterwards; one that is refused, before or after its photos, takes nobody along.
func TestMatterRace_manyReportAtOnce(t *testing.T) {
	w := newWard(t)
	var tokens []string
	for i := range 16 {
		tokens = append(tokens, w.SignIn(w.Person([]model.Node{w.o.Unit, w.o.NextDoor, w.o.FarUnit}[i%3], fmt.Sprintf("上报人%d", i))))
	}
	photos := make([]string, 64)
	for i := range photos {
		switch i % 8 {
		case 3:
			photos[i] = w.UploadPhoto(tokens[i%16])
		case 5:
			photos[i] = w.UploadPhoto(tokens[(i+1)%16]) // not theirs
		}
	}
	answers, bodies := make([]edge.Answer, 64), make([]map[string]any, 64)
	w.Race(64, func(i int) {
		bodies[i] = but(lamp([]model.Anonymity{model.Named, model.HiddenFromNeighbours, model.HiddenFromChief}[i%3]), "words", fmt.Sprintf("路灯坏了,第%d盏", i))
		bodies[i]["urgent"] = i%2 == 0
		if i%8 == 6 {
			bodies[i]["category"] = "nonsense"
		}
		if photos[i] != "" {
			bodies[i]["photos"] = []string{photos[i]}
		}
		answers[i] = w.Do(w.API, tokens[i%16], "POST", "/v1/matters", bodies[i])
	})
	for i, a := range answers {
		if i%8 == 5 || i%8 == 6 {
			a.Refused(map[int]int{5: 404, 6: 422}[i%8], map[int]string{5: "file.not_found", 6: "matter.unknown_category"}[i%8])
			continue
		}
		var m struct{ ID, Words string }
		a.Expect(200).Into(&m)
		read := w.Get(tokens[i%16], "/v1/matters/"+m.ID).Expect(200)
		if string(a.Body) != string(read.Body) || m.Words != bodies[i]["words"] || (photos[i] != "") != strings.Contains(string(a.Body), `"photos":[{`) {
			t.Errorf("%d: told\n%s\nand read\n%s", i, a.Body, read.Body)
		}
	}
	w.verified()
}

// TestMatterRace_elevenAtOnceAreOneTooMany: how many one may report in a day is counted also among those
// that share a transaction.
func TestMatterRace_elevenAtOnceAreOneTooMany(t *testing.T) {
	w := newWard(t)
	for round := range 10 {
		answers := make([]edge.Answer, model.MostMattersADay+6)
		w.Race(len(answers), func(i int) {
			answers[i] = w.Do(w.API, w.volunteer, "POST", "/v1/matters", but(lamp(model.Named), "words", fmt.Sprintf("第%d件", i)))
		})
		came(t, round, "reports", answers, map[string]int{"200": model.MostMattersADay, "matter.too_many_today": 6})
		w.Move(24 * time.Hour)
	}
	w.verified()
}
