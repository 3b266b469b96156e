package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/testkit/edge"
)

func TestAttend_twiceAtOnceIsOne(t *testing.T) {
	s := newSquare(t)
	_, tokens := s.neighbours(s.o.Unit, 3)
	a := s.soon(map[string]any{"capacity": 2})
	s.Move(time.Hour)
	code := s.screen(a, "in").Code
	answers := make([]edge.Answer, 9) // three people, who all come to the door at once, for two seats
	s.Race(len(answers), func(i int) {
		answers[i] = s.Do(s.API, tokens[i%3], "POST", a+"/check-in", scan(code))
	})
	fresh := 0
	for _, answer := range answers {
		if answer.Status != 200 {
			answer.Refused(409, "activity.full")
			continue
		}
		if strings.Contains(string(answer.Body), `"already":false`) {
			fresh++
		}
	}
	if n := len(s.attendances(a)); n != 2 || fresh != 2 || len(s.signUps(a, model.Seated)) != 2 {
		t.Fatalf("%d records, %d fresh answers, %v", n, fresh, s.signUps(a, model.Seated))
	}
}

// TestAttend_everythingAtTheDoorAtOnce: while some give up their seats others come to the door, sign up, are checked
// in by hand, or try to be at two activities.
func TestAttend_everythingAtTheDoorAtOnce(t *testing.T) {
	for range 4 {
		s := newSquare(t)
		people, tokens := s.neighbours(s.o.Unit, 16)
		a, b := s.soon(map[string]any{"capacity": 6}), s.soon(map[string]any{"title": "另一个"})
		for _, token := range tokens[:6] {
			s.Post(token, a+"/sign-up", nil).Expect(200)
		}
		s.Move(40 * time.Minute) // the door is open, and signing up goes on
		inA, inB := s.screen(a, "in").Code, s.screen(b, "in").Code
		s.Race(24, func(i int) {
			switch {
			case i < 4:
				s.Do(s.API, tokens[i], "POST", a+"/sign-off", nil).Expect(200)
			case i < 14:
				s.Do(s.API, tokens[i], "POST", a+"/check-in", scan(inA))
			case i < 16:
				s.Do(s.API, tokens[i], "POST", a+"/sign-up", nil).Expect(200)
			case i < 18:
				s.Do(s.API, s.chief, "POST", byHand(a, people[i-4], "check-in"), nil)
			default: // those who also come to the first
				s.Do(s.API, tokens[i-10], "POST", b+"/check-in", scan(inB))
			}
		})
		seated, at := s.signUps(a, model.Seated), map[int64]int{}
		if len(seated) > 6 || len(seated)+len(s.signUps(a, model.Waiting)) < 4 {
			t.Fatalf("%d on six seats, %d wait", len(seated), len(s.signUps(a, model.Waiting)))
		}
		for _, h := range append(s.attendances(a), s.attendances(b)...) {
			at[h.PersonID]++
		}
		for person, n := range at {
			if n > 1 {
				t.Errorf("person %d is at two activities", person)
			}
		}
		for _, h := range s.attendances(a) {
			if !slices.Contains(seated, h.PersonID) {
				t.Errorf("person %d is in without a seat", h.PersonID)
			}
		}
	}
}
