package api_test

import (
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit/edge"
)

// rounds is how often each race is run.
const rounds = 100

// tally is how often each answer came: "200" or the refusal's code.
func tally(answers []edge.Answer) map[string]int {
	came := map[string]int{}
	for _, a := range answers {
		if a.Status == 200 {
			came["200"]++
		} else {
			came[codeOf(a)]++
		}
	}
	return came
}

// came fails the test unless exactly these answers came.
func came(t *testing.T, round int, what string, answers []edge.Answer, want map[string]int) {
	t.Helper()
	if got := tally(answers); !maps.Equal(got, want) {
		t.Fatalf("round %d, %s: %v, want %v", round, what, got, want)
	}
}

// TestRounds_seatsDoorConfirmationReversal: four neighbours want two seats, those who have them scan
// twice at the door, two organisers confirm at once, and two of the staff take back at once what was
// confirmed. Nobody gets anything twice, and in the end nobody has anything.
func TestRounds_seatsDoorConfirmationReversal(t *testing.T) {
	s := newSquare(t)
	people, tokens := s.neighbours(s.o.Unit, 4)
	_, one := s.Officer(model.CommunityStaff, s.o.Community, "吴干事")
	_, other := s.Officer(model.CommunityStaff, s.o.Community, "郑干事")
	of := map[int64]string{}
	for i, p := range people {
		of[p.ID] = tokens[i]
	}
	answers := make([]edge.Answer, 8)
	race := func(n int, call func(i int) edge.Answer) []edge.Answer {
		s.Race(n, func(i int) { answers[i] = call(i) })
		return answers[:n]
	}
	for round := range rounds {
		a := s.soon(map[string]any{"capacity": 2})
		came(t, round, "seats", race(8, func(i int) edge.Answer { return s.Do(s.API, tokens[i%4], "POST", a+"/sign-up", nil) }),
			map[string]int{"200": 4, "activity.signed_up_already": 4})
		seated := s.signUps(a, model.Seated)
		if len(seated) != 2 || len(s.signUps(a, model.Waiting)) != 2 {
			t.Fatalf("round %d: seated %v", round, seated)
		}
		s.Move(time.Hour)
		code := s.screen(a, "in").Code
		came(t, round, "door", race(8, func(i int) edge.Answer { return s.Do(s.API, tokens[i%4], "POST", a+"/check-in", scan(code)) }),
			map[string]int{"200": 4, "activity.still_waiting": 4})
		s.Move(2 * time.Hour)
		s.Post(s.chief, a+"/settle", map[string]any{"people": []map[string]any{
			{"person_id": digits(seated[0]), "left_at": s.Clock.Now(), "reason": "散场时一起离开"}, {"person_id": digits(seated[1]), "left_at": s.Clock.Now(), "reason": "散场时一起离开"},
		}}).Expect(200)
		came(t, round, "confirmation", race(4, func(i int) edge.Answer {
			return s.Do(s.API, []string{s.chief, s.secretary}[i%2], "POST", a+"/confirm", map[string]string{})
		}), map[string]int{"200": 1, "activity.nothing_to_confirm": 3})
		attended := s.attendances(a)
		if len(attended) != 2 || s.points(of[seated[0]]) != 20 || s.points(of[seated[1]]) != 20 {
			t.Fatalf("round %d: %d attended, %d and %d points", round, len(attended), s.points(of[seated[0]]), s.points(of[seated[1]]))
		}
		came(t, round, "reversal", race(8, func(i int) edge.Answer {
			return s.Do(s.API, []string{one, other}[i/2%2], "POST", "/v1/hours/"+digits(attended[i%2].ID)+"/void", because)
		}), map[string]int{"200": 2, "hours.wrong_state": 6})
		s.Move(time.Hour)
	}
	for _, token := range tokens {
		if n := s.points(token); n != 0 {
			t.Errorf("%d points are left", n)
		}
	}
	s.Balanced()
}

// TestRounds_stockLimitBudgetPickUpReversal: six people with two phones each want the three pieces of a
// reward of which each may have one; six want another that the budget pays once; one code is shown
// three times; one redemption is cancelled by its holder and by the community at once.
func TestRounds_stockLimitBudgetPickUpReversal(t *testing.T) {
	s := newShop(t, nil)
	var people []model.Person
	var phones []string // two of each
	for i := range 6 {
		p := s.Person(s.o.Unit, "邻居"+strconv.Itoa(i))
		s.Earn(p, s.o.Community, 40*4*rounds)
		people = append(people, p)
	}
	for range 2 {
		for _, p := range people {
			phones = append(phones, s.SignIn(p))
		}
	}
	s.fund(10_000_000)
	s.give(-10_000)
	answers := make([]edge.Answer, len(phones))
	race := func(n int, call func(i int) edge.Answer) []edge.Answer {
		s.Race(n, func(i int) { answers[i] = call(i) })
		return answers[:n]
	}
	var last string
	for round := range rounds {
		s.give(2000) // four are paid
		if last != "" {
			s.Post(s.staff, "/v1/rewards/"+last+"/withdraw", nil).Expect(200)
		}
		s.reward = s.offer(map[string]any{"per_person": 1, "per_period": "month"})
		last = s.reward
		s.stock(3).Expect(200)
		got := tally(race(12, func(i int) edge.Answer { return s.redeem(phones[i]) }))
		if got["200"] != 3 || got["reward.sold_out"]+got["reward.limit_reached"] != 9 {
			t.Fatalf("round %d, stock and limit: %v", round, got)
		}
		var won []redemption
		for i := range answers {
			if answers[i].Status == 200 {
				var r redemption
				answers[i].Into(&r)
				won = append(won, r)
			}
		}
		s.stock(10).Expect(200)
		for _, r := range won[1:] { // their holders' limits stay, their money is spent
			s.handOut(s.staff, r.Code).Expect(200)
		}
		s.Post(s.staff, "/v1/rewards/"+s.reward+"/change", terms(map[string]any{"per_person": 0, "per_period": "none"})).Expect(200)
		got = tally(race(6, func(i int) edge.Answer { return s.redeem(phones[i]) }))
		if got["200"] != 1 || got["budget.exhausted"] != 5 {
			t.Fatalf("round %d, budget: %v", round, got)
		}
		var r redemption
		holder := ""
		for i := range 6 {
			if answers[i].Status == 200 {
				answers[i].Into(&r)
				holder = phones[i]
			}
		}
		came(t, round, "pick-up", race(3, func(int) edge.Answer { return s.handOut(s.staff, won[0].Code) }), map[string]int{"200": 1, "pick_up.used": 2})
		came(t, round, "reversal", race(4, func(i int) edge.Answer {
			if i%2 == 0 {
				return s.Do(s.API, holder, "POST", "/v1/redemptions/"+r.ID+"/cancel", nil)
			}
			return s.Do(s.API, s.staff, "POST", "/v1/redemptions/"+r.ID+"/call-off", because)
		}), map[string]int{"200": 1, "redemption.wrong_state": 3})
		s.give(-500) // what came back
		s.Move(time.Hour)
	}
	var points []int64
	for _, p := range people {
		points = append(points, s.Holds(ledger.PersonPoints(p.ID))...)
	}
	slices.Sort(points)
	spent := int64(0)
	for _, n := range points {
		spent += 40*4*rounds - n
	}
	if spent != 40*3*rounds {
		t.Errorf("%d points were spent on %d pieces, %v are left", spent, 3*rounds, points)
	}
	s.Balanced()
}
