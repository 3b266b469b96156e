package api_test

import (
	"strconv"
	"testing"
	"time"

	"danyuan/model"
	"danyuan/service/ledger"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// shop is a community with money, one reward and somebody who has points.
type shop struct {
	*edge.Kit
	o                   testkit.Org
	admin, staff, token string // district, community, resident
	person              model.Person
	officers            [2]model.Person
	reward              string
	id                  int64 // of the reward
}

// terms of the usual reward: 40 points, 5 yuan, no limit.
func terms(changed map[string]any) map[string]any {
	m := map[string]any{"name": "食用油", "text": "5 升", "points": 40, "cost": 500, "per_person": 0, "per_period": "none", "place": "社区服务中心", "pick_up_days": 7}
	for k, v := range changed {
		m[k] = v
	}
	return m
}

// newShop gives the community 100 yuan and ten pieces, and the resident 100 points.
func newShop(t *testing.T, changed map[string]any) *shop {
	t.Helper()
	k := edge.New(t)
	s := &shop{Kit: k, o: k.Org()}
	s.officers[0], s.admin = k.Officer(model.DistrictAdmin, s.o.District, "高区长")
	s.officers[1], s.staff = k.Officer(model.CommunityStaff, s.o.Community, "吴干事")
	s.person = k.Person(s.o.Unit, "张卫东")
	s.token = k.SignIn(s.person)
	k.Earn(s.person, s.o.Community, 100)
	s.fund(100_000)
	s.give(10_000)
	s.reward = s.offer(changed)
	s.id, _ = strconv.ParseInt(s.reward, 10, 64)
	s.stock(10)
	return s
}

// at moves the clock to a moment, perhaps past the end of everybody's session.
func (s *shop) at(moment time.Time) {
	s.Helper()
	s.Move(moment.Sub(s.Clock.Now()))
	s.token, s.admin, s.staff = s.SignIn(s.person), s.SignIn(s.officers[0]), s.SignIn(s.officers[1])
}

func money(fen int) map[string]int { return map[string]int{"year": 2026, "fen": fen} }

func (s *shop) fund(fen int) {
	s.Helper()
	s.Post(s.admin, path("/v1/nodes/%d/fund", s.o.District.ID), money(fen)).Expect(200)
}

func (s *shop) give(fen int) {
	s.Helper()
	s.Post(s.admin, path("/v1/nodes/%d/budget", s.o.Community.ID), money(fen)).Expect(200)
}

// offer makes another reward and gives its id.
func (s *shop) offer(changed map[string]any) string {
	s.Helper()
	var r struct{ ID string }
	s.Post(s.staff, path("/v1/nodes/%d/rewards", s.o.Community.ID), terms(changed)).Expect(200).Into(&r)
	return r.ID
}

func (s *shop) stock(pieces int) edge.Answer {
	s.Helper()
	return s.Do(s.API, s.staff, "POST", "/v1/rewards/"+s.reward+"/stock", map[string]int{"pieces": pieces})
}

// redeem asks for the reward at its usual price.
func (s *shop) redeem(token string, headers ...string) edge.Answer {
	s.Helper()
	return s.Do(s.API, token, "POST", "/v1/redemptions", map[string]any{"reward_id": s.reward, "points": 40}, headers...)
}

type redemption struct{ ID, State, Code, QR string }

func (s *shop) redeemed(token string) (r redemption) {
	s.Helper()
	s.redeem(token).Expect(200).Into(&r)
	return r
}

func (s *shop) handOut(token, code string, headers ...string) edge.Answer {
	s.Helper()
	return s.Do(s.API, token, "POST", path("/v1/nodes/%d/pick-ups", s.o.Community.ID), map[string]string{"code": code}, headers...)
}

// neighbours are so many more residents, each with 100 points.
func (s *shop) neighbours(n int) (tokens []string) {
	s.Helper()
	for i := range n {
		p := s.Person(s.o.Unit, "邻居"+strconv.Itoa(i))
		s.Earn(p, s.o.Community, 100)
		tokens = append(tokens, s.SignIn(p))
	}
	return tokens
}

// books fails the test unless the book balances and holds this: the resident's points, pieces on the
// shelf, reserved and handed out, fen left, committed and spent.
func (s *shop) books(points, shelf, reserved, handed, left, committed, spent int64) {
	s.Helper()
	holds, want := s.Holds(s.accounts()...), [7]int64{points, shelf, reserved, handed, left, committed, spent}
	if [7]int64(holds) != want {
		s.Errorf("the books hold %v, want %v", holds, want)
	}
	s.Balanced()
}

func (s *shop) accounts() []ledger.Key {
	c := s.o.Community.ID
	return []ledger.Key{
		ledger.PersonPoints(s.person.ID), ledger.Shelf(s.id), ledger.Reserved(s.id), ledger.Handed(s.id),
		ledger.Budget(c, 2026), ledger.Committed(c, 2026), ledger.Spent(c, 2026),
	}
}

// count tells how many answers succeeded, and that the others were refused with one of the codes.
func (s *shop) count(answers []edge.Answer, codes ...string) (won int) {
	s.Helper()
	for _, a := range answers {
		if a.Status == 200 {
			won++
			continue
		}
		ok := false
		for _, code := range codes {
			ok = ok || codeOf(a) == code
		}
		if !ok {
			s.Errorf("refused with %d %s", a.Status, a.Body)
		}
	}
	return won
}
